"""Addresses and consents of customers."""

revision = "2026_11_21_0600"
down_revision = "2026_11_21_0500"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
