"""Orders and returns: place, cancel, take back, find."""
