"""A cache in Redis, or in what speaks its protocol (Valkey)."""
