"""Plain text files: CSV (RFC 4180) and newline-delimited JSON."""
