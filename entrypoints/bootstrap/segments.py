"""The table of RFM segments that a shop keeps in a file of its own."""

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from domain.analytics.segments import SegmentTable
from domain.shared.errors import Invalid
from entrypoints.bootstrap.failures import ConfigurationError

# Twenty-five names of at most 50 characters are far below it.
_MOST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """The table, and the file that it was read from, as that was named."""

    path: str
    table: SegmentTable

    @classmethod
    def read(cls, path: str, folder: Path) -> "SegmentFile":
        """The table in a file of JSON, relative to `folder`: `{"name": ..., "rows": {"5": [five names], ... "1"}}`.

        It is read once, so that all processes of a server have the same table whatever becomes of the file. Raises
        ConfigurationError that names every problem, without the name of the setting.
        """
        try:
            with (folder / path).open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "this is no name of a file"
            raise ConfigurationError([f"names a file that cannot be read: {path} ({why})"]) from None
        if len(raw) > _MOST_BYTES:
            raise ConfigurationError([f"names a file of more than {_MOST_BYTES} bytes: {path}"])
        try:
            return cls(path, SegmentTable.read(msgspec.json.decode(raw.removeprefix(codecs.BOM_UTF8))))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ConfigurationError([f"names a file that is not JSON: {path} ({error})"]) from None
        except Invalid as error:
            problems = [f"{one.pointer or 'the whole'}: {one.message}" for one in error.problems]
            raise ConfigurationError(
                [f"names a file that is no table of segments: {path}, {p}" for p in problems]
            ) from (None)
