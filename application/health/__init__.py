"""Is it alive, is it ready, and are its stores there."""
