"""Consumers of the events: the last one that each has dealt with."""

from alembic import op

revision = "2026_11_30_0200"
down_revision = "2026_11_30_0100"


def upgrade() -> None:
    """Adds the table."""
    op.execute(
        """
        CREATE TABLE event_consumers (
            name varchar(64) COLLATE "C" CONSTRAINT pk_event_consumers PRIMARY KEY,
            sequence bigint NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT ck_event_consumers_sequence_from_0 CHECK (sequence >= 0)
        )
        """
    )


def downgrade() -> None:
    """Takes it away. Whoever follows the events then begins anew at their end."""
    op.execute("DROP TABLE event_consumers")
