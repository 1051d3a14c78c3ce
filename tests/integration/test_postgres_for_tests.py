"""The PostgreSQL that the tests run on: one server a session, clean databases from a migrated template."""

import asyncio
import socket
import threading
from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres import docker_answers, template_database


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _values(url: str, query: str) -> list[object]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


def _migrate(url: str) -> None:
    asyncio.run(_run(url, "CREATE TABLE book (title text); INSERT INTO book VALUES ('Emma')"))


def test_copies_of_a_template_start_alike_and_do_not_share_what_is_written(postgres_url: str) -> None:
    with template_database(postgres_url, _migrate) as template, template.copy() as first, template.copy() as second:
        asyncio.run(_run(first, "INSERT INTO book VALUES ('Persuasion')"))

        assert asyncio.run(_values(first, "SELECT title FROM book")) == ["Emma", "Persuasion"]
        assert asyncio.run(_values(second, "SELECT title FROM book")) == ["Emma"]


def test_a_database_is_dropped_at_the_end_even_when_someone_is_still_connected(postgres_url: str) -> None:
    def databases() -> set[object]:
        return set(asyncio.run(_values(postgres_url, "SELECT datname FROM pg_database")))

    before = databases()
    with asyncio.Runner() as runner:
        with template_database(postgres_url, _migrate) as template:
            with template.copy() as url:
                forgotten = runner.run(asyncpg.connect(url))
                assert len(databases() - before) == 2
            assert len(databases() - before) == 1
        assert databases() == before
        forgotten.terminate()


@pytest.mark.parametrize(
    ("answer", "expected"), [(b"HTTP/1.0 200 OK\r\n\r\nOK", True), (b"HTTP/1.0 503 No\r\n\r\n", False)]
)
def test_docker_counts_when_its_engine_answers(
    answer: bytes, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("engine")
        listener.listen()

        def engine() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=engine)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", "unix:engine")
        assert docker_answers() is expected
        thread.join()


def test_docker_does_not_count_when_its_engine_is_silent_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "unix:engine")
    assert not docker_answers()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("engine")
        listener.listen()
        assert not docker_answers(within=0.1)
