"""Imports into a store in memory, from text, with the verdicts at hand."""

import gzip
import io
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.caller import Caller
from application.imports.models import ImportOptions, ImportSummary, RowVerdict
from application.imports.service import ImportService
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork

CALLER = Caller("importer", "request-1")


def source(content: str | bytes, *, zipped: bool = False) -> io.BufferedReader:
    """A file of this content."""
    data = content.encode() if isinstance(content, str) else content
    return io.BufferedReader(io.BytesIO(gzip.compress(data) if zipped else data))


def service(units: UnitsOfWork) -> ImportService:
    """The use case on any store."""
    clock = SystemClock()
    return ImportService(units=units, clock=clock, ids=Uuid7Generator(clock))


class Imports:
    """A store in memory and what was said of the rows that came in last."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.units: UnitsOfWork = MemoryUnitsOfWork(self.store)
        self.summary: ImportSummary
        self.verdicts: list[RowVerdict] = []

    async def take(self, content: str | bytes | io.BufferedReader, **options: Any) -> list[str]:
        """Imports; returns what became of each row, as `line verdict` or `line code`, by line."""
        file = content if isinstance(content, io.BufferedReader) else source(content)
        run = service(self.units).start(file, ImportOptions(**options), CALLER)
        self.verdicts = []
        try:
            async for verdicts in run:
                self.verdicts += verdicts
        finally:
            self.summary = run.summary
        self.verdicts.sort(key=lambda one: one.line)
        return [f"{one.line} {one.code or one.verdict}" for one in self.verdicts]

    @property
    def messages(self) -> list[str | None]:
        """Of the rejected rows, by line."""
        return [one.message for one in self.verdicts if one.code is not None]


class MeddlingUnits:
    """Units of work before whose commits somebody else does something: once for each of `others`, then no more."""

    def __init__(self, units: UnitsOfWork, others: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._units = units
        self.others = list(others)
        self.commits = 0

    def __call__(self, caller: Caller) -> UnitOfWork:
        """A unit that is late."""
        return _Late(self._units(caller), self)


class _Late:
    def __init__(self, unit: UnitOfWork, meddling: MeddlingUnits) -> None:
        self._unit = unit
        self._meddling = meddling

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    async def commit(self, answer: Struct | None = None) -> None:
        if self._meddling.others:
            await self._meddling.others.pop(0)()
        self._meddling.commits += 1
        await self._unit.commit(answer)

    async def __aenter__(self) -> Self:
        await self._unit.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._unit.__aexit__(kind, error, trace)
