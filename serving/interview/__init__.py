"""Interviews behind gRPC and HTTP: cases, attendances, recordings, evidence."""
