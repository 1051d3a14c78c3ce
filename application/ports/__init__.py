"""What the core asks of the outside: one file a concept. A docstring here is a promise, and a contract test holds it.

Every method may raise Unavailable; that is not repeated below.
"""
