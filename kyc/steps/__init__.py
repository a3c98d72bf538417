"""The steps of an attendance, one file each."""
