"""The command `genre`."""
