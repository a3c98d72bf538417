"""Whether what is heard is what the mouth says."""
