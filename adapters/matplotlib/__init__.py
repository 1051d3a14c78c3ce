"""Pictures, by Matplotlib (extra `charts`)."""
