"""`daybook demo` as a person uses it."""

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli.main import run
from entrypoints.demo.dice import Dice
from entrypoints.demo.stock import stocked_books
from tests.support.forked import Piped

BOOKS = len(stocked_books(Dice(1)))


@contextmanager
def demo(*arguments: str) -> Iterator[tuple[str, Piped]]:
    """The address of an open shop, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "STORAGE": "postgres", "WORKERS": "3"}
    process = Piped("demo", *arguments, environment=environment)
    try:
        first = process.stdout.readline()
        assert "is open" in first, first
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.close()


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_the_shop_opens_and_what_it_says_to_try_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with demo("--until", "2026-11-01") as (at, process):
        told = []
        while not (line := process.stdout.readline()).startswith("Ctrl-C"):
            told.append(line.strip())
        requests = [line.split("'")[1] for line in told if line.startswith("curl")]
        assert len(requests) == 4
        books, orders, rfm, revenue = (get(url) for url in requests)
        assert all(url.startswith(at) for url in requests)
        assert {one["author"] for one in books["data"]} == {"Jane Austen"}
        assert orders["data"][0]["lines"]
        assert rfm["data"]["customers"] > 1_000
        assert len(revenue["data"]["periods"]) >= 24
        for _ in range(20):
            assert get(f"{at}/v1/books?limit=1&include=total")["total"] == BOOKS
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert "nothing of it was kept" in process.stdout.read()
    assert not list(tmp_path.iterdir())


def test_what_is_exported_can_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("STORAGE", raising=False)
    assert run(["demo", "--export", "shop", "--until", "2026-11-01"]) == 0
    listed = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in listed]
    assert names == ["shop/customers.csv", "shop/books.csv", "shop/orders.csv", "shop/returns.csv"]
    for line in listed:
        name, rows, _ = line.split()
        assert run(["import", name, "--output", "json", "--strict", "--quiet"]) == 0
        summary = json.loads(capsys.readouterr().out)
        assert summary["created"] == summary["rows"] == int(rows.replace(",", ""))
    assert run(["import", "shop/returns.csv", "--strict"]) == 0
    assert "0 created" in capsys.readouterr().out


@pytest.mark.parametrize("until", ["1989-12-31", "2100-01-02", "soon"])
def test_a_day_out_of_reach_is_refused(until: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--until", until]) == 2
    assert capsys.readouterr().err
