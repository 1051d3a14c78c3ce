"""Requests that are answered at the other end of a connection."""

import asyncio
from typing import Any

import pytest

from application.errors import Unavailable
from entrypoints.http.leaving import CallerGone
from entrypoints.http.requests import HttpRequest
from tests.support.pools import eventually
from tests.support.relays import Relayed

PIECE = b"x" * 100_000


class Caller:
    """Asks, takes what comes, and goes away when told to; a slow one takes the next piece when told to."""

    def __init__(self, *, slow: bool = False) -> None:
        self.sent: list[Any] = []
        self.leaves = asyncio.Event()
        self.takes = asyncio.Event()
        self._slow = slow

    async def receive(self) -> Any:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if self._slow and message.get("more_body"):
            await self.takes.wait()

    async def ask(self, relayed: Relayed) -> None:
        scope: Any = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/v1/é",
            "query_string": b"a=%C3%A9",
            "headers": [(b"accept", b"text/csv"), (b"x-request-id", b"theirs")],
            "state": {"request_id": "ours", "traceparent": "00-1-2-00"},
        }
        reply = await relayed.relay(HttpRequest(scope, self.receive))
        await reply(scope, self.receive, self.send)

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.sent)


class App:
    """Sends so many pieces, and knows how many it has made and whether the caller went away."""

    def __init__(self, pieces: int, *, fails_after: int | None = None) -> None:
        self._pieces = pieces
        self._fails_after = fails_after
        self.made = 0
        self.left = False
        self.scope: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        assert await receive() == {"type": "http.request", "body": b"", "more_body": False}
        watching = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"ours")]})
            while self.made < self._pieces and not self.left:
                if self.made == self._fails_after:
                    raise OSError("no space left")
                self.made += 1
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
                await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b""})
        finally:
            watching.cancel()

    async def _watch(self, receive: Any) -> None:
        assert (await receive())["type"] == "http.disconnect"
        self.left = True


async def test_the_request_arrives_as_it_came_with_the_ids_it_was_given() -> None:
    app, caller = App(0), Caller()
    await caller.ask(Relayed(app))
    got = {name: app.scope[name] for name in ("method", "scheme", "path", "query_string")}
    assert got == {"method": "GET", "scheme": "http", "path": "/v1/é", "query_string": b"a=%C3%A9"}
    ids = [(b"x-request-id", b"ours"), (b"traceparent", b"00-1-2-00")]
    assert [tuple(one) for one in app.scope["headers"]] == [(b"accept", b"text/csv"), *ids]
    assert caller.sent[0] == {"type": "http.response.start", "status": 200, "headers": []}


async def test_pieces_come_in_their_order_and_whole() -> None:
    caller = Caller()
    await caller.ask(Relayed(App(50)))
    assert caller.body == PIECE * 50
    assert [one.get("more_body") for one in caller.sent[1:]] == [True] * 50 + [False]


async def test_a_slow_caller_keeps_the_other_end_from_making_more() -> None:
    app, caller = App(1_000), Caller(slow=True)
    asking = asyncio.create_task(caller.ask(Relayed(app)))
    await eventually(lambda: app.made > 1)
    await asyncio.sleep(0.2)
    assert app.made < 20
    caller.takes.set()
    await asking
    assert len(caller.body) == 1_000 * len(PIECE)


async def test_who_goes_away_is_gone_at_the_other_end() -> None:
    app, caller = App(1_000_000), Caller()
    relayed = Relayed(app)
    asking = asyncio.create_task(caller.ask(relayed))
    await eventually(lambda: app.made > 5)
    caller.leaves.set()
    await asking
    await eventually(lambda: app.left and not relayed.answering)


async def test_who_goes_away_before_the_answer_is_gone_at_the_other_end() -> None:
    gone = asyncio.Event()

    async def wait(_: Any, receive: Any, __: Any) -> None:
        await receive()
        if (await receive())["type"] == "http.disconnect":
            gone.set()

    caller = Caller()
    asking = asyncio.create_task(caller.ask(Relayed(wait)))
    await asyncio.sleep(0.05)
    caller.leaves.set()
    with pytest.raises(CallerGone):
        await asking
    await asyncio.wait_for(gone.wait(), 5)


async def test_an_end_before_the_answer_says_so() -> None:
    async def wait(_: Any, __: Any, ___: Any) -> None:
        await asyncio.sleep(60)

    relayed, caller = Relayed(wait), Caller()
    asking = asyncio.create_task(caller.ask(relayed))
    await eventually(lambda: bool(relayed.answering))
    relayed.kill()
    with pytest.raises(Unavailable, match="ask again") as caught:
        await asking
    assert (caught.value.retry_after, caller.sent) == (1, [])


@pytest.mark.parametrize("pieces", [1, 30])
async def test_an_answer_that_breaks_off_never_looks_whole(pieces: int) -> None:
    caller = Caller()
    with pytest.raises(Unavailable):
        await caller.ask(Relayed(App(100, fails_after=pieces)))
    assert len(caller.body) == pieces * len(PIECE)
    assert all(one["more_body"] for one in caller.sent[1:])
