"""Idempotency keys, and events that can be followed.

An event gets its `sequence` once it is committed, by who reads (adapters/postgres/events.py): until then it stands in
the index of those that wait, and in none of those that the list of events needs, so that writing one costs little.
"""

from alembic import op

revision = "2026_11_21_0900"
down_revision = "2026_11_21_0800"

_KEYS = (
    """
    CREATE TABLE idempotency_keys (
        actor text COLLATE "C" NOT NULL,
        key varchar(255) COLLATE "C" NOT NULL,
        fingerprint bytea NOT NULL,
        reply bytea NOT NULL,
        customer_ids uuid[] NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor, key)
    )
    """,
    "CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at)",
    "CREATE INDEX ix_idempotency_keys_customer_ids ON idempotency_keys USING gin (customer_ids)",
)

_EVENTS = (
    "ALTER TABLE events ADD COLUMN sequence bigint NOT NULL DEFAULT 0",
    "CREATE INDEX ix_events_aggregate_id_position ON events (aggregate_id, position)",
    "CREATE INDEX ix_events_waiting ON events (position) WHERE sequence = 0",
    "CREATE UNIQUE INDEX uq_events_sequence ON events (sequence) WHERE sequence > 0",
    "CREATE INDEX ix_events_aggregate_sequence ON events (aggregate, sequence) WHERE sequence > 0",
    "CREATE INDEX ix_events_aggregate_id_sequence ON events (aggregate_id, sequence) WHERE sequence > 0",
    "CREATE INDEX ix_events_type_sequence ON events (type, sequence) WHERE sequence > 0",
    "CREATE INDEX ix_events_at_sequence ON events (at, sequence) WHERE sequence > 0",
)


def upgrade() -> None:
    """Adds the keys, and to the events what lists of them need."""
    for statement in (*_KEYS, *_EVENTS):
        op.execute(statement)


def downgrade() -> None:
    """Takes both away."""
    for name in (
        "events_at_sequence",
        "events_type_sequence",
        "events_aggregate_id_sequence",
        "events_aggregate_sequence",
        "events_waiting",
        "events_aggregate_id_position",
    ):
        op.execute(f"DROP INDEX ix_{name}")
    op.execute("ALTER TABLE events DROP COLUMN sequence")
    op.execute("DROP TABLE idempotency_keys")
