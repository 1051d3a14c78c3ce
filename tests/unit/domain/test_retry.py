from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.retry import RetryPolicy

POLICIES = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 60),
    first=st.timedeltas(timedelta(milliseconds=1), timedelta(minutes=10)),
    longest=st.timedeltas(timedelta(minutes=10), timedelta(days=2)),
)
CHANCES = st.floats(0, 1, exclude_max=True)


def test_delays_double_up_to_the_longest() -> None:
    policy = RetryPolicy(attempts=8, first=timedelta(seconds=10), longest=timedelta(minutes=5))
    assert [policy.delay(n, 1) for n in range(1, 9)] == [
        *(timedelta(seconds=s) for s in (10, 20, 40, 80, 160, 300, 300)),
        None,
    ]


def test_half_of_a_delay_is_left_to_chance() -> None:
    policy = RetryPolicy(first=timedelta(seconds=10))
    assert [policy.delay(1, chance) for chance in (0, 0.5)] == [timedelta(seconds=5), timedelta(seconds=7.5)]


def test_half_of_an_odd_microsecond_makes_no_delay_longer() -> None:
    longest = timedelta(minutes=10, microseconds=3)
    assert RetryPolicy(attempts=22, longest=longest).delay(21, 0.9999999999999999) == longest


@pytest.mark.parametrize("attempts", [1, 5])
def test_after_the_last_attempt_there_is_none(attempts: int) -> None:
    policy = RetryPolicy(attempts=attempts)
    assert policy.delay(attempts, 0.5) is None
    assert policy.delay(attempts + 7, 0.5) is None


@given(policy=POLICIES, chance=CHANCES)
def test_a_delay_is_between_half_of_it_and_all_of_it(policy: RetryPolicy, chance: float) -> None:
    delays = [policy.delay(n, chance) for n in range(1, policy.attempts)]
    for attempt, delay in enumerate(delays, 1):
        assert delay is not None
        whole = min(policy.longest, policy.first * 2 ** (attempt - 1)) if attempt < 20 else policy.longest
        assert whole / 2 <= delay <= whole or attempt >= 20
        assert timedelta(0) < delay <= policy.longest


@given(policy=POLICIES, chance=CHANCES)
def test_none_is_shorter_than_the_one_before(policy: RetryPolicy, chance: float) -> None:
    delays = [policy.delay(n, chance) for n in range(1, policy.attempts)]
    assert all(earlier is not None and later is not None and earlier <= later for earlier, later in pairwise(delays))
