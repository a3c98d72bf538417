"""Lobbies: what cameras tell becomes visits, alerts and counts, and reaches tablets."""
