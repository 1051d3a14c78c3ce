"""Groups of customers. One DELETE by `customer_id` takes a person out of all of them."""

from sqlalchemy import Column, ForeignKey, Table, Uuid

from adapters.sql.tables.columns import (
    ANY_LINE,
    MOMENT,
    index,
    index_latest,
    index_text,
    key,
    lifecycle,
    line,
    metadata,
    unique_among_living,
)

groups = Table(
    "groups",
    metadata,
    key(),
    Column("name", line(100), nullable=False),
    Column("description", line(500)),
    *lifecycle(deletable=True),
)
unique_among_living(groups, "name")
index_latest(groups, "created_at")
index_latest(groups, "updated_at")
index_text(groups, "name")

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", Uuid(), ForeignKey("groups.id"), primary_key=True),
    Column("customer_id", Uuid(), ForeignKey("customers.id"), primary_key=True),
    Column("added_at", MOMENT, nullable=False),
    Column("added_by", ANY_LINE, nullable=False),
)
index(group_members, "customer_id", group_members.c.customer_id)
