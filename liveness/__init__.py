"""Presentation attack detection: by looks, by the rules of a clip, and by challenges."""
