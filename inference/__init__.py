"""Models: the catalogue, fetching and verifying, sessions, batching and the engine."""
