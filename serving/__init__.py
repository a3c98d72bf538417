"""The server processes: services, storage, auth, limits, telemetry, gRPC and HTTP."""
