from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.ids import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # Hypothesis adds the zone
BYTES = st.binary(min_size=10, max_size=16)


def test_the_example_of_the_standard() -> None:
    """RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00."""
    at = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    tail = (0xCC3 << 68) | 0x18C4DC0C0C07398F
    assert str(uuid7(at, tail.to_bytes(10, "big"))) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(TIMES, BYTES)
def test_its_parts_stand_where_the_standard_has_them(at: datetime, random: bytes) -> None:
    made = uuid7(at, random)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == (at - EPOCH) // timedelta(milliseconds=1)
    tail = int.from_bytes(random[:10], "big")
    assert (made.int >> 64) & 0xFFF == tail >> 68
    assert made.int & (2**62 - 1) == tail & (2**62 - 1)


@pytest.mark.parametrize("microseconds", [1_000, 29_000, 57_000, 290_000, 999_999])
def test_no_millisecond_is_lost_to_rounding(microseconds: int) -> None:
    for seconds in range(0, 2_000_000_000, 99_999_989):
        at = EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
        assert uuid7(at, bytes(10)).int >> 80 == seconds * 1000 + microseconds // 1000


@given(TIMES, TIMES, BYTES, BYTES)
def test_later_ones_sort_after_earlier_ones(one: datetime, other: datetime, random: bytes, more: bytes) -> None:
    first, second = sorted([one, other])
    if (second - first) >= timedelta(milliseconds=1):
        earlier, later = uuid7(first, random), uuid7(second, more)
        assert earlier < later
        assert str(earlier) < str(later)
        assert earlier.bytes < later.bytes
