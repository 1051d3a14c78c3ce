"""Webhooks from a real server, whose worker sends them, to a real receiver in a process of its own."""

import asyncio
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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.daybook_process import server as daybook_server
from tests.support.mailers import taken_apart
from tests.support.pools import onlooker
from tests.support.servers import free_port

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
    """A server that may send to this machine, and that writes mail into `mail`."""
    mail = {"MAIL_TRANSPORT": "folder", "MAIL_FOLDER": "mail", "MAIL_FROM_ADDRESS": "shop@shop.example"}
    settings = {"DATABASE_URL": database_url, "LOG_LEVEL": "error", "WEBHOOKS_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with daybook_server(tmp_path, **settings, **mail) as running:
        yield f"{running.url}/v1"


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


def test_the_owner_of_one_that_failed_for_days_is_told(server: str, database_url: str, tmp_path: Path) -> None:
    asked(f"{server}/authors", {"name": "Ada"})
    nowhere = f"http://127.0.0.1:{free_port()}/404"
    owner = {"contact_email": "Hooks@shop.example", "description": "Stock levels"}
    webhook = asked(f"{server}/webhooks", {"url": nowhere, "event_types": ["author.*"], **owner})
    path, days_ago = f"{server}/webhooks/{webhook['id']}", datetime.now(UTC) - timedelta(days=6)

    async def as_if_for_days() -> None:
        """As if it had failed for days, and the next attempt were the last one of the schedule."""
        last_job = "UPDATE jobs SET arguments = jsonb_set(arguments, '{attempt}', '10') WHERE kind = 'webhook-delivery'"
        async with onlooker(database_url) as connection:
            await connection.execute("UPDATE webhooks SET failing_since = $1", days_ago)
            await connection.execute("UPDATE deliveries SET tries = 9, attempt_count = 9")
            await connection.execute(last_job)

    assert asked(f"{path}/replay", {"first_sequence": 1})["replayed"] == 1
    until(lambda: asked(f"{path}/deliveries")["data"][0]["attempt_count"] == 1)
    asyncio.run(as_if_for_days())
    until(lambda: asked(path)["state"] == "paused")
    (job,) = until(lambda: asked(f"{server}/jobs?kind=webhook-paused&state=succeeded")["data"])
    assert job["result"]["sent"]
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"{job['result']['message_id']}.eml"
    got = taken_apart(file.read_bytes())
    assert (got.to, got.subject) == (("", "hooks@shop.example"), "A webhook of Daybook is paused")
    for form in (got.text, got.html or ""):
        assert all(one in form for one in (nowhere, "Stock levels", "no answer", f"{days_ago:%Y-%m-%dT%H:%M:%S}Z"))
    assert "given up after the last attempt: 1\n" in got.text
    kept = [asked(f"{server}/{one}?limit=100") for one in ("events", "jobs")]
    assert "hooks@shop.example" not in json.dumps(kept)


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
        for headers in (
            {},
            {"webhook-signature": "v1,x"},
            {"webhook-signature": "v1,\xe9"},
            {"webhook-timestamp": "x", "webhook-signature": "v1"},
        ):
            unsigned = urllib.request.Request(f"http://127.0.0.1:{port}/", b"{}", headers)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(unsigned, timeout=10)
            assert refused.value.code == 401
        asked(f"{server}/webhooks/{webhook['id']}/rotate-secret", {})
        assert asked(f"{server}/webhooks/{webhook['id']}/test", {})["delivered"], "the old secret signs along"
        asked(f"{server}/webhooks/{webhook['id']}/rotate-secret", {"overlap_hours": 0})
        assert asked(f"{server}/webhooks/{webhook['id']}/test", {})["status"] == 401
        receiver.send_signal(signal.SIGTERM)
        assert receiver.communicate(timeout=10)[0].splitlines() == ["webhook.test"] * 2
