"""Books: catalogue, edit, put away, restore, find."""
