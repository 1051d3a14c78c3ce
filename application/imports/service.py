"""The use case of importing a file."""

import io
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Protocol

from application.authors.directory import AuthorDirectory
from application.caller import Caller
from application.errors import Unavailable
from application.imports.catalogue import BookShelf, CatalogueLoader, CustomerShelf
from application.imports.formats import Kind, find_format
from application.imports.keeping import RunSettings
from application.imports.models import ImportOptions, ImportSummary, Mode, RowVerdict, Tally
from application.imports.records import BadRecord, Record, RecordReader, UnreadableFile
from application.imports.rejecting import rejected, rejected_by
from application.imports.rows import ReadRow
from application.imports.sales import SalesLoader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitsOfWork
from domain.shared.errors import Invalid

_MANY = 1_000
_WORTH_A_LOOK = 1_000


class Loader(Protocol):
    """Takes the rows of one kind of file in."""

    def take(self, line: int, row: Any, /) -> bool: ...
    async def flush(self, *, last: bool = False) -> list[RowVerdict]: ...


class ImportService:
    """Imports files. Each batch is a unit of work, so what was reported as kept is kept, whatever comes after."""

    def __init__(
        self, *, units: UnitsOfWork, clock: Clock, ids: IdGenerator, directory: AuthorDirectory | None = None
    ) -> None:
        self._units = units
        self._clock = clock
        self._ids = ids
        self._directory = directory or AuthorDirectory()

    def start(self, source: io.BufferedReader, options: ImportOptions, caller: Caller) -> "ImportRun":
        """Reads the header of a file, plain or gzip, and is ready to import the rest.

        - The format is told from the names of the columns, unless it is named.
        - Every row gets a verdict; one that is rejected takes no other with it.
        - Customers are known by reference (else by e-mail address), books by ISBN, orders and returns by channel and
          reference, and a line by its place in its order: so a second run of the same file changes nothing.
        - An order that is there already is left as it is; rows that say otherwise are rejected.

        Raises Invalid for bad options, UnreadableFile, or UnknownFormat, which names the formats.
        """
        options = options.checked()
        records = RecordReader(source)
        file_format, columns = find_format(options.format, records.header)
        if file_format.kind is Kind.SALES and options.mode is Mode.UPDATE:
            raise Invalid.because("no-updates", "orders and returns are created and never updated", "/mode")
        run = RunSettings(
            units=self._units,
            clock=self._clock,
            caller=caller,
            mode=options.mode,
            dry_run=options.dry_run,
            fields=file_format.fields,
            tally=Tally(),
        )
        loader: Loader
        if file_format.kind is Kind.SALES:
            loader = SalesLoader(run, self._ids, makes_customers=file_format.makes_customers)
        elif file_format.kind is Kind.BOOKS:
            loader = CatalogueLoader(run, BookShelf(self._ids, self._directory))
        else:
            loader = CatalogueLoader(run, CustomerShelf(self._ids))
        return ImportRun(records, file_format.name, file_format.read(columns, options), loader, run)


class ImportRun:
    """One file on its way in: iterate over it, once, for the verdicts, a list a batch.

    They come in the order of the file, save that a rejected row may come before those of orders not yet complete.
    """

    def __init__(self, records: RecordReader, name: str, read: ReadRow, loader: Loader, run: RunSettings) -> None:
        self._records = records
        self._read = read
        self._loader = loader
        self._run = run
        self.format = name

    @property
    def summary(self) -> ImportSummary:
        """Of all rows so far: true at any time, also after an error."""
        return self._run.tally.summary(file_format=self.format, dry_run=self._run.dry_run)

    async def __aiter__(self) -> AsyncIterator[list[RowVerdict]]:
        """Imports. Raises UnreadableFile where the file breaks off, after all rows before that are kept."""
        waiting: list[RowVerdict] = []
        broken: UnreadableFile | None = None
        try:
            for record in self._records:
                row = self._row(record)
                if isinstance(row, RowVerdict):
                    waiting.append(row)
                    if len(waiting) < _MANY:
                        continue
                    yield self._counted(waiting)
                    waiting = []
                elif not self._loader.take(record.line, row):
                    yield self._counted(waiting + await self._loader.flush())
                    waiting = []
                    self._loader.take(record.line, row)
        except UnreadableFile as error:
            broken = error
        yield self._counted(waiting + await self._loader.flush(last=True))
        if self._run.tally.stored.total() >= _WORTH_A_LOOK and not self._run.dry_run:
            with suppress(Unavailable):  # what was kept is kept
                async with self._run.units(self._run.caller) as uow:
                    await uow.look_over()
        if broken is not None:
            raise broken

    def _row(self, record: Record | BadRecord) -> Any:
        """What the row says, or its verdict when that cannot be told."""
        if isinstance(record, BadRecord):
            return rejected(record.line, record.code, record.message)
        try:
            return self._read(record.fields)
        except Invalid as error:
            return rejected_by(record.line, error, self._run.fields)

    def _counted(self, verdicts: list[RowVerdict]) -> list[RowVerdict]:
        for one in verdicts:
            self._run.tally.count(one)
        return verdicts
