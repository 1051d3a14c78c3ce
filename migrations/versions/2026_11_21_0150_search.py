"""Words that are found by their beginnings, and books by rank.

A book's words are marked by where they stand (domain/shared/search.py), which only the code that folds them can do, so
they are written anew here.
"""

from alembic import op
from sqlalchemy import text

from domain.books.isbn import Isbn
from domain.shared.search import search_tokens

revision = "2026_11_21_0150"
down_revision = "2026_11_21_0100"

_BATCH = 1_000
_BOOKS = text(
    "SELECT id, title, author, isbn, description, categories FROM books WHERE id > :after ORDER BY id LIMIT :many"
)
_REWRITE = text("UPDATE books SET search_tokens = array_to_tsvector(CAST(:words AS text[])) WHERE id = :id")
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """From arrays to text search vectors, with the words of descriptions."""
    for table in ("customers", "books"):
        op.execute(f"DROP INDEX ix_{table}_search_tokens")
        op.execute(f"ALTER TABLE {table} ALTER search_tokens TYPE tsvector USING array_to_tsvector(search_tokens)")
        op.execute(f"CREATE INDEX ix_{table}_search_tokens ON {table} USING gin (search_tokens)")
    connection, after = op.get_bind(), _BEFORE_ALL
    while rows := connection.execute(_BOOKS, {"after": after, "many": _BATCH}).all():
        after = str(rows[-1].id)
        connection.execute(_REWRITE, [{"id": row.id, "words": list(_words(*row[1:]))} for row in rows])


def downgrade() -> None:
    """To arrays; marked words go."""
    for table in ("customers", "books"):
        op.execute(f"DROP INDEX ix_{table}_search_tokens")
        op.execute(f"ALTER TABLE {table} ALTER search_tokens TYPE text[] USING tsvector_to_array(search_tokens)")
        op.execute(f"CREATE INDEX ix_{table}_search_tokens ON {table} USING gin (search_tokens)")
    op.execute(
        "UPDATE books SET search_tokens = ARRAY(SELECT word FROM unnest(search_tokens) AS word WHERE word !~ '^[=+]')"
    )


def _words(title: str, author: str, isbn: str, description: str | None, categories: list[str]) -> tuple[str, ...]:
    number = Isbn(isbn)
    return search_tokens(title=[title], heading=[author, number.value, number.isbn10], text=[description, *categories])
