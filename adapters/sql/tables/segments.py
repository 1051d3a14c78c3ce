"""Segments of customers and their snapshots. One DELETE by `customer_id` takes a person out of all snapshots."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Uuid

from adapters.sql.tables.columns import (
    ANY_LINE,
    check,
    index,
    index_latest,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

segments = Table(
    "segments",
    metadata,
    key(),
    Column("name", line(100), nullable=False),
    Column("description", line(500)),
    Column("rule", ANY_LINE, nullable=False),
    *lifecycle(deletable=True),
)
unique_among_living(segments, "name")
index_latest(segments, "created_at")
index_latest(segments, "updated_at")
index_text(segments, "name")

snapshots = Table(
    "snapshots",
    metadata,
    key(),
    Column("segment_id", Uuid(), ForeignKey("segments.id"), nullable=False),
    Column("rule", ANY_LINE, nullable=False),
    Column("member_count", Integer(), nullable=False),
    *lifecycle(deletable=False),
    check("member_count", "member_count >= 0"),
)
index_latest(snapshots, "created_at", "segment_id")

snapshot_members = Table(
    "snapshot_members",
    metadata,
    Column("snapshot_id", Uuid(), ForeignKey("snapshots.id"), primary_key=True),
    Column("number", Integer(), primary_key=True),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), nullable=False),
    check("number_from_1", "number >= 1"),
)
index(snapshot_members, "customer_id", snapshot_members.c.customer_id, snapshot_members.c.snapshot_id)
