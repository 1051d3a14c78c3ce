"""Webhook endpoints and the deliveries to them. Secrets are kept as they are, since messages are signed with them.

A delivery has the last of its attempts in it: it is read and written as a whole, once an attempt.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Uuid, text

from adapters.sql.tables.columns import (
    ANY_LINE,
    DOCUMENT,
    MOMENT,
    TEXTS,
    check,
    index_latest,
    key,
    lifecycle,
    line,
    metadata,
)

webhooks = Table(
    "webhooks",
    metadata,
    key(),
    Column("url", line(2048), nullable=False),
    Column("description", line(500)),
    Column("event_types", TEXTS, nullable=False),
    Column("enabled", Boolean(), nullable=False),
    Column("secret", LargeBinary(), nullable=False),
    Column("retiring_secret", LargeBinary()),
    Column("retiring_until", MOMENT),
    Column("state", line(16), nullable=False),
    Column("reason", line(16)),
    Column("since", MOMENT, nullable=False),
    Column("failing_since", MOMENT),
    *lifecycle(deletable=True),
    Column("contact_email", line(254)),
    check("state", "state IN ('active', 'paused', 'disabled')"),
    check("retiring", "(retiring_secret IS NULL) = (retiring_until IS NULL)"),
)
index_latest(webhooks, "created_at")
index_latest(webhooks, "updated_at")
index_latest(webhooks, "created_at", "state")
Index(
    "ix_webhooks_listening",
    webhooks.c.id,
    postgresql_where=text("state = 'active' AND deleted_at IS NULL"),
).ddl_if(dialect="postgresql")

deliveries = Table(
    "deliveries",
    metadata,
    key(),
    Column("webhook_id", Uuid(), ForeignKey("webhooks.id"), nullable=False),
    Column("sequence", BigInteger(), nullable=False),
    Column("type", ANY_LINE, nullable=False),
    Column("state", line(16), nullable=False),
    Column("attempts", DOCUMENT, nullable=False),
    Column("attempt_count", Integer(), nullable=False),
    Column("tries", Integer(), nullable=False),
    Column("next_attempt_at", MOMENT),
    Column("last_attempt_at", MOMENT),
    Column("last_status", Integer()),
    Column("last_error", line(32)),
    *lifecycle(deletable=False),
    Column("waits", Integer()),
    check("state", "state IN ('pending', 'delivered', 'failed', 'expired')"),
    check("next_attempt_at", "(state = 'pending') = (next_attempt_at IS NOT NULL)"),
    check("waits", "waits IS NULL OR state = 'pending'"),
)
Index("uq_deliveries_webhook_id_sequence", deliveries.c.webhook_id, deliveries.c.sequence, unique=True).ddl_if(
    dialect="postgresql"
)
index_latest(deliveries, "created_at", "webhook_id")
index_latest(deliveries, "updated_at", "webhook_id")
index_latest(deliveries, "created_at", "webhook_id", "state")
Index(
    "ix_deliveries_waiting",
    deliveries.c.webhook_id,
    deliveries.c.waits.desc(),
    deliveries.c.next_attempt_at,
    deliveries.c.sequence,
    postgresql_where=text("waits IS NOT NULL"),
).ddl_if(dialect="postgresql")
Index("ix_deliveries_ended", deliveries.c.updated_at, postgresql_where=text("state <> 'pending'")).ddl_if(
    dialect="postgresql"
)
