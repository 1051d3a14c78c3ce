"""Reviews: written, decided upon, put away, found."""
