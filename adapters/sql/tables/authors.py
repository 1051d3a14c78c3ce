"""Authors, and which books they made."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

from adapters.sql.tables.columns import (
    TEXTS,
    WORDS,
    check,
    index,
    index_latest,
    index_latest_where_given,
    index_members,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

_A_DATE = "~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'"

authors = Table(
    "authors",
    metadata,
    key(),
    Column("name", line(255), nullable=False),
    Column("name_key", line(255), nullable=False),
    Column("sort_name", line(300), nullable=False),
    Column("other_names", TEXTS, nullable=False),
    Column("born", line(10)),
    Column("died", line(10)),
    Column("merged_into", Uuid(), ForeignKey("authors.id", deferrable=True, initially="DEFERRED")),
    Column("search_tokens", WORDS, nullable=False),
    *lifecycle(deletable=True),
    check("born", f"born {_A_DATE}"),
    check("died", f"died {_A_DATE}"),
    check("merged_is_deleted", "merged_into IS NULL OR (deleted_at IS NOT NULL AND merged_into <> id)"),
)
unique_among_living(authors, "name_key")
index_latest(authors, "created_at")
index_latest(authors, "updated_at")
index_text(authors, "name")
index_text(authors, "sort_name")
index_text(authors, "born")
index_text(authors, "died")
index_latest_where_given(authors, "born")
index_latest_where_given(authors, "died")
index_members(authors, "search_tokens")
# A merged author leads to the one it was merged into, by its name and by its id.
Index("ix_authors_merged_name_key", authors.c.name_key, postgresql_where=authors.c.merged_into.is_not(None)).ddl_if(
    dialect="postgresql"
)
Index("ix_authors_merged_into", authors.c.merged_into, postgresql_where=authors.c.merged_into.is_not(None)).ddl_if(
    dialect="postgresql"
)

# Where each book's `contributors` lead, in their order from 1: written with them, by the same statement.
book_authors = Table(
    "book_authors",
    metadata,
    Column("book_id", Uuid(), ForeignKey("books.id"), primary_key=True),
    Column("place", Integer(), primary_key=True),
    Column("author_id", Uuid(), ForeignKey("authors.id"), nullable=False),
    Column("role", line(16), nullable=False),
    check("place_from_1", "place >= 1"),
)
index(book_authors, "author_id", book_authors.c.author_id, book_authors.c.book_id)
