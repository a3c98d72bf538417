"""Presentation attack detection will live here: passive, by challenges and by light."""
