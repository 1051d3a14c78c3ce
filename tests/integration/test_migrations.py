"""The migrations: each goes up, down and up again, and together they make the tables that the code was written for."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import migrations
from adapters.sql.tables import metadata
from application.errors import Unavailable
from entrypoints.bootstrap import migrate
from entrypoints.bootstrap.failures import ConfigurationError
from tests.support.pools import eventually
from tests.support.postgres import TemplateDatabase, template_database

ROOT = Path(__file__).parents[2]
Rows = list[tuple[object, ...]]

# Everything about the tables that PostgreSQL knows, in its own words.
CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.relname, a.attnum
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
}


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """A database without any table."""
    with template_database(postgres_url, lambda _url: None) as empty:
        yield empty.url


def run(url: str, *statements: str) -> None:
    async def go() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(go())


def catalogue(url: str) -> dict[str, Rows]:
    async def go() -> dict[str, Rows]:
        connection = await asyncpg.connect(url)
        try:
            return {
                name: [tuple(row) for row in await connection.fetch(query) if row[0] != "alembic_version"]
                for name, query in CATALOGUE.items()
            }
        finally:
            await connection.close()

    return asyncio.run(go())


def create_from_code(url: str) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect
    tables = metadata.sorted_tables
    run(
        url,
        *(str(CreateTable(table).compile(dialect=dialect)) for table in tables),
        *(str(CreateIndex(index).compile(dialect=dialect)) for table in tables for index in table.indexes),
    )


def test_each_revision_goes_up_down_and_up_again(empty_url: str) -> None:
    before = catalogue(empty_url)
    assert not any(before.values())
    below = "base"
    for revision in migrate.revisions():
        migrate.upgrade(empty_url, revision)
        above = catalogue(empty_url)
        assert above != before
        migrate.downgrade(empty_url, below)
        assert catalogue(empty_url) == before
        migrate.upgrade(empty_url, revision)
        assert catalogue(empty_url) == above
        below, before = revision, above
    assert migrate.current(empty_url) == migrate.head() == migrate.revisions()[-1]


def test_the_migrations_make_the_very_tables_of_the_code(empty_url: str, migrated_template: TemplateDatabase) -> None:
    create_from_code(empty_url)
    made, migrated = catalogue(empty_url), catalogue(migrated_template.url)
    for subject in CATALOGUE:
        assert migrated[subject] == made[subject], subject


def test_all_text_is_ordered_by_its_bytes_whatever_the_locale(migrated_template: TemplateDatabase) -> None:
    texts = [
        row for row in catalogue(migrated_template.url)["columns"] if str(row[2]).startswith(("text", "character"))
    ]
    otherwise = [(row[0], row[1]) for row in texts if row[4] != "C" and not str(row[2]).endswith("[]")]
    assert otherwise == [("books", "description"), ("categories", "description")], "which nothing sorts or compares"
    assert len(texts) > 30


def test_a_migrated_database_does_not_differ(migrated_template: TemplateDatabase) -> None:
    assert migrate.check(migrated_template.url) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE orders DROP COLUMN tax", ["add_column orders.tax", "add_check orders.ck_orders_amounts"]),
        ("ALTER TABLE orders ADD COLUMN weight integer", ["remove_column orders.weight"]),
        ("DROP INDEX ix_books_title", ["add_index books.ix_books_title"]),
        ("CREATE INDEX mine ON books (isbn)", ["remove_index books.mine"]),
        ("DROP TABLE return_lines", ["add_table return_lines"]),
        ("CREATE TABLE mine (id integer)", ["remove_table mine"]),
        (
            "ALTER TABLE books ALTER COLUMN title TYPE text",
            ['modify_type books.title: is TEXT, should be VARCHAR(255) COLLATE "C"'],
        ),
        (
            "ALTER TABLE books ALTER COLUMN title DROP NOT NULL",
            ["modify_nullable books.title: is True, should be False"],
        ),
        ("ALTER TABLE books DROP CONSTRAINT ck_books_isbn", ["add_check books.ck_books_isbn"]),
        ("ALTER TABLE books ADD CONSTRAINT mine CHECK (true)", ["remove_check books.mine"]),
        ("ALTER TABLE orders DROP CONSTRAINT fk_orders_customer_id", ["add_fk orders.fk_orders_customer_id"]),
        (
            "UPDATE alembic_version SET version_num = '2020_01_01_0000'",
            [f"the database is at revision 2020_01_01_0000, the newest is {migrate.head()}"],
        ),
    ],
)
def test_what_differs_is_named(database_url: str, change: str, told: list[str]) -> None:
    run(database_url, change)
    assert migrate.check(database_url) == told


def test_a_database_that_was_never_migrated(empty_url: str) -> None:
    assert migrate.current(empty_url) is None
    told = migrate.check(empty_url)
    assert told[0] == f"the database is at revision None, the newest is {migrate.head()}"
    assert {f"add_table {table.name}" for table in metadata.sorted_tables} <= set(told)


def test_migrating_again_does_nothing_and_keeps_what_is_there(database_url: str) -> None:
    run(
        database_url,
        "INSERT INTO events (type, aggregate, aggregate_id, version, at, by, changed, data)"
        " VALUES ('book.created', 'book', gen_random_uuid(), 1, now(), 'ada', '{}', '{}')",
    )
    migrate.upgrade(database_url)

    async def events() -> object:
        connection = await asyncpg.connect(database_url)
        try:
            return await connection.fetchval("SELECT count(*) FROM events")
        finally:
            await connection.close()

    assert asyncio.run(events()) == 1


def test_threads_that_migrate_at_once_wait_for_each_other(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(migrate.upgrade, empty_url) for _ in range(4)]:
            done.result()
    assert migrate.check(empty_url) == []


def test_a_process_waits_for_another_that_migrates(empty_url: str) -> None:
    async def go() -> None:
        other = await asyncpg.connect(empty_url)
        try:
            # What migrations/env.py holds while it runs the steps.
            await other.execute("SELECT pg_advisory_lock(5471815)")
            upgrade = asyncio.create_task(asyncio.to_thread(migrate.upgrade, empty_url))
            waiting = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            await eventually(lambda: other.fetchval(waiting), within=10)
            assert not upgrade.done()
        finally:
            await other.close()
        await upgrade

    asyncio.run(go())
    assert migrate.check(empty_url) == []


def test_a_lock_that_is_not_given_is_not_waited_for_long(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads for hours: the migration gives up, and the database stays as it was."""

    async def go() -> None:
        reader = await asyncpg.connect(database_url)
        try:
            await reader.execute(f"BEGIN; LOCK TABLE {', '.join(metadata.tables)} IN ACCESS SHARE MODE")
            began = asyncio.get_running_loop().time()
            with pytest.raises(Unavailable, match="lock timeout"):
                await asyncio.to_thread(migrate.downgrade, database_url, "base")
            assert 4 < asyncio.get_running_loop().time() - began < 15
        finally:
            await reader.close()

    asyncio.run(go())
    assert migrate.check(database_url) == []


async def test_it_may_be_called_inside_an_event_loop(database_url: str) -> None:
    assert migrate.current(database_url) == migrate.head()


def test_a_server_that_is_not_there_is_unavailable_and_the_password_is_not_told() -> None:
    with pytest.raises(Unavailable) as caught:
        migrate.upgrade("postgresql://ada:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match="must begin with"):
        migrate.upgrade("mysql://127.0.0.1/none")


def test_a_database_that_is_not_there_is_unavailable(database_url: str) -> None:
    nowhere = urlunsplit(urlsplit(database_url)._replace(path="/nowhere"))
    with pytest.raises(Unavailable, match="does not exist"):
        migrate.upgrade(nowhere)


def test_a_database_that_is_later_than_the_program_is_left_as_it_is(database_url: str) -> None:
    run(database_url, "UPDATE alembic_version SET version_num = '2999_01_01_0000'")
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == "2999_01_01_0000"


def test_a_revision_that_there_is_not_is_named(database_url: str) -> None:
    for go in (migrate.upgrade, migrate.downgrade):
        with pytest.raises(ConfigurationError, match="nowhere"):
            go(database_url, "nowhere")
    assert migrate.check(database_url) == []


def test_a_database_of_another_program_is_refused_and_left_as_it_is(empty_url: str) -> None:
    run(empty_url, "CREATE TABLE books (id integer)")
    before = catalogue(empty_url)
    with pytest.raises(ConfigurationError, match='relation "books" already exists'):
        migrate.upgrade(empty_url)
    assert catalogue(empty_url) == before


def test_a_database_of_another_encoding_is_refused(postgres_url: str) -> None:
    name = f"daybook_latin_{uuid4().hex[:12]}"
    run(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        with pytest.raises(ConfigurationError, match="LATIN1"):
            migrate.upgrade(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}")))
    finally:
        run(postgres_url, f"DROP DATABASE {name}")


def test_it_is_quiet_and_finds_its_steps_from_any_folder(database_url: str, tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from entrypoints.bootstrap import migrate\n"
        f"migrate.upgrade({database_url!r}); migrate.downgrade({database_url!r}, 'base')\n"
        f"migrate.upgrade({database_url!r}); assert migrate.check({database_url!r}) == []\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_next_step_is_drafted_from_what_differs(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "100% mine" / "migrations"
    (copy / "versions").mkdir(parents=True)
    for file in ("env.py", "script.py.mako", *(f"versions/{path.name}" for path in _steps())):
        (copy / file).write_bytes((Path(migrations.__file__).parent / file).read_bytes())
    monkeypatch.setattr(migrations, "__file__", str(copy / "__init__.py"))
    run(database_url, "ALTER TABLE orders DROP COLUMN tax")

    drafted = migrate.draft(database_url, "taxes come back", at=datetime(2030, 2, 3, 4, 5))  # noqa: DTZ001  # a name

    assert capfd.readouterr() == ("", "")
    assert drafted.name == "2030_02_03_0405_taxes_come_back.py"
    text = drafted.read_text()
    assert "op.add_column('orders', sa.Column('tax'" in text
    assert "statement_timeout" in text
    compile(text, drafted.name, "exec")
    assert migrate.revisions() == [*(path.name[:15] for path in _steps()), "2030_02_03_0405"]


def test_steps_are_named_by_their_date_in_their_order() -> None:
    assert [path.name[:15] for path in _steps()] == migrate.revisions()


def _steps() -> list[Path]:
    return sorted((ROOT / "migrations" / "versions").glob("2*.py"))
