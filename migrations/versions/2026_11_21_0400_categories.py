"""Categories, as a tree, and the keys that books name them by.

What a book is filed under stands among its words, marked (domain/books/filing.py), so that one index answers words and
categories; the index of the category texts as they are spelled goes.
"""

from alembic import op
from sqlalchemy import text

from domain.books.filing import filed_under

revision = "2026_11_21_0400"
down_revision = "2026_11_21_0300"

_TABLES = (
    """
    CREATE TABLE categories (
        id uuid CONSTRAINT pk_categories PRIMARY KEY,
        parent_id uuid CONSTRAINT fk_categories_parent_id REFERENCES categories (id),
        name varchar(100) COLLATE "C" NOT NULL,
        name_key varchar(500) COLLATE "C" NOT NULL,
        slug varchar(100) COLLATE "C" NOT NULL,
        path varchar(500) COLLATE "C" NOT NULL,
        depth integer NOT NULL,
        position bigint NOT NULL,
        code varchar(40) COLLATE "C",
        description text,
        search_tokens tsvector NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_categories_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_categories_parent_is_another CHECK (parent_id <> id),
        CONSTRAINT ck_categories_root_or_beneath CHECK ((parent_id IS NULL) = (depth = 1)),
        CONSTRAINT ck_categories_position_from_0 CHECK (position >= 0)
    )
    """,
    "CREATE UNIQUE INDEX uq_categories_living_path ON categories (path) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX uq_categories_living_code ON categories (code) WHERE deleted_at IS NULL",
    "CREATE INDEX ix_categories_created_at ON categories (created_at DESC, id DESC)",
    "CREATE INDEX ix_categories_updated_at ON categories (updated_at DESC, id DESC)",
    "CREATE INDEX ix_categories_name ON categories (name, id)",
    "CREATE INDEX ix_categories_path ON categories (path, id)",
    "CREATE INDEX ix_categories_position ON categories (position, name, id)",
    "CREATE INDEX ix_categories_parent_id_position ON categories (parent_id, position, name, id)",
    "CREATE INDEX ix_categories_depth_position ON categories (depth, position, name, id)",
    "CREATE INDEX ix_categories_search_tokens ON categories USING gin (search_tokens)",
)
_NAMES = text("SELECT DISTINCT name FROM books, unnest(categories) AS name")
_FILE = text(
    """
    WITH filed AS (
        SELECT books.id, array_agg(DISTINCT given.mark) AS marks
        FROM books
        CROSS JOIN unnest(books.categories) AS named (name)
        JOIN unnest(CAST(:names AS text[]), CAST(:marks AS text[])) AS given (name, mark) ON given.name = named.name
        GROUP BY books.id
    )
    UPDATE books SET search_tokens = search_tokens || array_to_tsvector(filed.marks)
    FROM filed WHERE filed.id = books.id
    """
)
_UNFILE = """
    UPDATE books
    SET search_tokens = ts_delete(
        search_tokens, ARRAY(SELECT word FROM unnest(tsvector_to_array(search_tokens)) AS word WHERE word LIKE '#%')
    )
    WHERE categories <> '{}'
"""


def upgrade() -> None:
    """The tree is empty at first; books are in its categories as soon as these go by the names that they have."""
    for statement in _TABLES:
        op.execute(statement)
    connection = op.get_bind()
    names = [name for (name,) in connection.execute(_NAMES).all()]
    if names:
        connection.execute(_FILE, {"names": names, "marks": [filed_under([name])[0] for name in names]})
    op.execute("DROP INDEX ix_books_categories")


def downgrade() -> None:
    """Books keep their category texts."""
    op.execute("CREATE INDEX ix_books_categories ON books USING gin (categories)")
    op.execute(_UNFILE)
    op.execute("DROP TABLE categories")
