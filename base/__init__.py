"""What every room shares: the error tree, the clock, identifiers and settings helpers."""
