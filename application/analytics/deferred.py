"""What is left of an answer when the store has told its part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred(Generic[Told]):
    """`then(work(*parts))`: `work` takes a processor for long, and is done apart once the view of the store is over."""

    work: Callable[..., Any]
    parts: tuple[object, ...]
    then: Callable[[Any], Told]
