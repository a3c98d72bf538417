"""Reading documents for callers."""
