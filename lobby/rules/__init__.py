"""Which alerts staff want, written down in one file."""
