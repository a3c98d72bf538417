"""Evidence packs: written, signed, and checked byte by byte."""
