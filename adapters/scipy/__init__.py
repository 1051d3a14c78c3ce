"""Models of customers, fitted with SciPy (extra `models`)."""
