"""${message}.

Locks are given up after 5 seconds and statements after 300 (migrations/env.py). A step that has to rewrite a large
table raises its own limit with `op.execute("SET LOCAL statement_timeout = '1h'")`; an index on a table in use is built
with `postgresql_concurrently=True` inside `with op.get_context().autocommit_block():`.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """To this revision."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back to the one before."""
    ${downgrades if downgrades else "pass"}
