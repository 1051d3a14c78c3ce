"""The attacks on what sends to others (SSRF), as the list of attacks has them."""

import csv
import re
import socket
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import pytest

from adapters.aiohttp.webhook_sender import TOTAL_SECONDS, AiohttpWebhookSender
from domain.webhooks.addresses import Reach
from domain.webhooks.delivery import ANSWER_BYTES, SendError
from entrypoints.http.app import create_app
from tests.integration.http.conftest import CONFIG
from tests.support.data import attacks_file
from tests.support.http_client import HttpClient
from tests.support.receivers import Receiver, Reply
from tests.support.services import services_on
from tests.support.store_case import StorePorts

LOCAL = Reach.into(["127.0.0.0/8"])
SPELLED = {
    "file:// gopher:// ftp://": ["file:///etc/passwd", "gopher://example.org/", "ftp://example.org/"],
    "userinfo in URL": ["https://ada@example.org/", "https://example.org@127.0.0.1/"],
    "IDN homograph / invalid IDN": ["https://аpple.com/", "https://xn--pple-43d.com/", "https://xn--a.example/"],
}


def attacks() -> Mapping[str, str]:
    with attacks_file().open(encoding="utf-8", newline="") as lines:
        found = {row["case"]: row["expected"] for row in csv.DictReader(lines) if row["group"].startswith("SSRF")}
    assert found, "the list has no such attacks any more"
    return found


async def test_urls_that_lead_astray_are_refused_at_registration_and_at_connect(test_db: StorePorts) -> None:
    client = HttpClient(create_app(services_on(test_db, Reach()), CONFIG))
    refused = {case: expected for case, expected in attacks().items() if expected.startswith("422")}
    assert len(refused) >= 10
    async with Receiver() as receiver:
        for case, expected in refused.items():
            urls = SPELLED.get(case) or re.findall(r"https?://\S+", case)
            assert urls, f"the list has a case that this test does not know: {case}"
            for url in urls:
                for written in {url, url.replace("http://", "https://")}:
                    answer = await client.post("/v1/webhooks", json={"url": written})
                    assert (answer.status, [at for at, _ in answer.errors]) == (422, ["/url"]), written
                if "blocked again at connect" in expected:
                    sent = await AiohttpWebhookSender(Reach(), connect_seconds=1).send(url, {}, b"{}")
                    assert sent.error in (SendError.FORBIDDEN_ADDRESS, SendError.NO_ANSWER), url
                    assert sent.status is None
        assert receiver.connections == 0


async def test_the_rest_of_the_list(test_db: StorePorts) -> None:
    known = {
        "DNS name that resolves to 127.0.0.1": _a_name_that_leads_home,
        "302 to private address": _a_redirect,
        "response that never ends": _an_endless_answer,
        "response body shown to tenant": _a_long_answer,
    }
    rest = {case for case, expected in attacks().items() if not expected.startswith("422")}
    assert rest == known.keys()
    for check in known.values():
        await check()


async def _a_name_that_leads_home() -> None:
    def home(host: str, port: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async with Receiver() as receiver:
        sender = AiohttpWebhookSender(Reach(), lookup=home)
        sent = await sender.send(f"https://receiver.example:{receiver.port}/", {}, b"{}")
    assert sent.error is SendError.FORBIDDEN_ADDRESS
    assert receiver.connections == 0


async def _a_redirect() -> None:
    async with Receiver() as inside:
        for status in (301, 302, 303, 307, 308):
            async with Receiver(Reply(status=status, headers={"Location": inside.url})) as receiver:
                sent = await AiohttpWebhookSender(LOCAL).send(receiver.url, {}, b"{}")
            assert sent.status == status
    assert inside.connections == 0


async def _an_endless_answer() -> None:
    assert TOTAL_SECONDS <= 15
    began = perf_counter()
    async with Receiver(Reply(status=200, drip=True)) as receiver:
        await AiohttpWebhookSender(LOCAL, total_seconds=1).send(receiver.url, {}, b"{}")
    assert perf_counter() - began < 10


async def _a_long_answer() -> None:
    headers = {"X-Internal-Host": "db-1.internal"}
    async with Receiver(Reply(status=200, body=b"a" * 100_000, headers=headers)) as receiver:
        sent = await AiohttpWebhookSender(LOCAL).send(receiver.url, {}, b"{}")
    assert sent.answer is not None
    assert len(sent.answer) == ANSWER_BYTES <= 2_048
    assert "db-1" not in repr(sent)


@pytest.mark.parametrize("length", [2_049, 65_536])
async def test_a_url_of_any_length_is_answered(test_db: StorePorts, length: int) -> None:
    client = HttpClient(create_app(services_on(test_db, Reach()), CONFIG))
    answer = await client.post("/v1/webhooks", json={"url": "https://example.org/".ljust(length, "a")})
    assert answer.errors == [("/url", "too-long")]
