"""`daybook import FILE`."""

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from rich.markup import escape
from rich.table import Table

from application.imports.formats import FORMATS
from application.imports.models import ImportOptions, ImportSummary, Mode, RowVerdict, Verdict
from application.imports.records import UnreadableFile
from application.imports.service import ImportRun
from entrypoints.cli.exits import FAILURE, OK, UsageError, told
from entrypoints.cli.output import console, message, show
from entrypoints.cli.progress import Advance, progress
from entrypoints.cli.running import CALLER, use
from entrypoints.services import Services

_FORMATS: Final = ", ".join(FORMATS)

FileArgument = Annotated[
    str, Parameter(help="A CSV file, plain or gzip; - is standard input.", allow_leading_hyphen=True)
]
FormatOption = Annotated[str | None, Parameter(name="--format", help=f"When the columns do not tell: {_FORMATS}.")]
ModeOption = Annotated[Mode, Parameter(help="Of customers and books: make new ones, change known ones, or both.")]
TzOption = Annotated[str, Parameter(help="The IANA time zone of times without an offset.")]
CurrencyOption = Annotated[str | None, Parameter(help="The currency of amounts without one (Online Retail: GBP).")]
ChannelOption = Annotated[
    str | None, Parameter(help="The channel of orders without one (Online Retail: online-retail).")
]
DryRunOption = Annotated[bool, Parameter(negative="", help="Say what would become of each row, and write nothing.")]
ReportOption = Annotated[Path | None, Parameter(help="A CSV file for the rejected rows: line, code, message.")]
OutputOption = Annotated[Literal["table", "json"], Parameter(help="How the summary is shown.")]
StrictOption = Annotated[bool, Parameter(negative="", help="Exit with 1 when a row was rejected.")]
QuietOption = Annotated[bool, Parameter(negative="", help="No progress bar, no summary and no warning.")]


def import_file(
    file: FileArgument,
    /,
    *,
    file_format: FormatOption = None,
    mode: ModeOption = Mode.UPSERT,
    tz: TzOption = "UTC",
    currency: CurrencyOption = None,
    channel: ChannelOption = None,
    dry_run: DryRunOption = False,
    report: ReportOption = None,
    output: OutputOption = "table",
    strict: StrictOption = False,
    quiet: QuietOption = False,
) -> int:
    """Take in a file of books, customers, orders or returns, row by row.

    $ daybook import books.csv --dry-run
    $ daybook import online_retail.csv.gz --tz Europe/London --report rejected.csv
    $ zcat orders.csv.gz | daybook import - --format orders --output json

    A row that cannot be taken is told with its line and its reason, and stops
    no other. What is there already, and the same, is left alone: so the same
    file can be imported again, also after it was stopped in the middle.

    The exit code is 0 when the file was read to its end, also when rows were
    rejected (unless --strict), and 1 when it breaks off.
    """
    options = ImportOptions(
        format=file_format, mode=mode, tz=tz, currency=currency, channel=channel, dry_run=dry_run
    ).checked()
    work = _Work(file, options, quiet=quiet)
    with opened(file) as source, report_to(report) as note:
        try:
            use(lambda services: work.run(services, source, note))
        except UnreadableFile as error:
            if work.started is None:
                raise
            work.finished(output)
            message(f"error: {file} {'; '.join(told(error))}")
            return FAILURE
        except BaseException:
            work.stopped()
            raise
    summary = work.finished(output)
    if summary.rejected and not quiet:
        warn(summary, report)
    return FAILURE if strict and summary.rejected else OK


class _Work:
    """One import, and what can be said of it at any time."""

    def __init__(self, name: str, options: ImportOptions, *, quiet: bool) -> None:
        self._name = "standard input" if name == "-" else Path(name).name
        self._options = options
        self._quiet = quiet
        self.started: ImportRun | None = None

    async def run(
        self, services: Services, source: io.BufferedReader, note: Callable[[Sequence[RowVerdict]], None]
    ) -> None:
        """Imports everything."""
        self.started = services.imports.start(source, self._options, CALLER)
        length = _length(source)
        rows = 0
        with progress(self._name, wanted=not self._quiet) as advance:
            async for verdicts in self.started:
                rows += len(verdicts)
                note(verdicts)
                _advance(advance, source, length, rows)

    def finished(self, output: Literal["table", "json"]) -> ImportSummary:
        """Shows the summary."""
        if self.started is None:
            raise RuntimeError("an import is finished after it was started")
        summary = self.started.summary
        if output == "json":
            show(summary, "json")
        elif not self._quiet:
            show_summary(self._name, summary)
        return summary

    def stopped(self) -> None:
        """Says what was done before it was stopped."""
        if self.started is None:
            return
        done = self.started.summary
        if not done.rows:
            return
        message(f"stopped after {done.rows:,} rows: {_counts(done)}")
        if not done.dry_run:
            message("What was created and updated is kept. The same command again goes on from there.")


def _advance(advance: Advance, source: io.BufferedReader, length: int | None, rows: int) -> None:
    advance(-1 if length is None else min(1.0, source.tell() / length), rows)


def _length(source: io.BufferedReader) -> int | None:
    """In bytes; None for what has no length that is known before its end."""
    status = os.fstat(source.fileno())
    return status.st_size or None if S_ISREG(status.st_mode) else None


@contextmanager
def opened(file: str) -> Iterator[io.BufferedReader]:
    """The file, or standard input. Raises UsageError."""
    if file == "-":
        if sys.stdin.isatty():
            raise UsageError("- reads standard input, and that is the keyboard: name a file, or pipe one in")
        yield sys.stdin.buffer  # type: ignore[misc]  # typed as any binary file, and a buffered one in every Python
        return
    try:
        source = Path(file).open("rb")  # noqa: SIM115  # closed below; an error of the block is not one of opening
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    with source:
        yield source


@contextmanager
def report_to(path: Path | None) -> Iterator[Callable[[Sequence[RowVerdict]], None]]:
    """Writes the rejected ones of some verdicts to the file, as they come."""
    if path is None:
        yield lambda _verdicts: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    with file:
        writer = csv.writer(file)
        writer.writerow(("line", "code", "message"))

        def note(verdicts: Sequence[RowVerdict]) -> None:
            writer.writerows((one.line, one.code, one.message) for one in verdicts if one.verdict is Verdict.REJECTED)

        yield note


def _counts(summary: ImportSummary) -> str:
    names = ("created", "updated", "unchanged", "rejected")
    return ", ".join(f"{getattr(summary, name):,} {name}" for name in names)


def show_summary(name: str, summary: ImportSummary) -> None:
    """What became of the rows, in a few lines for a person."""
    with console() as out:
        trial = "  (dry run: nothing was written)" if summary.dry_run else ""
        out.print(f"[bold]{escape(name)}[/bold]: {summary.format}, {summary.rows:,} rows{trial}")
        out.print(f"  {_counts(summary)}")
        stored = ", ".join(f"{count:,} {kind}" for kind, count in summary.stored.items() if count)
        if stored:
            out.print(f"  {'would be new' if summary.dry_run else 'new'}: {stored}")
        if summary.reasons:
            out.print()
            out.print(_reasons(summary))


def _reasons(summary: ImportSummary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rejected", justify="right")
    for column in ("reason", "lines", "the first one"):
        table.add_column(column, overflow="fold")
    for reason in summary.reasons:
        lines = ", ".join(str(one.line) for one in reason.examples)
        more = " ..." if reason.rows > len(reason.examples) else ""
        table.add_row(f"{reason.rows:,}", reason.code, lines + more, escape(reason.examples[0].message or ""))
    return table


def warn(summary: ImportSummary, report: Path | None) -> None:
    """Says that rows were rejected, and where to see all of them."""
    told_where = f"all of them are in {report}" if report else "--report FILE.csv lists all of them"
    message(f"warning: {summary.rejected:,} of {summary.rows:,} rows were rejected; {told_where}")
