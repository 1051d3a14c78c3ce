"""What application/ports/webhook_sender.py promises, of the one adapter, against a real receiver."""

import asyncio
import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

import pytest

from adapters.aiohttp.guard import Lookup
from adapters.aiohttp.webhook_sender import AiohttpWebhookSender
from application.ports.webhook_sender import WebhookSender
from domain.webhooks.addresses import Reach
from domain.webhooks.delivery import ANSWER_BYTES, SendError
from tests.support.receivers import Receiver, Reply, certified

LOCAL = Reach.into(["127.0.0.0/8"])
BODY = b'{"type":"book.created"}'


def sender(reach: Reach = LOCAL, *, seconds: float = 2, **more: Any) -> WebhookSender:
    return AiohttpWebhookSender(reach, total_seconds=seconds, connect_seconds=1, **more)


def answers(*addresses: str, asked: list[str] | None = None) -> Lookup:
    """A name server that knows one name, by these addresses."""

    def lookup(host: str, port: int) -> list[Any]:
        if asked is not None:
            asked.append(host)
        kinds = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in zip(kinds, addresses, strict=True)]

    return lookup


async def test_what_is_posted_arrives_as_it_is() -> None:
    async with Receiver(Reply(status=202, body="Grüße\x00\r\n".encode())) as receiver:
        sent = await sender(user_agent="Daybook/1").send(f"{receiver.url}hooks/a%2Fb?x=%20y", {"webhook-id": "1"}, BODY)
    (request,) = receiver.received
    assert (request.path, request.body) == ("/hooks/a%2Fb?x=%20y", BODY)
    expected = {"webhook-id": "1", "content-type": "application/json", "user-agent": "Daybook/1"}
    assert expected.items() <= request.headers.items()
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert not {"cookie", "authorization", "proxy-authorization"} & request.headers.keys()
    assert (sent.status, sent.answer, sent.error) == (202, "Grüße\ufffd\n", None)
    assert 0 <= sent.duration_ms < 2_000


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with Receiver() as other, Receiver(Reply(status=302, headers={"Location": other.url})) as receiver:
        assert (await sender().send(receiver.url, {}, BODY)).status == 302
    assert other.received == []


async def test_no_more_of_an_answer_is_read_than_is_kept() -> None:
    async with Receiver(Reply(status=500, body=b"a" * 5_000_000)) as receiver:
        sent = await sender().send(receiver.url, {}, BODY)
    assert (sent.status, sent.answer) == (500, "a" * ANSWER_BYTES)


async def test_a_compressed_answer_is_not_unpacked() -> None:
    async with Receiver(Reply(status=200, headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b\x08")) as receiver:
        assert (await sender().send(receiver.url, {}, BODY)).status == 200


async def test_an_answer_that_never_ends_takes_a_bounded_time_and_its_status_counts() -> None:
    began = perf_counter()
    async with Receiver(Reply(status=200, drip=True)) as receiver:
        sent = await sender(seconds=0.5).send(receiver.url, {}, BODY)
    assert sent.status == 200
    assert perf_counter() - began < 5


async def test_a_head_that_never_ends_is_no_answer_in_time() -> None:
    async with Receiver(Reply(raw=b"HTTP/1.1 200 OK\r\nX: ", drip=True)) as receiver:
        assert (await sender(seconds=0.5).send(receiver.url, {}, BODY)).error is SendError.TIMEOUT


async def test_who_does_not_answer_in_time_is_given_up() -> None:
    async with Receiver(Reply(delay=30)) as receiver:
        sent = await sender(seconds=0.3).send(receiver.url, {}, BODY)
    assert (sent.status, sent.error) == (None, SendError.TIMEOUT)
    assert sent.detail is not None


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 2", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 99_999]
)
async def test_who_hangs_up_or_speaks_no_http_gives_no_answer(raw: bytes) -> None:
    async with Receiver(Reply(raw=raw)) as receiver:
        assert (await sender().send(receiver.url, {}, BODY)).error is SendError.NO_ANSWER


async def test_where_nobody_listens_there_is_no_answer() -> None:
    async with Receiver() as receiver:
        pass
    assert (await sender().send(receiver.url, {}, BODY)).error is SendError.NO_ANSWER


@pytest.mark.parametrize(
    ("text", "wait"),
    [("120", 120), ("0", 0), ("9" * 40, 864_000), ("Thu, 01 Jan 2015 00:00:00 GMT", 0), ("soon", None), ("-5", None)],
)
async def test_how_long_to_wait_is_told(text: str, wait: int | None) -> None:
    async with Receiver(Reply(status=429, headers={"Retry-After": text})) as receiver:
        sent = await sender().send(receiver.url, {}, BODY)
    assert sent.retry_after == (None if wait is None else timedelta(seconds=wait))


class TestWhereItGoes:
    """A name that leads into a network is refused, however it is written and whatever it said before."""

    @pytest.mark.parametrize(
        "addresses",
        [
            ["127.0.0.1"],
            ["8.8.8.8", "127.0.0.1"],
            ["169.254.169.254"],
            ["10.0.0.1"],
            ["100.64.0.1"],
            ["::1"],
            ["fe80::1"],
            ["fd00:ec2::254"],
            ["::ffff:127.0.0.1"],
            ["64:ff9b::a9fe:a9fe"],
            ["2002:7f00:1::"],
            ["2001::1"],
            ["0.0.0.0"],
            ["224.0.0.1"],
            ["fe80::1%lo"],
        ],
        ids=" ".join,
    )
    async def test_a_name_with_one_forbidden_address_is_refused(self, addresses: Sequence[str]) -> None:
        async with Receiver() as receiver:
            url = f"https://receiver.example:{receiver.port}/"
            sent = await sender(Reach(), lookup=answers(*addresses)).send(url, {}, BODY)
        assert (sent.status, sent.error) == (None, SendError.FORBIDDEN_ADDRESS)
        assert sent.detail is not None
        assert "WEBHOOKS_ALLOWED_NETWORKS" in sent.detail
        assert not any(one in sent.detail for one in addresses)
        assert receiver.connections == 0

    @pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"])
    async def test_an_address_in_the_url_is_refused_too(self, host: str) -> None:
        async with Receiver() as receiver:
            for scheme in ("http", "https"):
                sent = await sender(Reach()).send(f"{scheme}://{host}:{receiver.port}/", {}, BODY)
                assert sent.error is SendError.FORBIDDEN_ADDRESS
        assert receiver.connections == 0

    @pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "0x7f.1", "127.1"])
    async def test_an_address_in_another_form_leads_nowhere(self, host: str) -> None:
        async with Receiver() as receiver:
            sent = await sender(Reach()).send(f"http://{host}:{receiver.port}/", {}, BODY)
        assert sent.error in (SendError.FORBIDDEN_ADDRESS, SendError.NO_ANSWER)
        assert receiver.connections == 0

    async def test_a_name_is_resolved_once_and_its_address_is_where_it_goes(self) -> None:
        asked: list[str] = []
        async with Receiver() as receiver:
            lookup = answers("127.0.0.1", asked=asked)
            url = f"http://receiver.example:{receiver.port}/"
            assert (await sender(lookup=lookup).send(url, {}, BODY)).status == 204
        assert asked == ["receiver.example"]
        assert receiver.received[0].headers["host"] == f"receiver.example:{receiver.port}"

    async def test_without_encryption_it_goes_only_where_that_is_allowed(self) -> None:
        sent = await sender(lookup=answers("8.8.8.8")).send("http://receiver.example/", {}, BODY)
        assert sent.error is SendError.FORBIDDEN_ADDRESS

    async def test_a_name_that_nobody_knows(self) -> None:
        def unknown(host: str, port: int) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        sent = await sender(lookup=unknown).send("https://receiver.example/", {}, BODY)
        assert sent.error is SendError.UNKNOWN_HOST
        assert (await sender(lookup=answers()).send("https://a.example/", {}, BODY)).error is SendError.UNKNOWN_HOST

    async def test_a_name_server_that_hangs_takes_a_bounded_time(self) -> None:
        def hangs(host: str, port: int) -> list[Any]:
            stopped.wait(10)
            return []

        loop, stopped = asyncio.get_running_loop(), Event()
        began = loop.time()
        sent = await sender(seconds=0.3, lookup=hangs).send("https://receiver.example/", {}, BODY)
        stopped.set()
        assert sent.error is SendError.TIMEOUT
        assert loop.time() - began < 5

    async def test_no_proxy_of_the_environment_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with Receiver() as proxy, Receiver() as receiver:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            assert (await sender().send(receiver.url, {}, BODY)).status == 204
        assert proxy.connections == 0


class TestEncryption:
    async def test_the_certificate_is_of_the_name_though_the_connection_is_to_the_address(self, tmp_path: Path) -> None:
        server, client = certified(tmp_path, "receiver.example")
        async with Receiver(tls=server) as receiver:
            for name, error in (("receiver.example", None), ("other.example", SendError.UNTRUSTED)):
                url = f"https://{name}:{receiver.port}/"
                sent = await sender(tls=client, lookup=answers("127.0.0.1")).send(url, {}, BODY)
                assert (sent.status, sent.error) == ((204, None) if error is None else (None, error))
        assert receiver.received[0].server_name == "receiver.example"
        assert receiver.received[0].headers["host"] == f"receiver.example:{receiver.port}"

    async def test_who_is_not_trusted_is_sent_nothing(self, tmp_path: Path) -> None:
        server, _ = certified(tmp_path, "receiver.example")
        async with Receiver(tls=server) as receiver:
            url = f"https://receiver.example:{receiver.port}/"
            sent = await sender(lookup=answers("127.0.0.1")).send(url, {}, BODY)
        assert sent.error is SendError.UNTRUSTED
        assert receiver.received == []
