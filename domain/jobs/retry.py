"""When an attempt that failed is made again."""

from dataclasses import dataclass
from datetime import timedelta

_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """At most `attempts` in all, each later than the one before: the delay doubles from `first` up to `longest`.

    Half of a delay is left to chance, so that what failed together does not come back together ("equal jitter":
    M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
    """

    attempts: int = 5
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def delay(self, attempt: int, chance: float) -> timedelta | None:
        """How long to wait after this attempt (from 1) has failed; None when it was the last.

        `chance` is from 0 up to 1.
        """
        if attempt >= self.attempts:
            return None
        doublings: int = 1 << min(attempt - 1, _MOST_DOUBLINGS)
        whole = min(self.longest, self.first * doublings)
        # Half of an odd number of microseconds is rounded, and twice that may be more than the whole.
        return min(whole, whole / 2 * (1 + chance))
