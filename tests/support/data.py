"""The real data files, which are not part of the repository."""

import os
from pathlib import Path

import pytest

VARIABLE = "DAYBOOK_DATA"
DEFAULT = Path(__file__).parents[2] / ".." / "shared" / "data"


def data_folder() -> Path:
    """Where the real data files are, or would be."""
    return Path(os.environ.get(VARIABLE, DEFAULT)).resolve()


def data_file(path: str) -> Path:
    """A file of the data folder. The test is skipped, with the folder's name, when the folder is not there at all."""
    folder = data_folder()
    if not folder.is_dir():
        pytest.skip(f"needs the real data files, and there is no folder {folder} (set {VARIABLE})")
    return folder / path
