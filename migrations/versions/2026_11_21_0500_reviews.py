"""Reviews of books by customers."""

revision = "2026_11_21_0500"
down_revision = "2026_11_21_0400"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
