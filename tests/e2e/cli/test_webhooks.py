"""Webhooks on the command line, on PostgreSQL."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from standardwebhooks.webhooks import Webhook

from tests.support.commands import NOBODY, Run, made

JSON = ("--format", "json")
URL = "https://shop.example.org/hooks"


class Taking(BaseHTTPRequestHandler):
    """Takes what it is sent and answers with `status`."""

    status = 204
    taken: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *said: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    Taking.taken, Taking.status = [], 204
    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_one_is_registered_listed_changed_and_put_away(daybook: Run) -> None:
    code, out, error = daybook(
        "webhooks", "create", "--url", URL, "--event-type", "book.*", "--event-type", "a.b", *JSON
    )
    webhook = json.loads(out)
    assert (code, error) == (0, "keep the secret: it is not shown again\n")
    assert (webhook["event_types"], webhook["secret"][:6]) == (["a.b", "book.*"], "whsec_")
    kept = made(daybook, "webhooks", "get", webhook["id"])
    assert kept == {name: value for name, value in webhook.items() if name != "secret"}
    contact = ("--contact-email", "Ada@Example.org")
    off = made(daybook, "webhooks", "update", webhook["id"], *contact, "--no-enabled", "--version", "1")
    assert (webhook["contact_email"], off["contact_email"]) == (None, "ada@example.org")
    assert (off["state"], off["state_reason"]) == ("disabled", "switched-off")
    (listed,) = made(daybook, "webhooks", "list", "--state", "disabled")["data"]
    assert listed == off
    assert made(daybook, "webhooks", "resume", webhook["id"])["state"] == "active"
    _, out, error = daybook("webhooks", "rotate-secret", webhook["id"], "--overlap-hours", "1", *JSON)
    assert json.loads(out)["secret"] != webhook["secret"]
    assert error == "keep the secret: it is not shown again\n"
    assert daybook("webhooks", "delete", webhook["id"])[0] == 2
    assert daybook("webhooks", "delete", webhook["id"], "--yes")[0] == 0
    assert daybook("webhooks", "get", webhook["id"])[0] == 3
    assert made(daybook, "webhooks", "restore", webhook["id"])["state"] == "active"
    code, out, error = daybook("webhooks", "create", "--url", "http://127.0.0.1/", "--event-type", "x")
    assert (code, out) == (2, "")
    assert error.startswith("error: event_types.0: must be a type such as order.placed")
    assert daybook("webhooks", "test", NOBODY)[0] == 3


def test_a_test_is_sent(daybook: Run, receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/"
    code, _, error = daybook("webhooks", "create", "--url", url)
    assert code == 2
    assert error == "error: url: must begin with https://, unless WEBHOOKS_ALLOWED_NETWORKS names its network\n"
    monkeypatch.setenv("WEBHOOKS_ALLOWED_NETWORKS", "127.0.0.0/8")
    webhook = json.loads(daybook("webhooks", "create", "--url", url, *JSON)[1])
    code, out, _ = daybook("webhooks", "test", webhook["id"], *JSON)
    assert (code, json.loads(out)["delivered"]) == (0, True)
    headers, body = Taking.taken[0]
    assert Webhook(webhook["secret"]).verify(body, headers)["type"] == "webhook.test"
    Taking.status = 404
    code, out, _ = daybook("webhooks", "test", webhook["id"], *JSON)
    assert (code, json.loads(out)["detail"]) == (1, "it answered 404")


def test_a_range_is_sent_anew_and_looked_at(daybook: Run) -> None:
    webhook = json.loads(daybook("webhooks", "create", "--url", URL, "--event-type", "author.*", *JSON)[1])
    for name in ("Ada", "Bob"):
        made(daybook, "authors", "create", "--name", name)
    told = made(daybook, "webhooks", "replay", webhook["id"], "--first-sequence", "1")
    assert (told["replayed"], told["skipped"], told["has_more"]) == (2, 1, False)
    assert made(daybook, "webhooks", "replay", webhook["id"], "--since", "2026-01-01T00:00:00Z")["replayed"] == 0
    listed = made(daybook, "webhooks", "deliveries", webhook["id"], "--sort", "sequence")["data"]
    assert [(one["type"], one["state"]) for one in listed] == [("author.created", "pending")] * 2
    one = made(daybook, "webhooks", "deliveries", webhook["id"], listed[0]["id"])
    assert json.loads(one["request"]["body"])["data"]["sequence"] == listed[0]["sequence"]
    code, _, error = daybook("webhooks", "replay", webhook["id"], listed[0]["id"])
    assert (code, error) == (4, "error: it is on its way: it can be sent anew when that has ended\n")
    assert daybook("webhooks", "replay", webhook["id"])[0] == 2
    assert daybook("webhooks", "replay", webhook["id"], listed[0]["id"], "--first-sequence", "1")[0] == 2
    assert daybook("webhooks", "deliveries", NOBODY)[0] == 3
