"""Authors, and which books they made."""

revision = "2026_11_21_0300"
down_revision = "2026_11_21_0200"


def upgrade() -> None:
    """Nothing so far."""


def downgrade() -> None:
    """Nothing so far."""
