"""The real data files and the list of attacks, which are not part of the repository."""

import os
from pathlib import Path

import pytest

VARIABLE = "DAYBOOK_DATA"
ATTACKS_VARIABLE = "DAYBOOK_ATTACKS"
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


def attacks_file() -> Path:
    """The list of attacks. The test is skipped, with its name, when it is not there."""
    beside = Path(__file__).parents[2] / ".." / "shared" / "security" / "attacks.csv"
    file = Path(os.environ.get(ATTACKS_VARIABLE, beside)).resolve()
    if not file.is_file():
        pytest.skip(f"needs the list of attacks, and there is no file {file} (set {ATTACKS_VARIABLE})")
    return file
