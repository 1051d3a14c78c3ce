"""What happened: one event for each change of an aggregate, written in the same transaction as the change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

Scalar = str | int | bool | None


def can_be_kept(value: object) -> bool:
    """Whether every store takes it as a Scalar: none of them keeps NUL or half a surrogate pair in a text."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)
    return value is None or isinstance(value, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change of one aggregate.

    `type` is `<aggregate>.<past participle>`, such as `order.placed`. `changed` names the fields that changed and
    `data` holds values that are never personal, so that erasing a person leaves the history true.
    """

    type: str
    aggregate_id: UUID
    version: int
    at: datetime
    by: str
    changed: tuple[str, ...] = ()
    data: Mapping[str, Scalar] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def aggregate(self) -> str:
        """The kind of aggregate, such as `order`."""
        return self.type.partition(".")[0]
