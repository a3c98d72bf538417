"""Speed and memory, measured against peers and bounds in one run."""
