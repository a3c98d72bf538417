"""Media that no camera gave: repeated, spliced, timed by hand, encoded by somebody else."""
