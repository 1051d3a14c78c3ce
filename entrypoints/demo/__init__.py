"""The demonstration shop: real titles, made-up business, the same for the same seed and day."""
