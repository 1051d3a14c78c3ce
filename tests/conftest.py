"""Fixtures that every test may ask for; each lives in a module of tests/support."""

import signal

# Who runs in the background of a shell has Ctrl-C ignored, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = [
    "tests.support.collector",
    "tests.support.caches",
    "tests.support.commands",
    "tests.support.event_loop",
    "tests.support.logs",
    "tests.support.postgres",
    "tests.support.postgres_case",
    "tests.support.snowflake_case",
    "tests.support.workers",
]
