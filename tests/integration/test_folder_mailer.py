"""What only a folder of mail does: files that are whole, for one reader, with names that lead nowhere else."""

import os
import stat
from pathlib import Path

import pytest

from adapters.mail.folder import FolderMailer
from application.errors import Unavailable
from tests.support.mailers import a_mail, taken_apart


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: taken_apart(path.read_bytes()).text for path in folder.iterdir()}


async def test_a_message_is_one_file_for_its_owner_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        await FolderMailer(tmp_path / "a" / "mail").send(a_mail())
    finally:
        os.umask(umask)
    (file,) = (tmp_path / "a" / "mail").iterdir()
    assert file.name == "order.1@shop.example.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert taken_apart(file.read_bytes()).text == "Thank you.\n"


async def test_a_file_that_cannot_be_written_leaves_the_one_before_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = FolderMailer(tmp_path)
    await mailer.send(a_mail(text="first\n"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left on device") as caught:
        await mailer.send(a_mail(text="second\n"))
    assert "ada" not in caught.value.detail
    assert files_of(tmp_path) == {"order.1@shop.example.eml": "first\n"}


async def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    with pytest.raises(Unavailable, match="cannot be written to"):
        await FolderMailer(tmp_path / "mail").send(a_mail())
