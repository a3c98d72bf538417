"""The `smartbranch` command: one small file per noun, no logic."""
