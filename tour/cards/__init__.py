"""Specimens of identity documents, drawn from blank templates of our own; nobody's."""
