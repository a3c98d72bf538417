"""Identity documents: found, straightened, read and checked."""
