"""Groups and saved segments of customers."""

revision = "2026_11_21_0700"
down_revision = "2026_11_21_0600"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
