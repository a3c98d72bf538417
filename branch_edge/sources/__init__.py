"""Where a box's frames come from: network and USB cameras, files, folders of pictures."""
