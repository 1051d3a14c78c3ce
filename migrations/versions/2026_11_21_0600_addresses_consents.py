"""Addresses and consents of customers."""

from alembic import op

revision = "2026_11_21_0600"
down_revision = "2026_11_21_0500"

_ADDRESSES = (
    """
    CREATE TABLE addresses (
        id uuid CONSTRAINT pk_addresses PRIMARY KEY,
        customer_id uuid NOT NULL CONSTRAINT fk_addresses_customer_id REFERENCES customers (id),
        type varchar(16) COLLATE "C" NOT NULL,
        is_default boolean NOT NULL,
        recipient varchar(255) COLLATE "C",
        lines text[] NOT NULL,
        city varchar(128) COLLATE "C",
        region varchar(128) COLLATE "C",
        postal_code varchar(16) COLLATE "C",
        country varchar(2) COLLATE "C" NOT NULL,
        match_key text[] NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_addresses_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_addresses_type CHECK (type IN ('billing', 'shipping', 'other')),
        CONSTRAINT ck_addresses_country CHECK (country ~ '^[A-Z]{2}$')
    )
    """,
    "CREATE UNIQUE INDEX uq_addresses_default_customer_id_type ON addresses (customer_id, type) WHERE is_default",
    "CREATE INDEX ix_addresses_customer_id_created_at ON addresses (customer_id, created_at DESC, id DESC)",
)

_CONSENTS = (
    """
    CREATE TABLE consents (
        id uuid CONSTRAINT pk_consents PRIMARY KEY,
        customer_id uuid NOT NULL CONSTRAINT fk_consents_customer_id REFERENCES customers (id),
        purpose varchar(64) COLLATE "C" NOT NULL,
        state varchar(16) COLLATE "C" NOT NULL,
        source varchar(255) COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_consents_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_consents_state CHECK (state IN ('given', 'withdrawn'))
    )
    """,
    "CREATE INDEX ix_consents_customer_id ON consents (customer_id)",
)


def upgrade() -> None:
    """Both are new."""
    for statement in (*_ADDRESSES, *_CONSENTS):
        op.execute(statement)


def downgrade() -> None:
    """As it was before there were any."""
    for table in ("consents", "addresses"):
        op.execute(f"DROP TABLE {table}")
