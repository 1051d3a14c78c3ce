"""Columns of Snowflake as Python reads them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, Column, RowMapping, String, Table, type_coerce
from sqlalchemy.sql.elements import ColumnElement

LIFECYCLE = ("version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")

_TEXTS = msgspec.json.Decoder(list[str])
_TEXT_BY_NAME = msgspec.json.Decoder(dict[str, str])


def output(table: Table, names: Sequence[str]) -> list[ColumnElement[Any]]:
    """The columns of these names; arrays and documents as the JSON text that Snowflake hands out."""
    return [_readable(table.c[name]) for name in names]


def _readable(one: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(one, String()).label(one.name) if isinstance(one.type, JSON) else one


def texts(value: str) -> list[str]:
    """An ARRAY of texts."""
    return _TEXTS.decode(value)


def text_by_name(value: str) -> dict[str, str]:
    """A VARIANT that holds an object of texts, its names sorted: Snowflake keeps them in an order of its own."""
    return dict(sorted(_TEXT_BY_NAME.decode(value).items()))


def moment(value: datetime) -> datetime:
    """A TIMESTAMP_TZ, in UTC."""
    return value.astimezone(UTC)


def lifecycle(row: RowMapping) -> dict[str, Any]:
    """The fields of a read model that all kinds of rows have."""
    return {
        "version": int(row["version"]),
        "created_at": moment(row["created_at"]),
        "created_by": row["created_by"],
        "updated_at": moment(row["updated_at"]),
        "updated_by": row["updated_by"],
        "deleted_at": None if row["deleted_at"] is None else moment(row["deleted_at"]),
    }
