"""Categories, as a tree: each row knows the one above it, and its whole path."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text, Uuid

from adapters.sql.tables.columns import (
    WORDS,
    check,
    index,
    index_latest,
    index_members,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

categories = Table(
    "categories",
    metadata,
    key(),
    Column("parent_id", Uuid(), ForeignKey("categories.id")),
    Column("name", line(100), nullable=False),
    # By which a book names it, beside its path (domain/books/filing.py).
    Column("name_key", line(500), nullable=False),
    Column("slug", line(100), nullable=False),
    Column("path", line(500), nullable=False),
    Column("depth", Integer(), nullable=False),
    Column("position", BigInteger(), nullable=False),
    Column("code", line(40)),
    Column("description", Text()),
    Column("search_tokens", WORDS, nullable=False),
    *lifecycle(deletable=True),
    check("parent_is_another", "parent_id <> id"),
    check("root_or_beneath", "(parent_id IS NULL) = (depth = 1)"),
    check("position_from_0", "position >= 0"),
)
# Among siblings a slug is as unique as a path is among all.
unique_among_living(categories, "path")
unique_among_living(categories, "code")
index_latest(categories, "created_at")
index_latest(categories, "updated_at")
index_text(categories, "name")
index_text(categories, "path")
index_members(categories, "search_tokens")


def _index_in_order(*first: str) -> None:
    """For lists as siblings stand, of all or of those that have one value of `first`."""
    columns = categories.c
    index(
        categories,
        "_".join([*first, "position"]),
        *(columns[one] for one in first),
        columns.position,
        columns.name,
        columns.id,
    )


_index_in_order()
_index_in_order("parent_id")
_index_in_order("depth")
