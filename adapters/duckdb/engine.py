"""DuckDB in this process, without data of its own: threads that it works in, and how it is broken off."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from application.errors import Unavailable

T = TypeVar("T")
Cursor = duckdb.DuckDBPyConnection
Row = Mapping[str, Any]

_INTERRUPT_EVERY = 0.05


class SegmentGone(Exception):
    """A file that was read is not there any more: a compaction has taken its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may use: memory in MB, beyond which DuckDB works on disk; its threads; statements at once."""

    memory_mb: int = 512
    threads: int = 2
    at_once: int = 2


class Engine:
    """A database in memory that reads and writes files; what does not fit into memory goes to the folder `spill`.

    The first statement opens it. `at_once` questions are asked at a time, and one more statement is for who writes.
    """

    def __init__(self, limits: Limits, *, spill: Path) -> None:
        self._limits = limits
        self._spill = spill
        self._threads = ThreadPoolExecutor(limits.at_once + 1, "duckdb")
        self._opened: Cursor | None = None
        self.questions = asyncio.Semaphore(limits.at_once)
        self.memory_bytes = limits.memory_mb << 20

    @property
    def _database(self) -> Cursor:
        if self._opened is None:
            self._opened = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": f"{self._limits.memory_mb}MB",
                    "threads": self._limits.threads,
                    "temp_directory": str(self._spill),
                    # What a sync or a heavy question has used goes back to the system soon after.
                    "allocator_background_threads": True,
                    # Nothing is loaded from elsewhere: JSON, Parquet and the rest of what is needed is built in.
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                },
            )
            self._opened.execute("SET parquet_metadata_cache = true")
            # DuckDB 2.0.0 answers wrongly with it: where a full join is sorted and cut off, it takes the range of one
            # column for that of another, and finds that no number is above zero.
            self._opened.execute("SET disabled_optimizers = 'projection_pullup'")
        return self._opened

    def cursor(self) -> Cursor:
        """A session of its own, for one statement at a time."""
        return self._database.cursor()

    async def run(self, cursor: Cursor, work: Callable[[Cursor], T]) -> T:
        """What `work` returns, in a thread. When the caller is cancelled, the statement is interrupted and waited for.

        Raises SegmentGone, and Unavailable when there is not enough memory.
        """
        context = copy_context()
        try:
            running = self._threads.submit(context.run, work, cursor)
        except RuntimeError as error:
            raise Unavailable("the warehouse is closed") from error
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            # An interrupt between two statements is lost, so it is said until it is heard.
            while not running.done():
                cursor.interrupt()
                await asyncio.sleep(_INTERRUPT_EVERY)
            raise
        except duckdb.IOException as error:
            raise SegmentGone(str(error)) from error
        except duckdb.OutOfMemoryException as error:
            raise Unavailable("the warehouse has too little memory for this: raise WAREHOUSE_MEMORY_MB") from error

    async def close(self) -> None:
        """Waits for what is running, and lets go of everything."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._opened is not None:
            self._opened.close()


def rows_of(cursor: Cursor, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """The rows of a statement, each by the names of its columns."""
    cursor.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def files_from(names: Sequence[Path]) -> str:
    """Parquet files as a table of a FROM."""
    return f"read_parquet([{', '.join(quoted(str(name)) for name in names)}])"


def quoted(text: str) -> str:
    """A text in a statement."""
    return "'" + text.replace("'", "''") + "'"
