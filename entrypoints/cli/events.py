"""`daybook events`, and what the groups of customers, books and orders tell of the history of one."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from cyclopts import App, Parameter

from application.errors import BadQuery
from application.events.following import check_wanted
from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from domain.shared.errors import Problems
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.inputs import (
    CursorOption,
    FieldsOption,
    IdArgument,
    LimitOption,
    SortOption,
    TotalOption,
    listing,
    only,
    whole_number,
)
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.running import use, use_wiring
from entrypoints.services import Services

app = App(name="events", help="Events: who changed what, and when; list, tail.")
_COLUMNS: Final = ("sequence", "at", "type", "aggregate_id", "version", "by", "changed")
_HISTORY_COLUMNS: Final = ("at", "type", "version", "by", "request_id", "changed")


@app.command(name="list")
def list_events(
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of events, the earliest first.

    $ daybook events list --sort -sequence --limit 5
    $ daybook events list --aggregate book "--at[gte]=2026-01-01T00:00:00Z"
    $ daybook events list "--sequence[gt]=1200" --limit 100 --format ndjson

    Filters are those of the HTTP API: --aggregate, --aggregate_id, --type, --sequence, --at, the last two also with
    [gte], [gt], [lte] and [lt].
    """
    asked = listing(EVENT_LIST, filters, sort=sort, limit=limit, cursor=cursor, total=total)
    show(use(lambda services: services.events.list(asked)), format, columns=_COLUMNS, fields=only(EventRead, fields))


TailFormat = Literal["text", "ndjson"]
TailFormatOption = Annotated[TailFormat, Parameter(help="A line an event: for people, or as JSON.")]
TypesOption = Annotated[
    tuple[str, ...], Parameter(name="--type", negative="", help="Only events of this type; may be repeated.")
]
AggregatesOption = Annotated[
    tuple[str, ...],
    Parameter(name="--aggregate", negative="", help="Only events of this kind of thing; may be repeated."),
]
AfterOption = Annotated[
    int | None,
    Parameter(
        converter=whole_number, help="Begin after the event of this sequence; without it with what comes from now on."
    ),
]
_AT_ONCE: Final = 500
_LOOK_EVERY: Final = 5.0


@app.command
def tail(
    *,
    types: TypesOption = (),
    aggregates: AggregatesOption = (),
    after: AfterOption = None,
    format: TailFormatOption = "text",  # noqa: A002  # the name of the option
) -> None:
    """Shows events as they come, until Ctrl-C.

    $ daybook events tail
    $ daybook events tail --type order.placed --type order.cancelled
    $ daybook events tail --after 0 --format ndjson | jq .type
    """
    problems = Problems()
    check_wanted({"type": types, "aggregate": aggregates}, problems)
    if after is not None and after < 0:
        problems.add("after", "bad-value", "must be a whole number from 0 on")
    if problems.found:
        raise BadQuery(problems.found)

    async def follow(wiring: Wiring) -> None:
        events = wiring.services.events
        async with wiring.hearing_of_events():
            seen = await events.begin(after)
            while True:
                for event in await events.after(seen, limit=_AT_ONCE):
                    seen = event.sequence or seen
                    if (not types or event.type in types) and (not aggregates or event.aggregate in aggregates):
                        print(_line(event) if format == "text" else msgspec.json.encode(event).decode())
                sys.stdout.flush()
                await events.wait(seen, seconds=_LOOK_EVERY)

    use_wiring(follow)


def _line(event: EventRead) -> str:
    changed = f"  {', '.join(event.changed)}" if event.changed else ""
    return f"{event.sequence}  {event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {event.aggregate_id}  {event.by}{changed}"


def history_of(plural: str, noun: str, get: Callable[[Services, UUID], Awaitable[object]]) -> Callable[..., None]:
    """The command `history` of a group; `get` gives the one whose history it is, or raises NotFound."""

    def history(
        item_id: IdArgument,
        /,
        *,
        limit: LimitOption = None,
        cursor: CursorOption = None,
        total: TotalOption = False,
        format: FormatOption = "table",  # noqa: A002  # the name of the option
        **filters: str,
    ) -> None:
        asked = listing(
            HISTORY_LIST, {**filters, "aggregate_id": str(item_id)}, limit=limit, cursor=cursor, total=total
        )

        async def ask(services: Services) -> object:
            await get(services, item_id)
            return await services.events.history(asked)

        show(use(ask), format, columns=_HISTORY_COLUMNS)

    history.__doc__ = f"""What happened to {noun}, the latest first, also when it is deleted by now.

    $ daybook {plural} history 01997f43-8c00-7000-8000-0123456789ab
    $ daybook {plural} history 01997f43-8c00-7000-8000-0123456789ab --format json

    Filters are those of the HTTP API: --type and --at, that also with [gte], [gt], [lte] and [lt].
    """
    return history
