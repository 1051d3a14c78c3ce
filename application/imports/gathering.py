"""Puts the rows of one order together as they come, with a bounded number of orders in hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from application.imports.models import RowVerdict
from application.imports.rejecting import Fields, rejected, rejected_for
from application.imports.remembered import Remembered
from application.imports.rows import SaleHead, SaleKey, SaleRow
from domain.orders.order import MAX_LINES

WINDOW = 200
BATCH = 200
_BATCH_ROWS = 5_000
_WINDOW_ROWS = 20_000
_REMEMBERED = 50_000


class PlacedRow(NamedTuple):
    """A row, the line of the file that it begins on, and its place in its order, from 1."""

    line: int
    place: int
    row: SaleRow


@dataclass(slots=True)
class Sale:
    """The rows of one order or return that can be read; `places` counts those that cannot, too."""

    key: SaleKey
    head: SaleHead
    at: datetime | None
    rows: list[PlacedRow] = field(default_factory=list)
    places: int = 0


class Gatherer:
    """Rows of an order belong together when at most 200 other orders stand between them.

    Those that come later are rejected with `order-interrupted`: the order is kept by then. (The last 50,000 orders are
    remembered for that; a row that comes later still is compared with the order as it was kept.)
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._open: dict[SaleKey, Sale] = {}
        self._newest: Sale | None = None
        self._open_rows = 0
        self._closed: list[Sale] = []
        self._closed_rows = 0
        self._done: Remembered[SaleKey, None] = Remembered(_REMEMBERED)
        self._verdicts: list[RowVerdict] = []

    @property
    def full(self) -> bool:
        """Whether a batch is ready."""
        return len(self._closed) >= BATCH or self._closed_rows >= _BATCH_ROWS or len(self._verdicts) >= _BATCH_ROWS

    def take(self, line: int, row: SaleRow) -> None:
        """Puts a row to its order, or rejects it."""
        sale = self._sale(line, row)
        if sale is None:
            return
        sale.places += 1
        if row.head != sale.head:
            verdict = self._merged(line, sale, row)
            if verdict is not None:
                self._verdicts.append(verdict)
                return
        sale.at = sale.at or row.at
        if row.faults:
            self._verdicts.append(rejected_for(line, row.faults, self._fields))
        elif sale.places > MAX_LINES:
            self._verdicts.append(rejected(line, "too-many", f"is beyond the {MAX_LINES} lines that an order may have"))
        else:
            sale.rows.append(PlacedRow(line, sale.places, row))
            self._open_rows += 1
            while self._open_rows > _WINDOW_ROWS and len(self._open) > 1:
                self._close_oldest()

    def batch(self, *, last: bool) -> tuple[Sequence[Sale], list[RowVerdict]]:
        """The orders that are complete, all of them when it is the last batch, and the rows rejected since."""
        while last and self._open:
            self._close_oldest()
        closed, verdicts = self._closed, self._verdicts
        self._closed, self._verdicts, self._closed_rows = [], [], 0
        return closed, verdicts

    def _sale(self, line: int, row: SaleRow) -> Sale | None:
        key, newest = row.key, self._newest
        if newest is not None and newest.key == key:
            return newest
        sale = self._open.pop(key, None)
        if sale is None:
            if key in self._done:
                message = f"is of {key.reference}, which was complete further up: keep the rows of an order together"
                self._verdicts.append(rejected(line, "order-interrupted", message))
                return None
            sale = Sale(key, row.head, row.at)
        self._open[key] = self._newest = sale
        if len(self._open) > WINDOW + 1:
            self._close_oldest()
        return sale

    def _close_oldest(self) -> None:
        sale = self._open.pop(next(iter(self._open)))
        if sale is self._newest:
            self._newest = None
        self._done.note([(sale.key, None)])
        self._open_rows -= len(sale.rows)
        if sale.rows:
            self._closed.append(sale)
            self._closed_rows += len(sale.rows)

    def _merged(self, line: int, sale: Sale, row: SaleRow) -> RowVerdict | None:
        """Takes over what the order's earlier rows did not say; the verdict when they said otherwise."""
        before, now, merged = sale.head, row.head, []
        for name in before.__struct_fields__:
            one, other = getattr(before, name), getattr(now, name)
            if one is not None and other is not None and one != other:
                message = f"{self._fields.get(name, name)} is {other}, but {one} further up in the same order"
                return rejected(line, "differs-within-order", message)
            merged.append(other if one is None else one)
        sale.head = SaleHead(*merged)
        return None
