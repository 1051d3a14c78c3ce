"""The program as a whole: how it is started, and that what is set reaches every part of it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daybook_process import COMMAND, Server, server

ORIGIN = "https://shop.example"
BOOK = {"title": "Emma", "author": "Jane Austen", "isbn": "0-14-143958-0"}


def test_the_console_script_and_the_module_are_one_program() -> None:
    script = Path(sys.executable).with_name("daybook")
    told = [
        subprocess.run([*start, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
        for start in ([script], COMMAND)
    ]
    assert told[0] == told[1]
    assert "daybook serve" in told[0]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with every setting of the HTTP side other than it is by default."""
    folder = tmp_path_factory.mktemp("strict")
    with server(
        folder,
        STORAGE="memory",
        ALLOWED_ORIGINS=ORIGIN,
        SECURITY_REQUIRE_IF_MATCH="true",
        SERVER_DOCS="false",
        MONITORING_METRICS_ENABLED="false",
        PERFORMANCE_MAX_BODY_BYTES="2000",
        PERFORMANCE_COMPRESS_FROM="200",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is by default."""
    with server(tmp_path_factory.mktemp("plain"), STORAGE="memory") as running:
        yield running


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/test-db"])
def test_it_says_how_it_is(plain: Server, strict: Server, path: str) -> None:
    for one in (plain, strict):
        answer = one.get(path)
        assert (answer.status, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/customers", "/books", "/v1/customers", "/v1/books", "/v1/orders", "/v1/returns"])
def test_its_records_answer(plain: Server, path: str) -> None:
    answer = plain.get(path, **{"X-Request-Id": "r-7"})
    assert (answer.status, answer.json()["data"]) == (200, [])
    assert answer.headers["x-request-id"] == "r-7"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_of_other_origins_get_in_by_setting_only(plain: Server, strict: Server) -> None:
    for path in ("/v1/books", "/v1/nowhere"):
        assert strict.get(path, Origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-origin" not in strict.get(path, Origin="https://other.example").headers
        assert "access-control-allow-origin" not in plain.get(path, Origin=ORIGIN).headers


def test_documents_and_metrics_are_there_by_setting(plain: Server, strict: Server) -> None:
    for path in ("/schema/openapi.json", "/schema/swagger", "/schema/redoc", "/metrics"):
        assert (plain.get(path).status, strict.get(path).status) == (200, 404), path


def test_versions_sizes_and_compression_are_as_set(plain: Server, strict: Server) -> None:
    packed = []
    for one in (plain, strict):
        place = one.post("/v1/books", BOOK).headers["location"]
        changed = one.request("PATCH", place, body=b'{"language": "en"}', headers={"Content-Type": "application/json"})
        assert changed.status == (200 if one is plain else 428)
        large = one.post("/v1/books", {**BOOK, "isbn": "0-306-40615-2", "description": "x" * 3000})
        assert large.status == (201 if one is plain else 413)
        packed.append("content-encoding" in one.get("/v1/books?limit=1", **{"Accept-Encoding": "gzip"}).headers)
    assert packed == [False, True]
