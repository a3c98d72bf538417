"""Forgery detection, measured by source and by how a forgery was made."""
