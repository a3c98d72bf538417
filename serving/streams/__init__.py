"""Streams of media: numbered chunks in, acknowledgements and events out, over any transport."""
