"""What Daybook is measured against: three small servers that answer the same three questions from the same table."""
