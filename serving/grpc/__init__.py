"""The gRPC server: interceptor, servicers and the conversion of messages."""
