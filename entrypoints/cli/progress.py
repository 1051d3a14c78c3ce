"""A progress bar on a terminal, and nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

Advance = Callable[[float, int], None]


class _Rows(ProgressColumn):
    """Rows so far, and how many a second."""

    def render(self, task: Task) -> Text:
        rows: int = task.fields["rows"]
        pace = rows / task.elapsed if task.elapsed else 0
        return Text(f"{rows:,} rows  {pace:,.0f}/s", style="progress.data.speed")


@contextmanager
def progress(what: str, *, wanted: bool = True) -> Iterator[Advance]:
    """Shows on standard error how far `what` is, as long as the block runs.

    Call what it gives with the share that is done (0 to 1; negative when nobody knows) and the rows so far.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda _share, _rows: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Rows(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None, rows=0)

        def advance(share: float, rows: int) -> None:
            if share < 0:
                shown.update(task, rows=rows)
            else:
                shown.update(task, total=1.0, completed=share, rows=rows)

        yield advance
