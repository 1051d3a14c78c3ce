"""The rules and values of a bookshop.

Pure: the standard library only, no I/O, no clock, no randomness, no environment.
"""
