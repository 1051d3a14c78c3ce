"""Schemathesis, all its checks and one of ours, against a running server."""

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
EXAMPLES = "8"
# To restore something takes that it was deleted, which is seldom met by chance: a 409 shows that it was reached.
SELDOM = {"restore_book", "restore_customer"}


@pytest.fixture
def address() -> Iterator[str]:
    """Where a server of its own listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen([*command, "tests.e2e.http.memory_app:app"], cwd=ROOT) as server:
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as asked:
            asked.request("GET", "/health/live")
            if asked.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_all_checks_pass(address: str, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{address}/schema/openapi.json", "--checks", "all", "--no-color", "--seed", "1"),
            *("--max-examples", EXAMPLES, "--output-truncate", "false"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.e2e.http.schemathesis_hooks",
            "DAYBOOK_ANSWERS": str(answers),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested is not None
    assert f"Selected: {tested[1]}/{tested[1]}" in done.stdout, "no operation was left out"
    statuses: dict[str, set[int]] = {}
    for answered in json.loads(answers.read_text(encoding="utf-8")):
        name, status = answered.split()
        statuses.setdefault(name, set()).add(int(status))
    assert len(statuses) == int(tested[1])
    idle = {
        name
        for name, found in statuses.items()
        if not any(200 <= status < 300 or (status == 409 and name in SELDOM) for status in found)
    }
    assert idle == set(), "each operation was brought to do what it is for"
