"""`daybook serve` as a person meets it: the start, what it says, the stop, and the next start."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.builders import isbn
from tests.support.daybook_process import Server, children, command, server, starting_server, wait_until_gone
from tests.support.servers import free_port

# curl as it is used in what the server says, in Python, since not every machine has it.
_CURL = """
import sys, urllib.request
from argparse import ArgumentParser
parser = ArgumentParser()
parser.add_argument("url"); parser.add_argument("-s", action="store_true")
parser.add_argument("-H"); parser.add_argument("-d")
given = parser.parse_args(sys.argv[1:])
request = urllib.request.Request(given.url, given.d and given.d.encode())
if given.H:
    request.add_header(*given.H.split(": ", 1))
print(urllib.request.urlopen(request).read().decode())
"""


def book(number: int) -> dict[str, str]:
    return {"title": f"Volume {number}", "author": "George Eliot", "isbn": isbn(number).value}


def said_to_try(running: Server) -> list[str]:
    """The commands that the server's words propose."""
    return re.findall(r"^  curl (?:.*\\\n)?.*$", running.out, flags=re.MULTILINE)


def tried(line: str) -> str:
    arguments = shlex.split(line.replace("\\\n", " "))
    done = subprocess.run([sys.executable, "-c", _CURL, *arguments[1:]], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_folder_keeps_its_records_from_one_start_to_the_next(quick_path: Path) -> None:
    with server(quick_path) as first:
        assert re.search(r"is ready after \d+\.\d s\.", first.out)
        assert f"{first.url}/schema/swagger" in first.out
        assert ".daybook/postgres" in first.out
        create, find = said_to_try(first)
        assert '"title":"Middlemarch"' in tried(create)
        assert '"title":"Middlemarch"' in tried(find)
        assert first.get("/health/ready").json()["stores"][0]["migrated"] is True
        # A second start in the folder says who is there, on this port and on another.
        for port in (first.port, free_port()):
            second = command(quick_path, "serve", "--port", str(port))
            assert (second.returncode, second.stdout) == (4, "")
            assert f"process {first.process.pid}, serving {first.url}" in second.stderr
        # A command of the folder uses the database of the server.
        listed = command(quick_path, "books", "list", "--format", "csv")
        assert "Middlemarch" in listed.stdout
        started = children(first.process.pid)
        assert first.stop() == 0
        assert first.out.endswith("Daybook has stopped. The records are in .daybook/postgres.\n")
    wait_until_gone(*started)
    with server(quick_path) as again:
        assert again.get("/v1/books").json()["data"][0]["title"] == "Middlemarch"
        assert again.stop(signal.SIGINT) == 0


def test_a_command_without_a_server_starts_the_database_for_itself(quick_path: Path) -> None:
    created = command(quick_path, "books", "create", "--json", "-", typed=_json(book(1)))
    assert created.returncode == 0, created.stderr
    found = command(quick_path, "books", "get", book(1)["isbn"], "--format", "ndjson")
    assert '"title":"Volume 1"' in found.stdout
    assert not (quick_path / ".daybook" / "postgres" / "server.json").exists()


@pytest.mark.parametrize("storage", ["memory", "postgres"])
def test_a_stop_finishes_what_runs_and_takes_nothing_new(tmp_path: Path, database_url: str, storage: str) -> None:
    with server(tmp_path, STORAGE=storage, **_at(storage, database_url)) as running:
        body = _json(book(1)).encode()
        lines = ("POST /v1/books HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}")
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as slow:
            slow.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode() + body[:10])
            time.sleep(0.3)
            running.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 10
            while _accepts(running.port):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert running.process.poll() is None
            slow.sendall(body[10:])
            assert slow.recv(4096).startswith(b"HTTP/1.1 201")
        assert running.process.wait(30) == 0
        assert [line["status"] for line in running.log if line["event"] == "request"] == [201]


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = command(tmp_path, "serve", STORAGE="memory", PORT=str(port))
    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr.startswith(f"error: http://127.0.0.1:{port} cannot be served (Address already in use)")
    assert f"PORT={port + 1}" in refused.stderr


def test_of_two_servers_that_start_at_once_on_one_port_one_serves(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with (
        starting_server(tmp_path / "a", STORAGE="memory") as one,
        starting_server(tmp_path / "b", STORAGE="memory", PORT=str(one.port)) as other,
    ):
        deadline = time.monotonic() + 60
        while (one.process.poll(), other.process.poll()) == (None, None):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        loser, winner = (one, other) if one.process.poll() is not None else (other, one)
        assert loser.process.wait() == 4
        assert "cannot be served" in loser.err
        winner.wait_until_ready()
        assert winner.get("/health").status == 200


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://keeper:topsecret@127.0.0.1:1/shop", 5, "error: postgresql://keeper@127.0.0.1:1/shop: "),
        ("mysql://keeper:topsecret@127.0.0.1/shop", 2, "DATABASE_URL cannot be used: "),
    ],
)
def test_a_wrong_database_is_named_and_ends_the_start(tmp_path: Path, url: str, code: int, said: str) -> None:
    began = time.monotonic()
    refused = command(tmp_path, "serve", DATABASE_URL=url)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert said in refused.stderr
    assert "topsecret" not in refused.stderr
    assert "Traceback" not in refused.stderr
    assert time.monotonic() - began < 30


def test_a_wrong_configuration_is_told_whole(tmp_path: Path) -> None:
    refused = command(tmp_path, "serve", PORT="x", HOST="0.0.0.0", DATABASE_POOL_SIZE="0")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert [line.split()[0] for line in refused.stderr.splitlines()[1:]] == ["PORT", "DATABASE_POOL_SIZE", "HOST"]


def test_ctrl_c_while_it_starts_leaves_nothing(quick_path: Path) -> None:
    with starting_server(quick_path) as starting:
        deadline = time.monotonic() + 60
        while not (quick_path / ".daybook" / "postgres" / "lock").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = children(starting.process.pid)
        assert starting.stop(signal.SIGINT) == 130
        assert starting.err.endswith("interrupted\n")
    wait_until_gone(*started)


def test_the_log_has_a_line_a_request_and_nothing_of_its_content(tmp_path: Path) -> None:
    with server(tmp_path, STORAGE="memory") as running:
        answer = running.request(
            "POST",
            "/v1/customers?colour=red",
            body=b'{"name": "Ada Lovelace", "email": "ada@example.org"}',
            headers={"Content-Type": "application/json", "X-Request-Id": "r-1"},
        )
        assert answer.headers["x-request-id"] == "r-1"
        running.post("/v1/customers", {"name": "Ada Lovelace", "email": "ada@example.org"})
        running.get("/nowhere/ada@example.org")
        running.stop()
        lines = [line for line in running.log if line["event"] == "request"]
        assert [(line["method"], line["route"], line["status"]) for line in lines] == [
            ("POST", "/v1/customers", 400),
            ("POST", "/v1/customers", 201),
            ("GET", "unmatched", 404),
        ]
        assert lines[0]["request_id"] == "r-1"
        assert len({line["trace_id"] for line in lines}) == 3
        assert all(word not in running.err for word in ("ada", "Ada", "red"))


def _at(storage: str, url: str) -> dict[str, str]:
    return {"DATABASE_URL": url} if storage == "postgres" else {}


def _json(value: object) -> str:
    return json.dumps(value)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
