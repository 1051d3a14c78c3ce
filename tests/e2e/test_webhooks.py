"""Webhooks from a real server, whose worker sends them, to a real receiver in a process of its own."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import free_port, serving

ROOT = Path(__file__).parents[2]
# The second attempt comes after some 5 s, and no answer is waited for longer than 15 s.
PATIENCE = 45


def asked(url: str, body: Any = None) -> Any:
    """The answer to a GET, or to a POST of `body`."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def until(holds: Callable[[], Any]) -> Any:
    """What `holds` gives once that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.2)
    return found


@contextmanager
def process(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A receiver, from when it listens until the block ends."""
    started = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True)
    try:
        until(lambda: listens(port))
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=10)


def listens(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/log", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A server that may send to this machine."""
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(port), "LOG_LEVEL": "error"}
    with serving({**environment, "WEBHOOKS_ALLOWED_NETWORKS": "127.0.0.0/8"}, tmp_path):
        yield f"http://127.0.0.1:{port}/v1"


def test_a_receiver_that_takes_drops_delays_and_refuses(server: str) -> None:
    port = free_port()
    receiver = f"http://127.0.0.1:{port}"
    asked(f"{server}/authors", {"name": "Ada"})
    with process([sys.executable, "-m", "tests.support.webhook_receiver", str(port)], port, os.environ):
        made = {}
        for path in ("ok", "500/then/ok", "drop/then/ok", "429/then/ok", "slow", "404", "410", "302"):
            webhook = asked(f"{server}/webhooks", {"url": f"{receiver}/{path}", "event_types": ["author.*"]})
            asked(f"{receiver}/secret/{base64.urlsafe_b64encode(webhook['secret'].encode()).decode()}")
            told = asked(f"{server}/webhooks/{webhook['id']}/replay", {"first_sequence": 1})
            assert told["replayed"] == 1
            made[path] = f"{server}/webhooks/{webhook['id']}"

        def delivery(path: str) -> Any:
            return asked(f"{made[path]}/deliveries")["data"][0]

        def outcomes() -> Any:
            found = {path: delivery(path) for path in made}
            over = all(one["state"] != "pending" or path == "slow" for path, one in found.items())
            return found if over and found["slow"]["attempt_count"] else None

        found = until(outcomes)
        log = asked(f"{receiver}/log")
        states = {path: (one["state"], one["attempt_count"], one["last_status"]) for path, one in found.items()}
        assert states == {
            "ok": ("delivered", 1, 204),
            "500/then/ok": ("delivered", 2, 204),
            "drop/then/ok": ("delivered", 2, 204),
            "429/then/ok": ("delivered", 2, 204),
            "slow": ("pending", 1, None),
            "404": ("failed", 1, 404),
            "410": ("failed", 1, 410),
            "302": ("failed", 1, 302),
        }
        assert found["slow"]["last_error"] == "timeout"
        assert found["302"]["last_error"] == "redirect"
        assert not any("followed" in one for one in log)
        assert all(one["verified"] for one in log)
        assert {one["type"] for one in log} == {"author.created"}
        for path, one in found.items():
            ids = [each["id"] for each in log if each["path"] == f"/{path}"]
            assert ids == [one["id"]] * one["attempt_count"]
        metrics = urllib.request.urlopen(f"{server.removesuffix('/v1')}/metrics", timeout=30).read().decode()
        assert re.search(r'^job_outcomes_total\{kind="webhook-delivery",outcome="delivered"\} 4', metrics, re.MULTILINE)
        gone = asked(made["410"])
        assert (gone["state"], gone["state_reason"], gone["enabled"]) == ("disabled", "gone", False)
        assert asked(made["404"])["state"] == "active"
        assert asked(f"{server}/events?type=webhook.disabled")["data"][0]["data"] == {"reason": "gone"}


def test_the_receiver_of_the_guide_verifies_what_it_is_sent(server: str) -> None:
    page = (ROOT / "docs/how-to/webhooks.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 20
    port = free_port()
    webhook = asked(f"{server}/webhooks", {"url": f"http://127.0.0.1:{port}/", "event_types": ["review.*"]})
    told = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": webhook["secret"]}
    with process([sys.executable, "-c", program], port, told) as receiver:
        tested = asked(f"{server}/webhooks/{webhook['id']}/test", {})
        assert (tested["delivered"], tested["status"]) == (True, 204)
        asked(f"{server}/webhooks/{webhook['id']}/rotate-secret", {})
        assert asked(f"{server}/webhooks/{webhook['id']}/test", {})["delivered"], "the old secret signs along"
        asked(f"{server}/webhooks/{webhook['id']}/rotate-secret", {"overlap_hours": 0})
        assert asked(f"{server}/webhooks/{webhook['id']}/test", {})["status"] == 401
        receiver.send_signal(signal.SIGTERM)
        assert receiver.communicate(timeout=10)[0].splitlines() == ["webhook.test"] * 2
