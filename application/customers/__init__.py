"""Customers: register, edit, put away, restore, find."""
