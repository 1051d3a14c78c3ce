"""What an import is asked to do, and what it says of each row and of all together."""

from collections import Counter
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct

from domain.orders.order import CHANNEL_LENGTH
from domain.shared.errors import Invalid, Problems
from domain.shared.money import currency_code
from domain.shared.text import clean_line

EXAMPLES = 3


class Mode(StrEnum):
    """What may happen to customers and books: only new ones made, only known ones changed, or both."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


class Verdict(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RowVerdict(Struct, frozen=True, gc=False):
    """What became of the row that begins on `line` of the file; a rejected one has a stable code and a message."""

    line: int
    verdict: Verdict
    code: str | None = None
    message: str | None = None


class ImportOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a file is to be taken.

    `tz` is the zone of times without an offset. `currency` and `channel` are those of files that name none; Online
    Retail is in GBP and of the channel `online-retail` unless told otherwise.
    """

    format: Annotated[str | None, Meta(description="Told from the header when it is not given.")] = None
    mode: Mode = Mode.UPSERT
    tz: str = "UTC"
    currency: str | None = None
    channel: str | None = None
    dry_run: bool = False

    def checked(self) -> "ImportOptions":
        """Itself. Raises Invalid that names each bad option."""
        problems = Problems()
        problems.take("/tz", zone, self.tz)
        if self.currency is not None:
            problems.take("/currency", currency_code, self.currency)
        if self.channel is not None:
            problems.take("/channel", clean_line, self.channel, CHANNEL_LENGTH)
        problems.raise_if_any()
        return self


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises Invalid with `unknown-time-zone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid.because("unknown-time-zone", "must be an IANA time zone such as Europe/London") from None


class RejectionCount(Struct, frozen=True, kw_only=True):
    """How many rows were rejected for one reason, and the first of them."""

    code: str
    rows: int
    examples: list[RowVerdict]


class ImportSummary(Struct, frozen=True, kw_only=True):
    """`rows` were read; `created`, `updated`, `unchanged` and `rejected` rows add up to them.

    `stored` counts what was kept, by kind: a sale of ten rows is one order. In a dry run it counts what would be.
    """

    format: str
    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    stored: dict[str, int]
    reasons: list[RejectionCount]

    @property
    def accepted(self) -> int:
        """Rows that are in the store now, or were before."""
        return self.created + self.updated + self.unchanged


class Tally:
    """Counts verdicts, in memory that does not grow with them."""

    def __init__(self) -> None:
        self._verdicts: Counter[Verdict] = Counter()
        self._reasons: Counter[str] = Counter()
        self._examples: dict[str, list[RowVerdict]] = {}
        self.stored: Counter[str] = Counter()

    def count(self, verdict: RowVerdict) -> None:
        """One more row."""
        self._verdicts[verdict.verdict] += 1
        if verdict.code is not None:
            self._reasons[verdict.code] += 1
            examples = self._examples.setdefault(verdict.code, [])
            if len(examples) < EXAMPLES:
                examples.append(verdict)

    def summary(self, *, file_format: str, dry_run: bool) -> ImportSummary:
        """All so far, the commonest reason first."""
        counts = self._verdicts
        return ImportSummary(
            format=file_format,
            dry_run=dry_run,
            rows=counts.total(),
            created=counts[Verdict.CREATED],
            updated=counts[Verdict.UPDATED],
            unchanged=counts[Verdict.UNCHANGED],
            rejected=counts[Verdict.REJECTED],
            stored=dict(sorted(self.stored.items())),
            reasons=[
                RejectionCount(code=code, rows=rows, examples=self._examples[code])
                for code, rows in sorted(self._reasons.items(), key=lambda one: (-one[1], one[0]))
            ],
        )
