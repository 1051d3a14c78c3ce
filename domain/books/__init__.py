"""The catalogue: books and what identifies them."""
