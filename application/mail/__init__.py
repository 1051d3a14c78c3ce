"""Mail: what Daybook writes to people, and when."""
