"""The embedded PostgreSQL when it is contended for, interrupted and killed: what was committed is there."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import asyncpg
import pytest

from adapters.embedded import processes
from adapters.embedded.errors import FolderInUse
from adapters.embedded.server import EmbeddedPostgres
from tests.support.embedded import URL, ask, do, held, running_on, start_holder, wait_until

ENDLESS_LOOP = "DO $$ BEGIN LOOP END LOOP; END $$"


@pytest.fixture
def folder(quick_path: Path) -> Path:
    return quick_path / "postgres"


def test_a_second_start_names_who_is_there_and_leaves_it_alone(folder: Path) -> None:
    with held(folder) as holder:
        with pytest.raises(FolderInUse, match="in use by another running daybook") as refusal:
            EmbeddedPostgres(folder).start()
        assert f"process {holder.process.pid}, serving {URL}" in str(refusal.value)
        assert (refusal.value.pid, refusal.value.url) == (holder.process.pid, URL)
        assert ask(holder.dsn, "SELECT 1") == 1
    with EmbeddedPostgres(folder) as server:
        assert ask(server.dsn, "SELECT 1") == 1


def test_ctrl_c_is_not_for_postgresql(folder: Path) -> None:
    with held(folder) as holder:
        assert holder.process.stdout is not None
        os.killpg(holder.process.pid, signal.SIGINT)
        assert holder.process.stdout.readline() == "interrupted\n"
        assert ask(holder.dsn, "SELECT true FROM pg_sleep(0.2)") is True
    assert running_on(folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_postgresql_ends_by_itself_when_its_holder_is_killed(folder: Path) -> None:
    with held(folder) as holder:
        do(holder.dsn, "CREATE TABLE book AS SELECT 'Emma' AS title")
        holder.kill()
        wait_until(lambda: running_on(folder) == [])
    with EmbeddedPostgres(folder) as server:
        assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_a_start_right_after_the_holder_is_killed_waits_for_the_shutdown(folder: Path) -> None:
    with held(folder) as holder:
        do(holder.dsn, "CREATE TABLE book AS SELECT 'Emma' AS title")
        holder.kill()
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_what_an_earlier_holder_left_running_is_ended_and_started_anew(folder: Path) -> None:
    with held(folder, "in_thread") as holder:
        do(holder.dsn, "CREATE TABLE book AS SELECT 'Emma' AS title")
        holder.kill()
        (orphan, *_) = running_on(folder)
        assert ask(holder.dsn, "SELECT title FROM book") == "Emma"
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT title FROM book") == "Emma"
            assert orphan not in running_on(folder)
        with pytest.raises(OSError, match="No such file"):
            ask(holder.dsn, "SELECT 1")  # the first one's socket folder has been removed too


def test_a_forked_worker_that_outlives_its_parent_does_not_keep_the_folder(folder: Path) -> None:
    with held(folder, "forking") as holder:
        holder.kill()
        os.kill(holder.child, 0)
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT 1") == 1
        os.kill(holder.child, 0)


def test_stop_in_a_forked_child_is_not_for_the_parent(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert ask(server.dsn, "SELECT 1") == 1
        with pytest.raises(FolderInUse):
            EmbeddedPostgres(folder).start()


def test_after_the_postmaster_is_killed_a_busy_backend_is_ended_and_commits_are_there(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    dsn = server.start()
    do(dsn, "CREATE TABLE book AS SELECT 'Emma' AS title")
    query = threading.Thread(target=_until_the_connection_ends, args=(dsn, ENDLESS_LOOP))
    query.start()
    looping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
    wait_until(lambda: ask(dsn, looping) == 1)
    (postmaster, *_) = running_on(folder)

    os.kill(postmaster.pid, signal.SIGKILL)
    wait_until(lambda: len(running_on(folder)) == 1)  # the others see that they are alone; a loop does not look
    server.stop()
    assert running_on(folder) == []
    query.join()

    with EmbeddedPostgres(folder) as server:
        assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_after_everything_is_killed_at_once_commits_are_there(folder: Path) -> None:
    with held(folder) as holder:
        do(holder.dsn, "CREATE TABLE book AS SELECT 'Emma' AS title")
        for process in running_on(folder):
            os.kill(process.pid, signal.SIGKILL)
        holder.kill()
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT title FROM book") == "Emma"


def test_a_process_that_has_the_number_of_a_dead_postmaster_is_left_alone(folder: Path) -> None:
    with held(folder) as holder:
        (postmaster, *_) = running_on(folder)
        os.kill(postmaster.pid, signal.SIGKILL)
        holder.kill()
        wait_until(lambda: running_on(folder) == [])
    pid_file = folder / "data" / "postmaster.pid"
    innocent = subprocess.Popen(["sleep", "60"])
    try:
        rest = pid_file.read_text().split("\n")[1:]
        pid_file.write_text("\n".join([str(innocent.pid), *rest]))
        with EmbeddedPostgres(folder) as server:
            assert ask(server.dsn, "SELECT 1") == 1
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.parametrize("pidfd", [True, False])
def test_a_signal_reaches_only_a_process_that_still_belongs_to_the_cluster(
    folder: Path, pidfd: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not pidfd:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    innocent = subprocess.Popen(["sleep", "60"])
    gone = subprocess.Popen(["true"])
    gone.wait()
    try:
        for pid in (innocent.pid, gone.pid):
            former = processes.ServerProcess(pid=pid, is_postmaster=True)
            processes.send(former, "daybook-1-2", uid=os.geteuid(), signum=signal.SIGKILL)
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_first_start_that_is_killed_leaves_nothing_half_made(folder: Path) -> None:
    with start_holder(folder) as holder:
        wait_until(lambda: list(folder.glob("new-*/base")))
        (attempt,) = folder.glob("new-*")
        left = f"{processes.cluster_name(attempt)}-*"
        holder.kill()
    assert list(Path("/tmp").glob(left))
    assert not (folder / "data").exists()
    with EmbeddedPostgres(folder) as server:
        assert ask(server.dsn, "SELECT 1") == 1
    with EmbeddedPostgres(folder):
        assert not list(folder.glob("new-*"))
    assert not list(Path("/tmp").glob(left))


def _until_the_connection_ends(dsn: str, statement: str) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        do(dsn, statement)
