"""The agent on a branch's box: sources, on-box detection, spool and uplink."""
