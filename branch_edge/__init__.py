"""The agent on a branch's box will live here: sources, on-box detection, spool and uplink."""
