"""Fixtures that every test may ask for; each lives in a module of tests/support."""

pytest_plugins = [
    "tests.support.event_loop",
    "tests.support.postgres",
    "tests.support.postgres_case",
    "tests.support.snowflake_case",
]
