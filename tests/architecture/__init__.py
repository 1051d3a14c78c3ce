"""The rules of the house, held by tests that are themselves tested."""
