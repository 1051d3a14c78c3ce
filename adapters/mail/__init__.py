"""Internet mail: messages as bytes (RFC 5322), written into a folder or handed to a server (SMTP)."""
