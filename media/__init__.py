"""Pictures, clips and streams, decoded within bounds."""
