"""Mail as files in a folder: to look at while there is no server, or for another program to take away."""

import asyncio
import os
from pathlib import Path

from adapters.mail.mime import composed
from application.errors import Unavailable
from application.mail.models import Mail


class FolderMailer:
    """Writes each message to `<message id>.eml`, which any mail program opens, readable by the owner alone.

    A file is there whole or not at all, and one that is sent again takes the place of the first. The folder is
    made when the first message comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Mail) -> None:
        """Writes the file. Raises Unavailable where that cannot be done."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise Unavailable(f"mail cannot be written to {self._folder}: {error.strerror or error}") from error

    def _write(self, message: Mail) -> None:
        name, content = f"{message.message_id}.eml", composed(message)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.urandom(6).hex()}"
        try:
            with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / name)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
