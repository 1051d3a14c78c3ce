"""Who is told when a webhook is paused.

The planner keeps samples of what is in a column; of addresses it takes none.
"""

from alembic import op

revision = "2026_11_30_0310"
down_revision = "2026_11_30_0300"


def upgrade() -> None:
    """With an address of contact."""
    op.execute('ALTER TABLE webhooks ADD COLUMN contact_email varchar(254) COLLATE "C"')
    op.execute("ALTER TABLE webhooks ALTER COLUMN contact_email SET STATISTICS 0")


def downgrade() -> None:
    """Without it."""
    op.execute("ALTER TABLE webhooks DROP COLUMN contact_email")
