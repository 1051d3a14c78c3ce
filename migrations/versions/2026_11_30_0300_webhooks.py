"""Webhook endpoints, and deliveries of events to them.

The planner keeps samples of what is in a column; of secrets it takes none.
"""

from alembic import op

revision = "2026_11_30_0300"
down_revision = "2026_11_30_0200"

_WEBHOOKS = (
    """
    CREATE TABLE webhooks (
        id uuid CONSTRAINT pk_webhooks PRIMARY KEY,
        url varchar(2048) COLLATE "C" NOT NULL,
        description varchar(500) COLLATE "C",
        event_types text[] NOT NULL,
        enabled boolean NOT NULL,
        secret bytea NOT NULL,
        retiring_secret bytea,
        retiring_until timestamptz,
        state varchar(16) COLLATE "C" NOT NULL,
        reason varchar(16) COLLATE "C",
        since timestamptz NOT NULL,
        failing_since timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        deleted_at timestamptz,
        CONSTRAINT ck_webhooks_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_webhooks_state CHECK (state IN ('active', 'paused', 'disabled')),
        CONSTRAINT ck_webhooks_retiring CHECK ((retiring_secret IS NULL) = (retiring_until IS NULL))
    )
    """,
    "CREATE INDEX ix_webhooks_created_at ON webhooks (created_at DESC, id DESC)",
    "CREATE INDEX ix_webhooks_updated_at ON webhooks (updated_at DESC, id DESC)",
    "CREATE INDEX ix_webhooks_state_created_at ON webhooks (state, created_at DESC, id DESC)",
    "CREATE INDEX ix_webhooks_listening ON webhooks (id) WHERE state = 'active' AND deleted_at IS NULL",
    "ALTER TABLE webhooks ALTER COLUMN secret SET STATISTICS 0, ALTER COLUMN retiring_secret SET STATISTICS 0",
)

_DELIVERIES = (
    """
    CREATE TABLE deliveries (
        id uuid CONSTRAINT pk_deliveries PRIMARY KEY,
        webhook_id uuid NOT NULL CONSTRAINT fk_deliveries_webhook_id REFERENCES webhooks (id),
        sequence bigint NOT NULL,
        type text COLLATE "C" NOT NULL,
        state varchar(16) COLLATE "C" NOT NULL,
        attempts jsonb NOT NULL,
        attempt_count integer NOT NULL,
        tries integer NOT NULL,
        next_attempt_at timestamptz,
        last_attempt_at timestamptz,
        last_status integer,
        last_error varchar(32) COLLATE "C",
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text COLLATE "C" NOT NULL,
        CONSTRAINT ck_deliveries_version_from_1 CHECK (version >= 1),
        CONSTRAINT ck_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed', 'expired')),
        CONSTRAINT ck_deliveries_next_attempt_at CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX uq_deliveries_webhook_id_sequence ON deliveries (webhook_id, sequence)",
    "CREATE INDEX ix_deliveries_webhook_id_created_at ON deliveries (webhook_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_deliveries_webhook_id_updated_at ON deliveries (webhook_id, updated_at DESC, id DESC)",
    """
    CREATE INDEX ix_deliveries_webhook_id_state_created_at
        ON deliveries (webhook_id, state, created_at DESC, id DESC)
    """,
    "CREATE INDEX ix_deliveries_ended ON deliveries (updated_at) WHERE state <> 'pending'",
)


def upgrade() -> None:
    """With both."""
    for statement in (*_WEBHOOKS, *_DELIVERIES):
        op.execute(statement)


def downgrade() -> None:
    """Without them."""
    for table in ("deliveries", "webhooks"):
        op.execute(f"DROP TABLE {table}")
