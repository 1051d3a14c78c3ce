"""Brings the demonstration shop into a store, the way every file comes in."""

import io
from collections.abc import Callable
from datetime import date

from application.caller import Caller
from application.imports.models import ImportOptions
from application.imports.service import ImportService
from entrypoints.demo.files import demo_files
from entrypoints.demo.shop import make_shop

SEED = 1815
_ACTOR = "demo"

Progress = Callable[[int, int], None]


async def load_demo(
    imports: ImportService, *, until: date, seed: int = SEED, progress: Progress | None = None
) -> dict[str, int]:
    """The shop of this seed, with business up to the day before `until`; returns how many of each kind were stored.

    `progress(rows so far, rows in all)` is called after each batch.
    """
    files = demo_files(make_shop(seed, until))
    everything = sum(one.rows for one in files)
    done = 0
    stored: dict[str, int] = {}
    for file in files:
        run = imports.start(io.BufferedReader(io.BytesIO(file.text.encode())), ImportOptions(), Caller(_ACTOR))
        async for verdicts in run:
            done += len(verdicts)
            if progress is not None:
                progress(done, everything)
        summary = run.summary
        if summary.rejected:
            raise RuntimeError(f"{file.name}: {summary.reasons[0].examples[0].message}")
        for kind, count in summary.stored.items():
            stored[kind] = stored.get(kind, 0) + count
    return stored
