"""The attack kit: a genuine clip made into injected media, and what gets through."""
