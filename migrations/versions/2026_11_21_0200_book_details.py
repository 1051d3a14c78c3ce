"""What a shop shows of a book, who made it, and what readers think of it."""

from alembic import op

revision = "2026_11_21_0200"
down_revision = "2026_11_21_0150"

_COLUMNS = {
    "subtitle": 'varchar(255) COLLATE "C"',
    "publisher": 'varchar(255) COLLATE "C"',
    "edition": 'varchar(100) COLLATE "C"',
    "format": 'varchar(16) COLLATE "C"',
    "pages": "integer",
    "series": 'varchar(255) COLLATE "C"',
    "series_position": 'varchar(7) COLLATE "C"',
    "availability": 'varchar(16) COLLATE "C"',
    "contributors": "jsonb",
    "rating_count": "integer NOT NULL DEFAULT 0",
    "rating_sum": "integer NOT NULL DEFAULT 0",
}
_CHECKS = {
    "pages": "pages BETWEEN 1 AND 100000",
    "series_position": r"series_position ~ '^[0-9]{1,4}(\.[0-9]{1,2})?$'",
    "position_in_series": "series_position IS NULL OR series IS NOT NULL",
    "format": "format IN ('hardcover', 'paperback', 'ebook', 'audiobook', 'other')",
    "availability": (
        "availability IN ('in_stock', 'out_of_stock', 'preorder', 'backorder', 'made_to_order', 'discontinued')"
    ),
    "rating": "rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count",
}
_FILTERS = ("publisher", "series", "format", "availability")


def upgrade() -> None:
    """One pass over the table for all of it: the constants need none, and the checks are read once."""
    added = [f"ADD COLUMN {name} {kind}" for name, kind in _COLUMNS.items()]
    added += [f"ADD CONSTRAINT ck_books_{name} CHECK ({rule})" for name, rule in _CHECKS.items()]
    op.execute(f"ALTER TABLE books {', '.join(added)}")
    for name in _FILTERS:
        op.execute(
            f"CREATE INDEX ix_books_{name}_created_at ON books ({name}, created_at DESC, id DESC) "
            f"WHERE {name} IS NOT NULL"
        )


def downgrade() -> None:
    """Indexes and checks go with their columns."""
    op.execute(f"ALTER TABLE books {', '.join(f'DROP COLUMN {name}' for name in _COLUMNS)}")
