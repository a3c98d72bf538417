"""Measured error rates, with intervals and with what the figures cannot carry."""
