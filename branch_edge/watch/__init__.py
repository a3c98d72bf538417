"""What one camera shows: who is followed, the best shot of each face, and counts without names."""
