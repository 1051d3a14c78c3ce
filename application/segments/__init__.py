"""Segments of customers: defined by a rule, evaluated in the store, captured in snapshots."""
