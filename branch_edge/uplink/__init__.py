"""From the spool to the server: who the box is, one stream for each camera, and its return."""
