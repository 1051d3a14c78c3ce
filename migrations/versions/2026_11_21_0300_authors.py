"""Authors, and which books they made.

The books that are there name their authors by a text alone. Each of these becomes an author, found by the key that the
domain gives to names, as it would be had the book been entered today.
"""

import json
from datetime import UTC, datetime
from os import urandom

from alembic import op
from sqlalchemy import text

from domain.books.author import author_key, sort_name_of
from domain.shared.ids import uuid7
from domain.shared.search import search_tokens

revision = "2026_11_21_0300"
down_revision = "2026_11_21_0200"

_TABLES = (
    """
    CREATE TABLE authors (
        id uuid CONSTRAINT pk_authors PRIMARY KEY,
        name varchar(255) COLLATE "C" NOT NULL,
        name_key varchar(255) COLLATE "C" NOT NULL,
        sort_name varchar(300) COLLATE "C" NOT NULL,
        other_names text[] NOT NULL,
        born varchar(10) COLLATE "C",
        died varchar(10) COLLATE "C",
        merged_into uuid
            CONSTRAINT fk_authors_merged_into REFERENCES authors (id) DEFERRABLE INITIALLY DEFERRED,
        search_tokens tsvector NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_authors_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_authors_born CHECK (born ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
        CONSTRAINT ck_authors_died CHECK (died ~ '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$'),
        CONSTRAINT ck_authors_merged_is_deleted
            CHECK (merged_into IS NULL OR (deleted_at IS NOT NULL AND merged_into <> id))
    )
    """,
    "CREATE UNIQUE INDEX uq_authors_living_name_key ON authors (name_key) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_authors_created_at ON authors (created_at DESC, id DESC)",
    "CREATE INDEX ix_authors_updated_at ON authors (updated_at DESC, id DESC)",
    "CREATE INDEX ix_authors_name ON authors (name, id)",
    "CREATE INDEX ix_authors_sort_name ON authors (sort_name, id)",
    "CREATE INDEX ix_authors_born ON authors (coalesce(born, ''), id)",
    "CREATE INDEX ix_authors_died ON authors (coalesce(died, ''), id)",
    "CREATE INDEX ix_authors_born_created_at ON authors (born, created_at DESC, id DESC) WHERE born IS NOT NULL",
    "CREATE INDEX ix_authors_died_created_at ON authors (died, created_at DESC, id DESC) WHERE died IS NOT NULL",
    "CREATE INDEX ix_authors_search_tokens ON authors USING gin (search_tokens)",
    "CREATE INDEX ix_authors_merged_name_key ON authors (name_key) WHERE merged_into IS NOT NULL",
    "CREATE INDEX ix_authors_merged_into ON authors (merged_into) WHERE merged_into IS NOT NULL",
    """
    CREATE TABLE book_authors (
        book_id uuid NOT NULL CONSTRAINT fk_book_authors_book_id REFERENCES books (id),
        place integer NOT NULL,
        author_id uuid NOT NULL CONSTRAINT fk_book_authors_author_id REFERENCES authors (id),
        role varchar(16) COLLATE "C" NOT NULL,
        CONSTRAINT pk_book_authors PRIMARY KEY (book_id, place),
        CONSTRAINT ck_book_authors_place_from_1 CHECK (place >= 1)
    )
    """,
    "CREATE INDEX ix_book_authors_author_id ON book_authors (author_id, book_id)",
)
_CREDITS = text("SELECT author, min(created_at) AS first FROM books GROUP BY author ORDER BY first, author")
_ENTER = text(
    """
    INSERT INTO authors (id, name, name_key, sort_name, other_names, search_tokens, version, created_at, created_by,
                         updated_at, updated_by)
    VALUES (:id, :name, :key, :sort_name, '{}', array_to_tsvector(CAST(:words AS text[])), 1, :at, 'migration', :at,
            'migration')
    """
)
_CREDIT = text("UPDATE books SET contributors = CAST(:contributors AS jsonb) WHERE author = :credit")
_LINK = """
    INSERT INTO book_authors (book_id, place, author_id, role)
    SELECT id, 1, CAST(contributors -> 0 ->> 'id' AS uuid), 'author' FROM books
"""


def upgrade() -> None:
    """An author of each distinct name; its events are those of the books."""
    for statement in _TABLES:
        op.execute(statement)
    connection, known = op.get_bind(), dict[str, dict[str, str]]()
    now = datetime.now(UTC)
    for credit, _ in connection.execute(_CREDITS).all():
        key = author_key(credit)
        if key not in known:
            author_id = str(uuid7(now, urandom(10)))
            known[key] = {"id": author_id, "name": credit, "role": "author"}
            sort_name = sort_name_of(credit)
            words = list(search_tokens(title=[credit], heading=[sort_name], text=[]))
            values = {"id": author_id, "name": credit, "key": key, "sort_name": sort_name, "words": words, "at": now}
            connection.execute(_ENTER, values)
        connection.execute(_CREDIT, {"contributors": json.dumps([known[key]]), "credit": credit})
    op.execute(_LINK)


def downgrade() -> None:
    """The credits stay as they are printed."""
    op.execute("DROP TABLE book_authors")
    op.execute("DROP TABLE authors")
    op.execute("UPDATE books SET contributors = NULL")
