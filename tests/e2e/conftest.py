"""What several end-to-end tests start."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.daybook_process import Server, server


@pytest.fixture
def two_servers(tmp_path: Path, database_url: str) -> Iterator[list[Server]]:
    """Two servers on one database."""
    with ExitStack() as held:
        started = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            started.append(held.enter_context(server(folder, DATABASE_URL=database_url)))
        yield started
