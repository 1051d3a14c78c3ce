"""Customers that were merged or erased."""

from alembic import op

revision = "2026_11_21_0800"
down_revision = "2026_11_21_0700"

_MERGES = (
    """
    CREATE TABLE merges (
        id uuid CONSTRAINT pk_merges PRIMARY KEY,
        customer_id uuid NOT NULL CONSTRAINT fk_merges_customer_id REFERENCES customers (id),
        into_id uuid NOT NULL,
        from_id uuid NOT NULL,
        from_version integer NOT NULL,
        moved jsonb NOT NULL,
        kept jsonb,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_merges_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_merges_from_version CHECK (from_version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX uq_merges_from_id ON merges (from_id)",
    "CREATE INDEX ix_merges_customer_id_created_at ON merges (customer_id, created_at DESC, id DESC)",
)


def upgrade() -> None:
    """Merges are new."""
    for statement in _MERGES:
        op.execute(statement)


def downgrade() -> None:
    """As it was before there were any: what was merged stays so."""
    op.execute("DROP TABLE merges")
