"""What a shop shows of a book."""

revision = "2026_11_21_0200"
down_revision = "2026_11_21_0100"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
