"""GET /v1/events/stream: events as they come, as Server-Sent Events."""

import asyncio
from collections.abc import Callable
from inspect import cleandoc
from random import uniform
from time import perf_counter
from typing import Annotated, Any, Final, TypeVar

from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Meta, Struct

from application.errors import BadQuery, Unavailable
from application.events.following import AGGREGATE, MOST_NAMES, TYPE, check_wanted
from application.events.service import EventService
from application.listing import LARGEST_NUMBER, whole_number
from domain.shared.errors import Problems
from entrypoints.http.config import HttpConfig
from entrypoints.http.event_hub import BATCH, EventHub, Reader, Wanted, frame
from entrypoints.http.examples import EVENT, plain
from entrypoints.http.leaving import caller_gone
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.refusals import TooManyReaders
from entrypoints.http.replies import ANSWERED_AT, NO_STORE, SECURITY_HEADERS, HeaderPairs, Reply, encode
from entrypoints.http.requests import HttpRequest, header, query_pairs

MEDIA_TYPE: Final = "text/event-stream"
_HEADERS: Final[HeaderPairs] = [
    *SECURITY_HEADERS,
    NO_STORE,
    (b"content-type", MEDIA_TYPE.encode("ascii")),
    # nginx would keep it back until a buffer is full.
    (b"x-accel-buffering", b"no"),
]
_LAST_EVENT_ID: Final = "Last-Event-ID"
_RETRY_MS: Final = 2_000
_RETRY_AFTER: Final = 5
# Who takes nothing for so long is gone, or as good as.
_STALLED: Final = 60.0
_ABOUT: Final = """
The events that are committed from now on, or after `Last-Event-ID`, in the order of their sequence: none is left out
and none comes twice, whichever server process answers. Each has its sequence as `id`, its type as `event`, and the
event as in the list of events as `data`.

- When it ends (you read too slowly, the server stops, it has been open for an hour), connect again with
  `Last-Event-ID`. An `EventSource` does so by itself.
- Every few seconds without events a comment comes with the `id` that was reached, so that a connection that is gone is
  noticed, and a reader of a few types does not go through all others again.
"""
T = TypeVar("T")


class StreamedEvent(Struct, frozen=True, kw_only=True):
    """One event of the stream, by the names of its lines."""

    id: Annotated[str, Meta(description="Its sequence: what to send as `Last-Event-ID`.")]
    event: Annotated[str, Meta(description="Its type.")]
    data: Annotated[
        str,
        Meta(
            description="The event as in the list of events, as JSON in one line.",
            extra_json_schema={
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": "#/components/schemas/EventRead"},
            },
        ),
    ]


def stream_operation(events: EventService, hub: EventHub, config: HttpConfig) -> Operation:
    """The operation."""

    async def handle(request: HttpRequest) -> ASGIApp:
        after, wanted = _asked(request.scope)
        return _Stream(events, hub, config, after, wanted)

    return Operation(
        id="stream_events",
        method="GET",
        path="/v1/events/stream",
        handler=handle,
        summary="Follow events",
        about=cleandoc(_ABOUT),
        tag="events",
        parameters=_PARAMETERS,
        gives=StreamedEvent,
        gives_example=plain(StreamedEvent(id=str(EVENT.sequence), event=EVENT.type, data=encode(EVENT).decode())),
        gives_media_type=MEDIA_TYPE,
        errors=(TooManyReaders,),
    )


class _Stream:
    """The answer: what was missed first, and then what the hub hands on."""

    def __init__(
        self, events: EventService, hub: EventHub, config: HttpConfig, after: int | None, wanted: Wanted
    ) -> None:
        self._events = events
        self._hub = hub
        self._config = config
        self._after = after
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until the caller is gone, or it ends otherwise. Raises TooManyReaders or BadQuery."""
        if self._hub.closed or self._hub.full:
            raise TooManyReaders(
                "this server process takes no more streams now: try again in a moment",
                [(b"retry-after", b"%d" % _RETRY_AFTER)],
            )
        # Before anything is waited for: those who come together find each other's places taken.
        reader = self._hub.enter(self._wanted)
        # One task for all of it: where one has been cancelled, the server may tell the next that the caller is gone.
        gone = asyncio.get_running_loop().create_task(caller_gone(receive))
        try:
            if not await self._begin(reader, gone, scope):
                return
            if scope["method"] == "HEAD":  # type: ignore[typeddict-item]  # an HTTP scope
                await Reply(200, _HEADERS)(scope, receive, send)
                return
            scope["state"][ANSWERED_AT] = perf_counter()
            await self._follow(reader, gone, send)
        finally:
            self._hub.leave(reader)
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self, reader: Reader, gone: asyncio.Task[None], scope: Scope) -> bool:
        """Finds where it begins; False when the caller goes away before that. Raises BadQuery."""
        pointer = "after" if header(scope, b"last-event-id") is None else _LAST_EVENT_ID
        # In tasks of their own, here and below, since the server may run this one in a way that knows no cancelling.
        beginning = asyncio.get_running_loop().create_task(self._events.begin(self._after, pointer=pointer))
        try:
            await asyncio.wait([gone, beginning], return_when=asyncio.FIRST_COMPLETED)
            if not beginning.done():
                return False
            reader.position = beginning.result()
        finally:
            beginning.cancel()
        return True

    async def _follow(self, reader: Reader, gone: asyncio.Task[None], send: Send) -> None:
        sending = asyncio.get_running_loop().create_task(self._send_all(reader, send))
        try:
            await asyncio.wait(
                [reader.ended, gone, sending],
                # Those who came together shall not come back together.
                timeout=self._config.stream_lifetime_seconds * uniform(0.9, 1.0),  # noqa: S311  # no secret
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            sending.cancel()
        if sending.done() and not sending.cancelled():
            # What went wrong there is said as what goes wrong anywhere.
            sending.result()

    async def _send_all(self, reader: Reader, send: Send) -> None:
        async def put(data: bytes) -> None:
            async with asyncio.timeout(_STALLED):
                await send({"type": "http.response.body", "body": data, "more_body": True})

        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        try:
            await put(b"retry: %d\nid: %d\n\n" % (_RETRY_MS, reader.position))
            while not await self._caught_up(reader, put):
                pass
            while True:
                data = await reader.take(within=self._config.stream_heartbeat_seconds)
                await put(data or b": still here\nid: %d\n\n" % reader.position)
        except TimeoutError:
            self._hub.drop(reader)
        except Unavailable:
            # It has begun, so that the caller cannot be told: it comes back and is told then.
            return

    async def _caught_up(self, reader: Reader, put: Callable[[bytes], Any]) -> bool:
        """Sends the next page of what was missed; whether that was all, and the hub goes on."""
        page = await self._events.after(reader.position, limit=BATCH)
        if page:
            reader.position = page[-1].sequence or 0
            if data := b"".join([frame(event) for event in page if reader.wanted(event)]):
                await put(data)
        return len(page) < BATCH and self._hub.join(reader)


def _asked(scope: Scope) -> tuple[int | None, Wanted]:
    """After which sequence, None for from now on, and what. Raises BadQuery that names every problem."""
    problems = Problems()
    after: int | None = None
    given: dict[str, list[str]] = {}
    names: dict[str, set[str]] = {}
    for name, text in query_pairs(scope):
        given.setdefault(name, []).append(text)
    for name, texts in given.items():
        if name in ("type", "aggregate"):
            names[name] = {one for text in texts for one in text.split(",")}
        elif name != "after":
            problems.add(
                name, "unknown-parameter", "is not a parameter of this path, which takes: after, aggregate, type"
            )
        elif len(texts) > 1:
            problems.add(name, "repeated-parameter", "must be given once")
        else:
            after = _read(whole_number, texts[0], name, problems)
    check_wanted(names, problems)
    last_id = header(scope, b"last-event-id")
    if last_id is not None:
        after = _read(whole_number, last_id.decode("latin-1"), _LAST_EVENT_ID, problems)
    if problems.found:
        raise BadQuery(problems.found)
    kinds = {name: frozenset(given) for name, given in names.items()}
    return after, Wanted(kinds.get("type"), kinds.get("aggregate"))


def _read(read: Callable[[str], T], text: str, name: str, problems: Problems) -> T | None:
    try:
        return read(text)
    except ValueError as error:
        problems.add(name, "bad-value", str(error))
        return None


_SEQUENCE: Final = {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER}
_PARAMETERS: Final = (
    Parameter(
        name="after",
        about="Begin after the event of this sequence; without it, now. For callers that cannot send the header.",
        schema=_SEQUENCE,
        example=0,
    ),
    Parameter(
        name="type",
        about="Only events of these types, with commas between; may be repeated.",
        schema={
            "type": "array",
            "items": {"type": "string", "pattern": f"^{TYPE.pattern}$"},
            "minItems": 1,
            "maxItems": MOST_NAMES,
        },
        example=["book.created", "book.updated"],
    ),
    Parameter(
        name="aggregate",
        about="Only events of these kinds of things, with commas between; may be repeated.",
        schema={
            "type": "array",
            "items": {"type": "string", "pattern": f"^{AGGREGATE.pattern}$"},
            "minItems": 1,
            "maxItems": MOST_NAMES,
        },
        example=["book"],
    ),
    Parameter(
        name=_LAST_EVENT_ID,
        place="header",
        about="The `id` of the last event that you have; goes before `after`.",
        schema=_SEQUENCE,
        example=0,
    ),
)
