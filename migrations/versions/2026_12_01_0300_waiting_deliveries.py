"""Which deliveries wait for their turn at an endpoint that is sent as much as it is sent at once."""

from alembic import op

revision = "2026_12_01_0300"
down_revision = "2026_11_30_0310"


def upgrade() -> None:
    """With the priority with which they wait."""
    op.execute(
        "ALTER TABLE deliveries ADD COLUMN waits integer, "
        "ADD CONSTRAINT ck_deliveries_waits CHECK (waits IS NULL OR state = 'pending')"
    )
    op.execute(
        "CREATE INDEX ix_deliveries_waiting ON deliveries (webhook_id, waits DESC, next_attempt_at, sequence) "
        "WHERE waits IS NOT NULL"
    )


def downgrade() -> None:
    """Without it: what waits has no job, so it is given up, and can be replayed."""
    op.execute(
        "UPDATE deliveries SET state = 'expired', next_attempt_at = NULL, waits = NULL, version = version + 1, "
        "updated_at = now() WHERE waits IS NOT NULL"
    )
    op.execute("ALTER TABLE deliveries DROP COLUMN waits")
