"""Customers that were merged or erased."""

revision = "2026_11_21_0800"
down_revision = "2026_11_21_0700"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
