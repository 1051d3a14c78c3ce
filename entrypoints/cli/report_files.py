"""Reports written to files, or to standard output where programs read it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from application.analytics.exporting import FILE_TYPES, ReportFile
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import message

ReportForm = Literal["table", "json", "csv", "ndjson", "parquet", "arrow", "xlsx", "svg", "png"]
FormOption = Annotated[
    ReportForm | None,
    Parameter(help="How the answer is shown: a table, or what the name of --output ends with; json is that of HTTP."),
]
OutputOption = Annotated[Path | None, Parameter(name=["--output", "-o"], help="Write it to this file.")]
_FORMS: Final[tuple[ReportForm, ...]] = ("json", "csv", "ndjson", "parquet", "arrow", "xlsx", "svg", "png")


def chosen_form(form: ReportForm | None, output: Path | None) -> ReportForm:
    """The form to write, by its own name or by that of the file. Raises UsageError when it cannot go there."""
    if output is None:
        chosen = form or "table"
        if chosen in FILE_TYPES and FILE_TYPES[chosen].binary and sys.stdout.isatty():
            raise UsageError(f"{chosen} is no text to be read on a terminal: add --output report.{chosen}")
        return chosen
    ending = output.suffix.removeprefix(".").lower()
    found = form or next((one for one in _FORMS if one == ending), None)
    if found is None or found == "table":
        raise UsageError(f"a table is for the terminal: write the file with --format {', '.join(_FORMS)}")
    return found


def write_file(file: ReportFile, output: Path | None) -> None:
    """The file to its place, or to standard output; a file that could not be written whole is not there at all.

    Raises UsageError.
    """
    if output is None:
        sys.stdout.flush()
        for piece in file.pieces():
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        write_pieces(file.pieces(), output)


def write_pieces(pieces: Iterator[bytes], output: Path) -> None:
    """As `write_file`, for bytes of any origin."""
    try:
        with tempfile.NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as part:
            try:
                size = sum(part.write(piece) for piece in pieces)
                part.flush()
                Path(part.name).chmod(0o666 & ~_umask())
                Path(part.name).replace(output)
            except BaseException:
                Path(part.name).unlink()
                raise
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    message(f"{output}: {size:,} bytes")


def _umask() -> int:
    """The mask for new files, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
