"""Reviews, groups, segments and what customers have, 100,000 of each: through an index, and nobody left in."""

from collections.abc import Sequence

import pytest

from adapters.postgres import addresses as address_statements
from adapters.postgres import groups as group_statements
from adapters.postgres import merges as merge_statements
from adapters.postgres import reviews as review_statements
from adapters.postgres import segments as segment_statements
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from application.customers.address_models import ADDRESS_LIST
from application.customers.merge_models import MERGE_LIST
from application.groups.models import GROUP_LIST, GROUP_MEMBER_LIST
from application.listing import Listing, ListSpec, SortKey, read_listing
from application.reviews.models import REVIEW_LIST
from application.segments.models import SEGMENT_LIST, SNAPSHOT_LIST, SNAPSHOT_MEMBER_LIST
from domain.customers.segment import Segment, SegmentDetails
from domain.customers.segment_parser import parse_rule
from domain.shared.ids import SegmentId, SnapshotId
from tests.support.builders import MORNING, a_book, a_customer, a_review, new_id
from tests.support.plans import Node, blocks, indexes, measured, read_whole
from tests.support.postgres_case import postgres_ports
from tests.support.postgres_units import ask, committed

ROWS = 100_000
LIFECYCLE = "1, t, 'ada', t, 'ada'"
# Each row is a copy of one that was written in the usual way, with an id, a time and what a list asks for of its own.
FILL = f"""
    CREATE FUNCTION pg_temp.nth(kind int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(kind), 12, '0'))::uuid $$;
    CREATE TEMP TABLE numbers AS
        SELECT n, timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute' AS t
        FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO customers (id, name, status, tags, metadata, search_tokens,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(1, n), 'Reader ' || n, CASE WHEN n % 50 = 0 THEN 'inactive' ELSE 'active' END,
            ARRAY['tag' || n % 500], jsonb_build_object('shelf', 'A' || n % 10), 'reader', {LIFECYCLE} FROM numbers;
    INSERT INTO orders (id, customer_id, channel, currency, status, placed_at, subtotal, tax, shipping, line_count,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(2, n), pg_temp.nth(1, 1 + n % 30000), 'web', 'EUR', 'placed', t, n % 100, 0, 0, 1,
            {LIFECYCLE} FROM numbers;
    INSERT INTO returns (id, customer_id, channel, currency, returned_at, total, line_count,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(5, n), pg_temp.nth(1, n), 'web', 'EUR', t, 1, 1, {LIFECYCLE} FROM numbers WHERE n % 5 = 0;
    INSERT INTO reviews (id, book_id, customer_id, rating, text, status,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(3, n), b.id, pg_temp.nth(1, n), 1 + n % 5, 'Read.',
            CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'published' END, {LIFECYCLE}
        FROM numbers JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM books) b ON b.place = n % 1000;
    INSERT INTO groups (id, name, version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(4, n), 'Group ' || n, {LIFECYCLE} FROM numbers;
    INSERT INTO group_members SELECT pg_temp.nth(4, 1 + n % 5000), pg_temp.nth(1, n), t, 'ada' FROM numbers;
    INSERT INTO segments (id, name, rule, version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(6, n), 'Segment ' || n, 'has email', {LIFECYCLE} FROM numbers;
    INSERT INTO snapshots (id, segment_id, rule, member_count, version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(7, n), pg_temp.nth(6, 1 + n % 5000), 'has email', 1, {LIFECYCLE} FROM numbers;
    INSERT INTO snapshot_members SELECT pg_temp.nth(7, 1 + n % 5000), n, pg_temp.nth(1, n) FROM numbers;
    INSERT INTO addresses (id, customer_id, type, is_default, lines, country, match_key,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(8, n), pg_temp.nth(1, 1 + n % 5000), 'other', false, ARRAY['Street ' || n], 'DE', '{{}}',
            {LIFECYCLE} FROM numbers;
    INSERT INTO merges (id, customer_id, into_id, from_id, from_version, moved,
            version, created_at, created_by, updated_at, updated_by)
        SELECT pg_temp.nth(9, n), pg_temp.nth(1, 1 + n % 5000), pg_temp.nth(1, 1 + n % 5000), pg_temp.nth(10, n), 1,
            '{{}}', {LIFECYCLE} FROM numbers;
"""


@pytest.fixture(scope="module")
async def shop(module_pool: Pool) -> Pool:
    """A hundred thousand of everything but books, a thousand of these, with statistics."""
    await committed(module_pool, lambda uow: uow.books.add_many(a_book(number=n) for n in range(1_000)))
    async with module_pool.acquire() as connection:
        await connection.execute(FILL)
    await ask(module_pool, "VACUUM ANALYZE")
    return module_pool


async def of_page(pool: Pool, statements: ListStatements, listing: Listing) -> Sequence[Node]:
    statement, params = statements.page(listing)
    return await measured(pool, statement, **params)


BY_QUESTION: list[tuple[ListSpec, ListStatements, dict[str, str], str]] = [
    (REVIEW_LIST, review_statements._LISTS, {}, "ix_reviews_created_at"),
    (REVIEW_LIST, review_statements._LISTS, {"sort": "-updated_at"}, "ix_reviews_updated_at"),
    (REVIEW_LIST, review_statements._LISTS, {"sort": "-rating"}, "ix_reviews_rating"),
    (REVIEW_LIST, review_statements._LISTS, {"book_id": "BOOK"}, "ix_reviews_book_id_created_at"),
    (
        REVIEW_LIST,
        review_statements._LISTS,
        {"book_id": "BOOK", "status": "published"},
        "ix_reviews_book_id_created_at",
    ),
    (REVIEW_LIST, review_statements._LISTS, {"customer_id": "CUSTOMER"}, "ix_reviews_customer_id_created_at"),
    (REVIEW_LIST, review_statements._LISTS, {"status": "pending"}, "ix_reviews_status_created_at"),
    (REVIEW_LIST, review_statements._LISTS, {"status": "rejected"}, "ix_reviews_status_created_at"),
    (REVIEW_LIST, review_statements._LISTS, {"rating": "5"}, "ix_reviews_rating_created_at"),
    (REVIEW_LIST, review_statements._LISTS, {"created_at[lt]": "2026-01-02T00:00:00Z"}, "ix_reviews_created_at"),
    (GROUP_LIST, group_statements._LISTS, {}, "ix_groups_created_at"),
    (GROUP_LIST, group_statements._LISTS, {"sort": "-updated_at"}, "ix_groups_updated_at"),
    (GROUP_LIST, group_statements._LISTS, {"sort": "name"}, "ix_groups_name"),
    (GROUP_LIST, group_statements._LISTS, {"name": "Group 7"}, "uq_groups_living_name or ix_groups_name"),
    (SEGMENT_LIST, segment_statements._LISTS, {}, "ix_segments_created_at"),
    (SEGMENT_LIST, segment_statements._LISTS, {"sort": "-updated_at"}, "ix_segments_updated_at"),
    (SEGMENT_LIST, segment_statements._LISTS, {"sort": "name"}, "ix_segments_name"),
    (SEGMENT_LIST, segment_statements._LISTS, {"name": "Segment 7"}, "uq_segments_living_name or ix_segments_name"),
    (SNAPSHOT_LIST, segment_statements._SNAPSHOTS, {"segment_id": "SEGMENT"}, "ix_snapshots_segment_id_created_at"),
    (SNAPSHOT_MEMBER_LIST, segment_statements._SNAPSHOT_MEMBERS, {"snapshot_id": "SNAPSHOT"}, "pk_snapshot_members"),
    (ADDRESS_LIST, address_statements._LISTS, {"customer_id": "CUSTOMER"}, "ix_addresses_customer_id_created_at"),
    (MERGE_LIST, merge_statements._LISTS, {"customer_id": "CUSTOMER"}, "ix_merges_customer_id_created_at"),
    (GROUP_MEMBER_LIST, group_statements._MEMBERS, {"group_id": "GROUP"}, "pk_group_members"),
    (GROUP_MEMBER_LIST, group_statements._MEMBERS, {"group_id": "GROUP", "sort": "name"}, "pk_group_members"),
]


@pytest.mark.parametrize(
    ("spec", "statements", "parameters", "index"),
    BY_QUESTION,
    ids=[f"{spec.name} {' '.join(f'{k}={v}' for k, v in asked.items())}" for spec, _, asked, _ in BY_QUESTION],
)
async def test_each_filter_and_each_order_has_an_index(
    shop: Pool, spec: ListSpec, statements: ListStatements, parameters: dict[str, str], index: str
) -> None:
    ids = {
        "BOOK": await ask(shop, "SELECT book_id FROM reviews LIMIT 1"),
        "CUSTOMER": await ask(shop, "SELECT customer_id FROM reviews LIMIT 1"),
        "GROUP": await ask(shop, "SELECT group_id FROM group_members LIMIT 1"),
        "SEGMENT": await ask(shop, "SELECT segment_id FROM snapshots LIMIT 1"),
        "SNAPSHOT": await ask(shop, "SELECT snapshot_id FROM snapshot_members LIMIT 1"),
    }
    named = [(name, str(ids.get(text, text))) for name, text in parameters.items()]
    plan = await of_page(shop, statements, read_listing(spec, named))
    assert read_whole(plan) == set()
    assert {*index.split(" or ")} & indexes(plan)


@pytest.mark.parametrize(
    ("rule", "index"),
    [
        ('tag = "tag7"', "ix_customers_tags"),
        ('tag = "tag7" and spent[EUR] > 10', "ix_orders_customer_id_placed_at"),
        ("status = inactive and orders >= 1", "ix_customers_status_created_at"),
        ("orders >= 3", "ix_orders_customer_id_placed_at"),
        ("last_order_at >= 2026-02-01 and not returns > 0", "ix_returns_customer_id_returned_at"),
        ("created_at < 2026-01-02", "ix_customers_created_at"),
    ],
)
async def test_a_page_of_a_segment_looks_at_few_customers(shop: Pool, rule: str, index: str) -> None:
    newest = Listing(sort=(SortKey("created_at", descending=True), SortKey("id", descending=True)))
    plan = await of_page(shop, segment_statements._members(parse_rule(rule)), newest)
    assert read_whole(plan) == set()
    assert index in indexes(plan)


async def test_the_last_page_of_a_segment_costs_what_the_first_does(shop: Pool) -> None:
    statements = segment_statements._members(parse_rule('metadata.shelf = "A3"'))
    sort = (SortKey("created_at"), SortKey("id"))
    first = await of_page(shop, statements, Listing(sort=sort))
    middle = await ask(shop, "SELECT (created_at, id) FROM customers ORDER BY created_at OFFSET 99000 LIMIT 1")
    last = await of_page(shop, statements, Listing(sort=sort, after=tuple(middle)))
    assert blocks(last) <= 1.5 * blocks(first)


async def test_one_statement_a_table_takes_a_person_out(pool: Pool) -> None:
    """What an erasure will do: the words are gone, the rating stays, and nobody is named as a member."""
    customer, book = a_customer(email="ada@example.org"), a_book()
    review, _ = a_review(book, customer, title="Mine", text="My own words.").publish(at=MORNING, by="ada")
    details = SegmentDetails(name="x", rule=parse_rule("has email"))
    segment, _ = Segment.define(SegmentId(new_id()), details, at=MORNING, by="ada")
    snapshot, _ = segment.capture(SnapshotId(new_id()), [customer.id], at=MORNING, by="ada")
    await committed(pool, lambda uow: uow.customers.add(customer))
    await committed(pool, lambda uow: uow.books.add(book))
    await committed(pool, lambda uow: uow.reviews.add(review))
    await committed(pool, lambda uow: uow.segments.add(segment))
    await committed(pool, lambda uow: uow.segments.add_snapshot(snapshot))
    async with pool.acquire() as connection:
        for statement in (
            "UPDATE reviews SET title = NULL, text = NULL, reason = NULL WHERE customer_id = $1",
            "DELETE FROM snapshot_members WHERE customer_id = $1",
            "DELETE FROM group_members WHERE customer_id = $1",
        ):
            await connection.execute(statement, customer.id)
    ports = postgres_ports(pool)
    assert ports.reviews is not None
    assert ports.segments is not None
    read = await ports.reviews.get(review.id)
    assert (read.title, read.text, read.rating) == (None, None, 4)
    assert (await ports.books.get(book.id)).rating.count == 1
    asked = read_listing(SNAPSHOT_MEMBER_LIST, [("snapshot_id", str(snapshot.id))])
    assert (await ports.segments.snapshot_members(asked)).items == []
    assert (await ports.segments.snapshot(snapshot.id)).member_count == 1
