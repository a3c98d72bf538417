"""Boxes in branches: registered, listened to, told what to do."""
