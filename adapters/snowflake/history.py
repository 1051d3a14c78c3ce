"""A warehouse takes over what its readers show of the history of a store."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import msgspec
from sqlalchemy import Connection

from adapters.snowflake import loading
from adapters.snowflake.documents import KINDS, Document, Kind
from adapters.snowflake.engine import Warehouse
from adapters.snowflake.errors import SessionLost
from application.errors import OutcomeUnknown
from application.ports.history import History, HistoryBatch

# Of documents, before they are packed to a tenth of that: what a load needs of this machine's disk at a time.
_FILE_BYTES = 64 * 2**20
_QUICKLY = 1


class SnowflakeHistorySink:
    """Stages all batches, then takes what is new or later in one transaction, the watermark last.

    Two loads at once wait for each other: the first statement of the transaction changes the watermark's row.
    """

    def __init__(self, warehouse: Warehouse, *, file_bytes: int = _FILE_BYTES) -> None:
        self._warehouse = warehouse
        self._file_bytes = file_bytes

    async def write(self, history: History) -> int:
        """Takes new rows and those of a later version than here; returns how many.

        Orders and returns are not taken: no reader shows them, and what is counted comes as facts.
        Raises Unavailable when nothing was taken, and OutcomeUnknown when the session was lost in the commit.
        """
        try:
            return await self._write(history)
        finally:
            # A source that was not read to its end would go on holding what it reads from.
            close = getattr(history.batches, "aclose", None)
            if close is not None:
                await close()

    async def _write(self, history: History) -> int:
        call = self._warehouse.call
        load = await call(lambda: _Load(self._warehouse.session(), self._file_bytes))
        try:
            async for batch in history.batches:
                await call(_staged(load, batch))
            taken = await call(lambda: load.take(history.watermark))
            if taken is not None:
                await self._commit(load)
        finally:
            await call(load.end)
        return taken or 0

    async def _commit(self, load: "_Load") -> None:
        try:
            await self._warehouse.call(load.commit)
        except SessionLost as error:
            raise OutcomeUnknown(
                "the session with Snowflake was lost during the commit: load again, which is harmless"
            ) from error


def _staged(load: "_Load", batch: HistoryBatch) -> Callable[[], None]:
    return lambda: load.stage(batch)


class _Load:
    """One load in one session. Every method runs in a thread, one after another even when the load was cancelled."""

    def __init__(self, session: Connection, file_bytes: int) -> None:
        self._session = session
        self._file_bytes = file_bytes
        self._folder = TemporaryDirectory(prefix="daybook-load-")
        self._files: dict[str, _File] = {}
        self._staged: dict[str, int] = {}
        self._one_at_a_time = Lock()

    def stage(self, batch: HistoryBatch) -> None:
        """Adds a batch to the files of its kinds; one that is full is sent."""
        with self._one_at_a_time:
            for kind in KINDS:
                if documents := kind.documents(batch):
                    file = self._file(kind)
                    file.write(documents)
                    if file.size >= self._file_bytes:
                        self._send(kind)

    def take(self, watermark: int) -> int | None:
        """Everything but the commit: how many rows there are to take, or None when nothing would change."""
        with self._one_at_a_time:
            for kind in KINDS:
                self._send(kind)
            self._run(loading.BEGIN)
            self._run(loading.LOCK_WATERMARK)
            position = self._number(loading.READ_WATERMARK)
            late = watermark >= position
            taken = sum([self._take(kind, late=late) for kind in KINDS if kind.table.name in self._staged])
            if not taken and watermark <= position:
                return None
            self._run(loading.MOVE_WATERMARK.format(position=max(position, watermark)))
            return taken

    def commit(self) -> None:
        """Shows all of it to readers at once."""
        with self._one_at_a_time:
            self._run(loading.COMMIT)

    def end(self) -> None:
        """Ends the session, and with it the temporary tables and whatever was not committed."""
        with self._one_at_a_time:
            for file in self._files.values():
                file.close()
            self._folder.cleanup()
            self._session.invalidate()
            self._session.close()

    def _take(self, kind: Kind, *, late: bool) -> int:
        self._run(loading.choose(kind, late=late))
        chosen = self._number(loading.count(kind))
        if chosen:
            for statement in loading.put_in_place(kind):
                self._run(statement)
        return chosen

    def _file(self, kind: Kind) -> "_File":
        name = kind.table.name
        if name not in self._files:
            self._files[name] = _File(Path(self._folder.name) / f"{name}_{self._staged.get(name, 0)}.json.gz")
        return self._files[name]

    def _send(self, kind: Kind) -> None:
        name = kind.table.name
        file = self._files.pop(name, None)
        if file is None:
            return
        file.close()
        if name not in self._staged:
            # Outside the transaction of `take`, which any CREATE would commit.
            for statement in loading.create(kind):
                self._run(statement)
        self._staged[name] = self._staged.get(name, 0) + 1
        for statement in loading.upload(kind, str(file.path)):
            self._run(statement)
        file.path.unlink()

    def _run(self, statement: str) -> None:
        self._session.exec_driver_sql(statement)

    def _number(self, question: str) -> int:
        return int(self._session.exec_driver_sql(question).scalar_one())


class _File:
    """Documents, one a line, packed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._out = gzip.open(path, "wb", compresslevel=_QUICKLY)  # noqa: SIM115  # closed by `close`

    def write(self, documents: Sequence[Document]) -> None:
        """Appends them."""
        lines = b"".join([msgspec.json.encode(document) + b"\n" for document in documents])
        self.size += len(lines)
        self._out.write(lines)

    def close(self) -> None:
        """Ends the file."""
        self._out.close()
