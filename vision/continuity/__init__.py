"""Whether the frames of a stream follow each other as a camera's do, and show one person."""
