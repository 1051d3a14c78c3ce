"""Orders and what comes back of them."""
