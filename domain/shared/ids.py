"""Identifiers: UUID version 7 (RFC 9562), so that ids sort by the time they were made."""

from datetime import UTC, datetime
from typing import NewType
from uuid import UUID

CustomerId = NewType("CustomerId", UUID)
BookId = NewType("BookId", UUID)
AuthorId = NewType("AuthorId", UUID)
CategoryId = NewType("CategoryId", UUID)
OrderId = NewType("OrderId", UUID)
ReturnId = NewType("ReturnId", UUID)
EventId = NewType("EventId", UUID)
ReviewId = NewType("ReviewId", UUID)
GroupId = NewType("GroupId", UUID)
SegmentId = NewType("SegmentId", UUID)
SnapshotId = NewType("SnapshotId", UUID)
AddressId = NewType("AddressId", UUID)
ConsentId = NewType("ConsentId", UUID)
MergeId = NewType("MergeId", UUID)
JobId = NewType("JobId", UUID)
ScheduleId = NewType("ScheduleId", UUID)
WebhookId = NewType("WebhookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime, random: bytes) -> UUID:
    """A version 7 UUID of the moment `at` (aware) and at least 10 random bytes (RFC 9562, section 5.7)."""
    since = at - _EPOCH  # exact, where a float of seconds times 1000 falls short of some milliseconds
    milliseconds = ((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000) & 0xFFFF_FFFF_FFFF
    tail = int.from_bytes(random[:10], "big")
    rand_a = (tail >> 68) & 0x0FFF
    rand_b = tail & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)
