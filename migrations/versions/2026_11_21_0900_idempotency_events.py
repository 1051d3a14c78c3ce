"""Idempotency keys, and events that can be followed."""

revision = "2026_11_21_0900"
down_revision = "2026_11_21_0800"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
