"""Checks for forgery: limits, signed clips, the file of a clip, and what is written down."""
