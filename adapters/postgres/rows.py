"""What the rows of all aggregates have in common."""

from collections.abc import Sequence
from typing import Any

from domain.shared.lifecycle import Lifecycle

LIFECYCLE = ("version", "created_at", "created_by", "updated_at", "updated_by")


def lifecycle_values(lifecycle: Lifecycle) -> tuple[object, ...]:
    """In the order of `LIFECYCLE`."""
    return (
        lifecycle.version,
        lifecycle.created_at,
        lifecycle.created_by,
        lifecycle.updated_at,
        lifecycle.updated_by,
    )


def lifecycle_of(values: Sequence[Any]) -> Lifecycle:
    """From values in the order of `LIFECYCLE`, with `deleted_at` behind them where the table has it."""
    return Lifecycle(
        version=values[0],
        created_at=values[1],
        created_by=values[2],
        updated_at=values[3],
        updated_by=values[4],
        deleted_at=values[5] if len(values) > 5 else None,
    )
