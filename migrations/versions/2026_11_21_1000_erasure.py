"""Customers that were erased: a tombstone of each, which nothing can be found by."""

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


def downgrade() -> None:
    """A tombstone becomes a deleted customer called `erased`; nothing of the person comes back."""
    for statement in _DOWN:
        op.execute(statement)
