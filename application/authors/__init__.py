"""The use cases of authors."""
