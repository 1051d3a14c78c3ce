"""The whole history of the store in memory, told and taken over."""

from collections.abc import AsyncIterator, Iterable
from itertools import chain

from adapters.memory.store import MemoryStore
from application.ports.history import History, HistoryBatch
from domain.customers.customer import Customer

BATCH_ROWS = 1_000


class MemoryHistorySource:
    """Tells the history as of the moment of `read`, whatever is committed while its batches are read."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def read(self, *, purchases: bool = True) -> History:
        """All of it, in batches of at most 1,000 rows."""
        store = self._store
        everything = HistoryBatch(
            customers=[*store.customers.values(), *_merged(store)],
            authors=list(store.authors.values()),
            categories=sorted(store.categories.values(), key=lambda one: one.depth),
            books=list(store.books.values()),
            reviews=list(store.reviews.values()),
            orders=list(store.orders.values()) if purchases else [],
            returns=list(store.returns.values()) if purchases else [],
        )
        return History(watermark=store.watermark, batches=_batches(everything))


class MemoryHistorySink:
    """Takes a history over at one moment, when the last of its batches has come."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def write(self, history: History) -> int:
        """Takes new rows and those of a later version than here; returns how many."""
        batches = [batch async for batch in history.batches]
        everything = HistoryBatch(
            customers=list(chain.from_iterable(batch.customers for batch in batches)),
            authors=list(chain.from_iterable(batch.authors for batch in batches)),
            categories=list(chain.from_iterable(batch.categories for batch in batches)),
            books=list(chain.from_iterable(batch.books for batch in batches)),
            reviews=list(chain.from_iterable(batch.reviews for batch in batches)),
            orders=list(chain.from_iterable(batch.orders for batch in batches)),
            returns=list(chain.from_iterable(batch.returns for batch in batches)),
        )
        changes = self._store.begin()
        taken = changes.take_over(everything, late=history.watermark >= self._store.watermark)
        changes.apply(watermark=history.watermark)
        return taken


def _merged(store: MemoryStore) -> Iterable[Customer]:
    """Those that were merged away, as deleted: whoever took one over before is to see it go."""
    return (merge.gone() for merge in store.merge_rows.rows.values())


async def _batches(everything: HistoryBatch) -> AsyncIterator[HistoryBatch]:
    for start in range(0, len(everything.customers), BATCH_ROWS):
        yield HistoryBatch(customers=everything.customers[start : start + BATCH_ROWS])
    for start in range(0, len(everything.authors), BATCH_ROWS):
        yield HistoryBatch(authors=everything.authors[start : start + BATCH_ROWS])
    for start in range(0, len(everything.categories), BATCH_ROWS):
        yield HistoryBatch(categories=everything.categories[start : start + BATCH_ROWS])
    for start in range(0, len(everything.books), BATCH_ROWS):
        yield HistoryBatch(books=everything.books[start : start + BATCH_ROWS])
    for start in range(0, len(everything.reviews), BATCH_ROWS):
        yield HistoryBatch(reviews=everything.reviews[start : start + BATCH_ROWS])
    for start in range(0, len(everything.orders), BATCH_ROWS):
        yield HistoryBatch(orders=everything.orders[start : start + BATCH_ROWS])
    for start in range(0, len(everything.returns), BATCH_ROWS):
        yield HistoryBatch(returns=everything.returns[start : start + BATCH_ROWS])
