"""The liveness service: sessions run, counted and recorded."""
