"""Who is in a branch, who should be told, and how long people wait."""
