"""Detection of forged and injected media will live here: frame, clip, sound and signature."""
