"""A real PostgreSQL for the tests, started once a session, and a clean database for whoever asks.

The server is the one in DAYBOOK_TEST_DATABASE_URL if that is set (its role must be allowed to create databases), else a
container where a Docker engine answers, else the embedded server in a temporary folder. So no test is skipped for want
of one.

A clean, migrated database costs some 15 ms (200 where the folder is on a disk), because migrations run once, into a
template::

    @pytest.fixture(scope="session")
    def template(postgres_url: str) -> Iterator[TemplateDatabase]:
        with template_database(postgres_url, migrate.upgrade) as template:
            yield template

    @pytest.fixture(scope="module")
    def database_url(template: TemplateDatabase) -> Iterator[str]:
        with template.copy() as url:
            yield url
"""

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from adapters.embedded.errors import FolderInUse
from adapters.embedded.server import EmbeddedPostgres
from adapters.embedded.state import StateFolder

URL_VARIABLE = "DAYBOOK_TEST_DATABASE_URL"
IMAGE = "postgres:18"
_MEMORY = Path("/dev/shm")
_ENOUGH_MEMORY = 2_000_000_000


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`postgresql://...` of a server that lives as long as the session. Its own database is for making others."""
    if url := os.environ.get(URL_VARIABLE):
        yield url
    elif docker_answers():
        with _container() as url:
            yield url
    else:
        folder = _folder_in_memory() or tmp_path_factory.mktemp("postgres")
        with EmbeddedPostgres(folder, durable=False) as server:
            yield server.dsn
        shutil.rmtree(folder)


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A folder of one test, as `tmp_path`, and in memory where there is enough."""
    folder = _folder_in_memory()
    yield folder or tmp_path
    if folder is not None:
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDatabase:
    """A database to copy. Nobody may be connected to it while a copy is made."""

    server_url: str
    url: str

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a new database with all that is in this one; dropped at the end, whoever is connected to it."""
        template = urlsplit(self.url).path.removeprefix("/")
        with _new_database(self.server_url, prefix="daybook_test", template=template) as url:
            yield url


@contextmanager
def template_database(url: str, migrate: Callable[[str], object]) -> Iterator[TemplateDatabase]:
    """A new database on the server at `url`, made ready by `migrate(its url)` and dropped at the end."""
    with _new_database(url, prefix="daybook_template", template="template1") as template_url:
        migrate(template_url)
        yield TemplateDatabase(server_url=url, url=template_url)


def docker_answers(*, within: float = 1.0) -> bool:
    """Whether a Docker engine answers a ping within so many seconds. A client without an engine is common."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    try:
        if address.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(within)
            connection.connect(address.path)
        else:
            connection = socket.create_connection((address.hostname or "localhost", address.port or 2375), within)
        with connection:
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _folder_in_memory() -> Path | None:
    """A new folder in memory, where a database of 300 files is copied 20 times as fast; None where there is too little.

    Folders of sessions that were killed are removed: those nobody holds, an hour old so that none is just beginning.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ENOUGH_MEMORY:
        return None
    for left in _MEMORY.glob("daybook-session-*"):
        if left.stat().st_uid == os.geteuid() and left.stat().st_mtime < time.time() - 3600:
            state = StateFolder(left)
            with suppress(FolderInUse):
                state.acquire()
                shutil.rmtree(left)
                state.release()
    return Path(tempfile.mkdtemp(prefix="daybook-session-", dir=_MEMORY))


@contextmanager
def _container() -> Iterator[str]:
    # Imported here since it takes more than a second, which a machine without Docker need not spend.
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(IMAGE, username="daybook", password="daybook", dbname="daybook", driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def _new_database(server_url: str, *, prefix: str, template: str) -> Iterator[str]:
    name = f"{prefix}_{uuid4().hex[:16]}"
    asyncio.run(_execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _drop(server_url, name)


def _drop(server_url: str, name: str) -> None:
    """Drops a database, whoever is connected to it. A vacuum of the server's own is nobody that we may end: it is over
    in a moment.
    """
    statement = f'DROP DATABASE "{name}" WITH (FORCE)'
    for _ in range(50):
        with suppress(asyncpg.InsufficientPrivilegeError):
            asyncio.run(_execute(server_url, statement))
            return
        time.sleep(0.2)
    asyncio.run(_execute(server_url, statement))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
