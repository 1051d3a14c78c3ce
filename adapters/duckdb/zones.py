"""The days of a time zone as an expression of DuckDB.

DuckDB brings a copy of the time zone database of its own and looks each moment up in it, which takes longer than the
rest of a question; and what it holds may be another year's. Here the changes of the offset are asked of Python's, of
which the definition of each report takes its days too, and become a tree of comparisons.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_STEP = timedelta(hours=12)
_MARGIN = timedelta(days=2)
_DAY_US = timedelta(days=1) // timedelta(microseconds=1)
_EPOCH_DAYS = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


class _Change(NamedTuple):
    at: datetime
    offset: timedelta


@lru_cache(maxsize=64)
def local_day(tz: str, first: int, last: int) -> str:
    """The local day of `moment`, a timestamp in UTC, for moments from the year `first` to the year `last`."""
    at = datetime(first, 1, 1, tzinfo=UTC) - _MARGIN if first > 1 else datetime(1, 1, 1, tzinfo=UTC)
    until = datetime(last + 1, 1, 3, tzinfo=UTC) if last < 9998 else datetime(9999, 12, 30, tzinfo=UTC)
    changes = _changes(ZoneInfo(tz), at, until)
    if len(changes) == 1 and not changes[0].offset:
        return "CAST(moment AS DATE)"
    # In whole numbers, since adding an INTERVAL takes ten times as long; above 0, since a division cuts towards it.
    shifted = f"epoch_us(moment) + ({_offsets(changes)})::BIGINT + {_EPOCH_DAYS} * {_DAY_US}"
    return f"(DATE '1970-01-01' + CAST(({shifted}) // {_DAY_US} - {_EPOCH_DAYS} AS INTEGER))"


def latest_day(tz: str, latest: datetime) -> date:
    """The last local day of all moments until `latest`: not its own, where a clock went back over midnight."""
    zone = ZoneInfo(tz)
    try:
        # No clock was ever put back by more than a day.
        changed = [one.at for one in _changes(zone, latest - _MARGIN, latest)[1:]]
        moments = [latest, *(at - timedelta.resolution for at in changed if at <= latest)]
        return max(one.astimezone(zone).date() for one in moments)
    except OverflowError:
        return date.max


def _changes(zone: ZoneInfo, at: datetime, until: datetime) -> Sequence[_Change]:
    """The offset at a moment, and each other one until another moment or half a day after it."""
    found = [_Change(at, _offset(zone, at))]
    while at < until:
        later = at + _STEP
        offset = _offset(zone, later)
        if offset != found[-1].offset:
            found.append(_Change(_moment_of(zone, at, later), offset))
        at = later
    return found


def _moment_of(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the offset that is that of `after`."""
    offset = _offset(zone, after)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _offset(zone, middle) == offset else (middle, after)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _offsets(changes: Sequence[_Change]) -> str:
    """The offset in microseconds, by halving the changes."""
    if len(changes) == 1:
        return str(changes[0].offset // timedelta(microseconds=1))
    middle = len(changes) // 2
    border = changes[middle].at.replace(tzinfo=None).isoformat(sep=" ")
    before, after = _offsets(changes[:middle]), _offsets(changes[middle:])
    return f"CASE WHEN moment < TIMESTAMP '{border}' THEN {before} ELSE {after} END"
