"""Envelope encryption: a master key wraps tenant keys, which wrap a data key per subject."""
