"""Events, written with the change that they tell of."""

from typing import NamedTuple

from adapters.postgres.kinds import Kind
from adapters.sql.tables import events
from domain.shared.events import Event


class Recorded(NamedTuple):
    """An event, and the request that it came with."""

    event: Event
    request_id: str | None


def _values(recorded: Recorded) -> tuple[object, ...]:
    event = recorded.event
    return (
        event.type,
        event.aggregate,
        event.aggregate_id,
        event.version,
        event.at,
        event.by,
        recorded.request_id,
        event.changed,
        dict(event.data),
    )


EVENTS: Kind[Recorded] = Kind(events, _values)
