"""Mail that nobody carries, in memory."""

from application.mail.models import Mail


class MemoryMailer:
    """Keeps what was sent, by message id, in the order of the first sending."""

    def __init__(self) -> None:
        self._sent: dict[str, Mail] = {}

    async def send(self, message: Mail) -> None:
        """Keeps the message; one that is sent again takes the place of the first."""
        self._sent[message.message_id] = message

    @property
    def sent(self) -> tuple[Mail, ...]:
        """The messages so far."""
        return tuple(self._sent.values())
