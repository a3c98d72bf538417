"""Where customers are looked up: a file, or the bank's own service."""
