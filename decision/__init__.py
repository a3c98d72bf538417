"""Signals, calibration, fusion, error-rate tables and decisions with reasons."""
