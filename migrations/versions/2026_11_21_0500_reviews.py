"""Reviews of books by customers."""

from alembic import op

revision = "2026_11_21_0500"
down_revision = "2026_11_21_0400"

_REVIEWS = (
    """
    CREATE TABLE reviews (
        id uuid CONSTRAINT pk_reviews PRIMARY KEY,
        book_id uuid NOT NULL CONSTRAINT fk_reviews_book_id REFERENCES books (id),
        customer_id uuid NOT NULL CONSTRAINT fk_reviews_customer_id REFERENCES customers (id),
        rating integer NOT NULL,
        title varchar(255) COLLATE "C",
        text text COLLATE "C",
        language varchar(35) COLLATE "C",
        status varchar(16) COLLATE "C" NOT NULL,
        reason varchar(500) COLLATE "C",
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_reviews_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_reviews_rating CHECK (rating BETWEEN 1 AND 5),
        CONSTRAINT ck_reviews_status CHECK (status IN ('pending', 'published', 'rejected'))
    )
    """,
    """
    CREATE UNIQUE INDEX uq_reviews_living_customer_id_book_id ON reviews (customer_id, book_id)
        WHERE deleted_at IS NULL
    """,
    "CREATE INDEX ix_reviews_created_at ON reviews (created_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_updated_at ON reviews (updated_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_book_id_created_at ON reviews (book_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_customer_id_created_at ON reviews (customer_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_status_created_at ON reviews (status, created_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_rating_created_at ON reviews (rating, created_at DESC, id DESC)",
    "CREATE INDEX ix_reviews_rating ON reviews (rating, id)",
)


def upgrade() -> None:
    """With a table of reviews."""
    for statement in _REVIEWS:
        op.execute(statement)


def downgrade() -> None:
    """Without reviews."""
    op.execute("DROP TABLE reviews")
