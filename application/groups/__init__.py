"""Groups of customers: founded, joined, left, put away, found."""
