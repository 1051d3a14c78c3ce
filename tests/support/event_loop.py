"""Async tests and fixtures run on anyio's plugin (`anyio_mode = "auto"`): no marker is needed, on asyncio alone.

The backend is of session scope, so a session fixture that is an async generator (a pool) and the tests that use it
share one event loop, and a test that needs none of them gets a loop of its own.
"""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """asyncio, which is what the server runs on."""
    return "asyncio"
