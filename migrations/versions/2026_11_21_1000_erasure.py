"""Customers that were erased: a tombstone of each, which nothing can be found by.

The planner keeps samples of what is in a column, and those of a table that became empty for ever. So of columns that
tell of a person none are taken, but where a search needs them: an erasure takes those anew (adapters/sql/personal.py).
"""

from alembic import op

revision = "2026_11_21_1000"
down_revision = "2026_11_21_0900"

_UP = (
    "ALTER TABLE customers ADD COLUMN erased_at timestamptz",
    "ALTER TABLE customers DROP CONSTRAINT ck_customers_name_reference_or_email",
    """
    ALTER TABLE customers ADD CONSTRAINT ck_customers_name_reference_or_email
        CHECK (erased_at IS NOT NULL OR coalesce(name, reference, email) IS NOT NULL)
    """,
    """
    ALTER TABLE customers ADD CONSTRAINT ck_customers_erased_is_nobody CHECK (
        erased_at IS NULL OR (
            deleted_at IS NOT NULL AND coalesce(name, reference, email, phone) IS NULL
            AND tags = '{}' AND metadata = '{}' AND search_tokens = ''
        )
    )
    """,
    """
    CREATE INDEX ix_customers_deleted_at ON customers (deleted_at, id)
        WHERE deleted_at IS NOT NULL AND erased_at IS NULL
    """,
)
_UNSAMPLED = {
    "customers": ("name", "reference", "email", "metadata"),
    "addresses": ("type", "recipient", "lines", "city", "region", "postal_code", "country", "match_key"),
    "consents": ("purpose", "state", "source"),
    "reviews": ("title", "text", "language", "reason"),
    "merges": ("kept",),
    "idempotency_keys": ("key", "fingerprint", "reply"),
}
_UNSAMPLED_INDEXES = ("ix_customers_name", "ix_customers_reference")
_DOWN = (
    "DROP INDEX ix_customers_deleted_at",
    "ALTER TABLE customers DROP CONSTRAINT ck_customers_erased_is_nobody",
    "ALTER TABLE customers DROP CONSTRAINT ck_customers_name_reference_or_email",
    # Before this step every customer had a name, a reference or an address.
    "UPDATE customers SET name = 'erased' WHERE erased_at IS NOT NULL",
    """
    ALTER TABLE customers ADD CONSTRAINT ck_customers_name_reference_or_email
        CHECK (coalesce(name, reference, email) IS NOT NULL)
    """,
    "ALTER TABLE customers DROP COLUMN erased_at",
)


def upgrade() -> None:
    """Room for tombstones."""
    for statement in _UP:
        op.execute(statement)
    _sample(0)


def downgrade() -> None:
    """A tombstone becomes a deleted customer called `erased`; nothing of the person comes back."""
    _sample(-1)
    for statement in _DOWN:
        op.execute(statement)


def _sample(target: int) -> None:
    for table, columns in _UNSAMPLED.items():
        changes = ", ".join(f"ALTER {column} SET STATISTICS {target}" for column in columns)
        op.execute(f"ALTER TABLE {table} {changes}")
    for index in _UNSAMPLED_INDEXES:
        op.execute(f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS {target}")
