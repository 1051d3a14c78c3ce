"""What application/ports/system.py promises, of the one adapter of each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from adapters.system.system import SystemClock, SystemRandomBytes, Uuid7Generator
from application.ports.system import Clock, IdGenerator
from tests.support.builders import MORNING


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return SystemClock()


@pytest.fixture
def ids(clock: Clock) -> IdGenerator:
    return Uuid7Generator(clock)


def milliseconds(of: datetime) -> int:
    return (of - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def test_the_clock_tells_the_time_in_utc(clock: Clock) -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_an_id_is_of_version_7_and_of_its_moment(clock: Clock, ids: IdGenerator) -> None:
    before = clock.now()
    made = ids.new()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert milliseconds(before) <= made.int >> 80 <= milliseconds(clock.now())


def test_later_ids_sort_after_earlier_ones(ids: IdGenerator) -> None:
    made = [ids.new() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(made))


def test_threads_never_get_the_same_id(ids: IdGenerator) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [one for batch in threads.map(lambda _: [ids.new() for _ in range(2_000)], range(4)) for one in batch]
    assert len(set(made)) == 8_000


def test_ids_ascend_while_the_clock_stands_still_and_when_it_goes_back() -> None:
    clock = SetClock(MORNING)
    ids = Uuid7Generator(clock)
    made = [ids.new() for _ in range(1_000)]
    clock.at = MORNING - timedelta(hours=1)
    made += [ids.new() for _ in range(1_000)]
    clock.at = MORNING + timedelta(microseconds=999)
    made += [ids.new() for _ in range(10)]
    assert all(one.int >> 80 == milliseconds(MORNING) for one in made)
    clock.at = MORNING + timedelta(milliseconds=1)
    made.append(ids.new())
    assert made[-1].int >> 80 == milliseconds(MORNING) + 1
    assert all(earlier < later for earlier, later in pairwise(made))
    assert all(one.version == 7 for one in made)


def test_two_generators_give_different_ids_in_one_millisecond() -> None:
    clock = SetClock(MORNING)
    made = {Uuid7Generator(clock).new() for _ in range(1_000)}
    assert len(made) == 1_000


def test_chance_never_comes_twice() -> None:
    drawn = [SystemRandomBytes().draw(24) for _ in range(1_000)]
    assert len(set(drawn)) == 1_000
    assert {len(one) for one in drawn} == {24}
