"""Texts pinned in files, so that a change of them is seen in review.

`DAYBOOK_UPDATE_SNAPSHOTS=1 pytest ...` writes the files anew; look at the difference before it is committed.
"""

import os
from pathlib import Path

UPDATE_VARIABLE = "DAYBOOK_UPDATE_SNAPSHOTS"


def assert_pinned(file: Path, text: str) -> None:
    """Fails when `file` does not hold exactly `text`."""
    if os.environ.get(UPDATE_VARIABLE):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"{file.name} is not pinned yet: set {UPDATE_VARIABLE}=1 to write it"
    assert text == file.read_text(encoding="utf-8")
