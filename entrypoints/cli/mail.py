"""`daybook mail`."""

import asyncio
from typing import Annotated, Final

from cyclopts import App, Parameter

from entrypoints.bootstrap import mail
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import message
from entrypoints.cli.running import prepared

app = App(name="mail", help="Mail: is it sent as it should be.")
MAIL_IS_OFF: Final = "mail is off: set MAIL_TRANSPORT to folder or smtp, and MAIL_FROM_ADDRESS"


@app.command
def test(address: Annotated[str, Parameter(help="Where to send it.")], /) -> None:
    """Sends a small message by the way that is configured, to see whether it arrives.

    $ daybook mail test ada@example.org
    $ MAIL_TRANSPORT=folder MAIL_FROM_ADDRESS=shop@example.org daybook mail test ada@example.org
    """
    config = prepared().mail
    trial = mail.trial(config)
    if trial is None:
        raise UsageError(MAIL_IS_OFF)
    message_id = asyncio.run(trial.send(address))
    message(f"written to {config.folder}/{message_id}.eml" if config.transport == "folder" else f"sent: {message_id}")
