"""The job that tells the owner of a webhook that it is paused."""

from collections.abc import Mapping
from datetime import timedelta

from application.decoding import convert
from application.jobs.kinds import JobKind, JobRun
from application.mail.order_jobs import FOR_A_DAY
from application.mail.pause_notices import NotTold, PauseNotices, untold
from application.webhooks.jobs import WEBHOOK_PAUSED, OfWebhook
from domain.shared.events import Scalar


class TellOwner:
    """Tells of one paused webhook; None for the notices is mail that is off."""

    def __init__(self, notices: PauseNotices | None) -> None:
        self._notices = notices

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """Once more, it sends the same message under the same id."""
        webhook_id = convert(OfWebhook, run.job.arguments).webhook_id
        if self._notices is None:
            done = untold(webhook_id, NotTold.MAIL_OFF)
        else:
            done = await self._notices.send(webhook_id)
        if done.sent:
            return {"sent": True, "message_id": done.message_id}
        return {"sent": False, "reason": None if done.reason is None else done.reason.value}


def webhook_paused(notices: PauseNotices | None) -> JobKind:
    """The kind of job that tells of a pause. There is one for each pause, which says why where nobody is told."""
    return JobKind(
        name=WEBHOOK_PAUSED,
        about="Tells the owner of a webhook that it is paused.",
        handler=TellOwner(notices),
        takes=OfWebhook,
        retry=FOR_A_DAY,
        timeout=timedelta(minutes=15),
    )
