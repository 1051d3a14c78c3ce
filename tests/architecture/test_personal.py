"""Nothing of a person is kept that an erasure does not know of (adapters/sql/personal.py)."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, Uuid, literal

from adapters.postgres.customers import CUSTOMERS as KIND
from adapters.sql.personal import BESIDE_CUSTOMERS, CUSTOMERS, NOT_PERSONAL, PERSONAL, Emptied, Removed
from adapters.sql.tables import customers, metadata
from domain.customers.customer import NOBODY, CustomerDetails, CustomerStatus

SHORTEST_REASON = 20
_OF = (literal("id"), literal(1))
# Where a column of the table stands among the details of a customer; search tokens are made of these.
AS_DETAILS = set(CUSTOMERS.columns) - {"search_tokens"}


def names_customers(table: Table) -> bool:
    """Whether rows of this table name one or several customers."""
    named = [column for column in table.columns if column.name.startswith("customer_id")]
    return bool(named) or any(key.column.table.name == customers.name for key in table.foreign_keys)


def unspoken_of(
    tables: Iterable[Table], listed: Collection[Removed | Emptied], excused: Mapping[Table, str]
) -> Iterator[str]:
    """What the list does not tell of."""
    known = {one.table for one in listed}
    for table in tables:
        if (table.name == customers.name or names_customers(table)) and table not in known | excused.keys():
            yield f"{table.name} names customers and is not in the list"
    for table in known & excused.keys():
        yield f"{table.name} is in the list and excused from it"
    for table, reason in excused.items():
        if len(reason) < SHORTEST_REASON and not reason.startswith("as "):
            yield f"{table.name} is excused without a reason"
    for one in listed:
        if isinstance(one, Emptied):
            told = [*one.columns, *one.kept]
            yield from (f"{one.table.name}.{name}" for name in {*one.table.columns.keys()} ^ {*told})
            yield from (f"{one.table.name}.{name} twice" for name in told if told.count(name) > 1)


def test_the_list_tells_of_every_table_and_column_of_a_person() -> None:
    assert list(unspoken_of(metadata.tables.values(), PERSONAL, NOT_PERSONAL)) == []


def test_what_the_list_forgets_is_seen() -> None:
    other = MetaData()
    Table("customers", other, Column("id", Uuid(), primary_key=True))
    letters = Table("letters", other, Column("customer_id", Uuid()), Column("text", Text()))
    notes = Table("notes", other, Column("about", Uuid(), ForeignKey("customers.id")), Column("text", Text()))
    listed = [Removed(other.tables["customers"].c.id)]
    assert len(list(unspoken_of(other.tables.values(), listed, {}))) == 2
    listed.append(Removed(notes.c.about))
    half = Emptied(letters.c.customer_id, columns=(), kept=("customer_id",), event="letter.erased", of=_OF)
    assert list(unspoken_of(other.tables.values(), [*listed, half], {})) == ["letters.text"]
    assert list(unspoken_of(other.tables.values(), listed, {letters: "why"})) == ["letters is excused without a reason"]
    assert list(unspoken_of([], [*listed], {notes: "it is nothing of a person"})) == [
        "notes is in the list and excused from it"
    ]


def test_nobody_has_no_value_in_a_column_that_is_emptied() -> None:
    named = {"name": NOBODY.name, "reference": NOBODY.reference, "email": NOBODY.email, "phone": NOBODY.phone}
    several = {"tags": list(NOBODY.tags), "metadata": dict(NOBODY.metadata)}
    assert set(CustomerDetails.__dataclass_fields__) == AS_DETAILS == {*named, *several, "status"}
    assert set(named.values()) == {None}
    assert several == {"tags": [], "metadata": {}}
    assert NOBODY.status is CustomerStatus.INACTIVE


def test_a_save_of_the_tombstone_writes_every_column_that_is_emptied() -> None:
    written = set(KIND.save().element.compile().params)  # the UPDATE inside the CTE
    assert {f"saved_{name}" for name in CUSTOMERS.columns} <= written


def test_whoever_is_emptied_but_the_customer_tells_so_in_an_event() -> None:
    emptied = [one for one in BESIDE_CUSTOMERS if isinstance(one, Emptied)]
    assert emptied
    assert all({"id", "version", "updated_at", "updated_by"} <= {*one.table.columns.keys()} for one in emptied)
    assert all(one.event.endswith(".erased") for one in PERSONAL if isinstance(one, Emptied))
