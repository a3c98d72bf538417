"""Scripts that make what the catalogue ships; each names the data it learns from."""
