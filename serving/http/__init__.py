"""The HTTP app: health, metrics, the try page and its JSON calls."""
