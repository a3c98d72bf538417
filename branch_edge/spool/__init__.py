"""What waits on the box until the server has it: numbered, encrypted, bounded, crash safe."""
