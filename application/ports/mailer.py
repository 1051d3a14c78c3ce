"""Mail, handed to whoever carries it."""

from typing import Protocol

from application.mail.models import Mail
from domain.shared.errors import Refused


class MailRefused(Refused):
    """The message will never be taken: its recipient does not exist, or the server wants none like it.

    The detail never holds an address, nor the words of the server, which often repeat it: only where it was refused and
    with which code.
    """

    code = "mail-refused"


class Mailer(Protocol):
    """Carries messages."""

    async def send(self, message: Mail) -> None:
        """Hands over one message: once this returns, it is with whoever carries it on, and outlives this process.

        The recipient gets sender, name, subject, texts and headers as they were given, in any script, and the HTML
        beside the text. Raises MailRefused when the message was refused for good (do not send it again), or Unavailable
        for what heals: no connection, a refusal for now, a login or a certificate that somebody must put right.

        At least once: after Unavailable the message may have been taken all the same. Whoever sends it again keeps its
        `message_id`, by which a double is recognised: by the reader's mail program, and by a folder, which holds one
        file for it. A cancelled send is given up at once, and may have been taken too.
        """
        ...
