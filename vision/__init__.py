"""Faces and people: found, aligned, rated, embedded, compared and searched."""
