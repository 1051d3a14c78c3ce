"""Categories, as a tree."""

revision = "2026_11_21_0400"
down_revision = "2026_11_21_0300"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
