"""The use cases of categories."""
