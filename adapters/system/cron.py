"""Cron expressions, by cronsim, which reads them as Debian's cron does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from domain.jobs.schedule import cron_line
from domain.shared.errors import Invalid

# Any moment serves to see whether there is a time at all.
_SOME_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class CronRecurrence:
    """The times that cron expressions name."""

    def check(self, cron: str) -> str:
        """`cron`, without spaces at its ends."""
        cleaned = cron_line(cron)
        try:
            next(CronSim(cleaned, _SOME_MOMENT))
        except CronSimError as error:
            raise Invalid.because("invalid-cron", f"must be a cron expression such as 10 3 * * *: {error}") from None
        except StopIteration:
            raise Invalid.because("invalid-cron", "names no time within fifty years") from None
        return cleaned

    def after(self, cron: str, tz: str, moment: datetime) -> Iterator[datetime]:
        """Its times after `moment` by the clocks of this zone, in UTC."""
        # Begun within an hour that comes twice, cronsim may name a time of the first one.
        for local in CronSim(cron, moment.astimezone(ZoneInfo(tz))):
            if (time := local.astimezone(UTC)) > moment:
                yield time
