"""What is told of facts as files of Parquet, sent into temporary tables of one session."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
from pyarrow import csv, parquet

from adapters.snowflake import following
from adapters.sql.facts import FACT_COLUMNS
from application.ports.warehouse import FactPart, FactTable

_PIECE = 1 << 30


class Staging:
    """Files of one round, for this user alone, each sent when it is full. `run` sends a statement to the session."""

    def __init__(self, run: Callable[[str], object], file_bytes: int) -> None:
        self._run = run
        self._file_bytes = file_bytes
        self._folder = TemporaryDirectory(prefix="daybook-facts-")
        self._files: dict[str, _File] = {}
        self._sent: dict[str, int] = {}

    def add(self, part: FactPart) -> None:
        """Takes some rows."""
        name, names = following.staged(part.table), FACT_COLUMNS[part.table]
        try:
            rows = _texts(part.rows, names)
        except pa.ArrowInvalid as error:
            raise ValueError(f"what was told of {part.table} cannot be read: {error}") from error
        self._write(name, names, rows)

    def changed(self, ids: Iterable[tuple[str, str]]) -> None:
        """Takes the ids of what may have changed, each with the table that they are of."""
        told, gone = zip(*ids, strict=True)
        names = following.CHANGED_COLUMNS
        self._write(following.CHANGED, names, pa.table([pa.array(told), pa.array(gone)], names=list(names)))

    def end(self) -> Sequence[FactTable]:
        """Sends the rest; the tables of which rows were told."""
        for name in list(self._files):
            self._send(name)
        return [table for table in FactTable if following.staged(table) in self._sent]

    def close(self) -> None:
        """Leaves no file."""
        for file in self._files.values():
            file.close()
        self._folder.cleanup()

    def _write(self, name: str, names: Sequence[str], rows: pa.Table) -> None:
        if name not in self._files:
            path = Path(self._folder.name) / f"{name}_{self._sent.get(name, 0)}.parquet"
            self._files[name] = _File(path, names)
        self._files[name].write(rows)
        if self._files[name].bytes >= self._file_bytes:
            self._send(name)

    def _send(self, name: str) -> None:
        file = self._files.pop(name)
        file.close()
        if name not in self._sent:
            # Outside of the transaction of the round, which any CREATE would commit.
            self._run(following.stage(name, file.names))
        self._sent[name] = self._sent.get(name, 0) + 1
        for statement in following.upload(name, file.names, str(file.path)):
            self._run(statement)
        file.path.unlink()


class _File:
    """Rows of texts. `bytes` is how many they are before they are packed."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path = path
        self.names = names
        self.bytes = 0
        self._out = parquet.ParquetWriter(
            path, pa.schema([(name, pa.string()) for name in names]), compression="snappy"
        )

    def write(self, rows: pa.Table) -> None:
        """Appends them."""
        self._out.write_table(rows)
        self.bytes += rows.nbytes

    def close(self) -> None:
        """Ends the file."""
        self._out.close()


def _texts(rows: bytes, names: Sequence[str]) -> pa.Table:
    """Lines of CSV as texts; nothing at all is null, and what stands in quotes never is."""
    return csv.read_csv(
        pa.BufferReader(rows),
        read_options=csv.ReadOptions(column_names=list(names), use_threads=False, block_size=_PIECE),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
