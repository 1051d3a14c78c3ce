"""What the embedded PostgreSQL decides without starting anything: whose process, whose account, which error."""

import errno
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.embedded import account, processes
from adapters.embedded.account import Account
from adapters.embedded.errors import DiskFull, FolderInUse, FolderUnusable, StartFailed, failure, unusable
from adapters.embedded.processes import ServerProcess
from adapters.embedded.state import StateFolder

NAME = "daybook-fe00-1234"
OTHER = "daybook-fe00-12345"


def test_a_process_belongs_to_a_cluster_by_the_name_on_its_command_line_and_its_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing = [
        (11, 7, f"postgres: {NAME}: checkpointer"),
        (10, 7, f"/wheel/bin/postgres -D /proc/self/cwd -c cluster_name={NAME} -c port=5432"),
        (20, 8, f"/wheel/bin/postgres -c cluster_name={NAME}"),
        (30, 7, f"/wheel/bin/postgres -c cluster_name={OTHER}"),
        (31, 7, f"postgres: {OTHER}: checkpointer"),
        (40, 7, f"tail -f /tmp/{NAME}-abc/log"),
        (41, 7, f"grep postgres: {NAME}: checkpointer"),
    ]
    monkeypatch.setattr(processes, "_mentioning", lambda name: iter(listing))
    assert processes.of_cluster(NAME, uid=7) == [
        ServerProcess(pid=10, is_postmaster=True),
        ServerProcess(pid=11, is_postmaster=False),
    ]


def test_two_folders_have_two_names_and_a_renamed_one_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = processes.cluster_name(tmp_path / "one"), processes.cluster_name(tmp_path / "two")
    assert one != two
    (tmp_path / "one").rename(tmp_path / "three")
    assert processes.cluster_name(tmp_path / "three") == one


def test_a_full_disk_is_told_from_other_failures_and_the_last_words_are_kept() -> None:
    full = failure(
        StartFailed, "initdb failed", "PANIC:  could not write: No space left on device\n", folder=Path("/srv/shop")
    )
    assert type(full) is DiskFull
    assert "Free some space for /srv/shop" in str(full)
    assert "PANIC:  could not write" in str(full)

    refused = unusable(Path("/srv/shop"), OSError(errno.ENOSPC, "No space left on device"))
    assert type(refused) is DiskFull
    assert "/srv/shop" in str(refused)
    assert type(unusable(Path("/srv/shop"), PermissionError(errno.EACCES, "Permission denied"))) is FolderUnusable

    other = failure(StartFailed, "It ended", "\n".join(f"line {n}" for n in range(100)), folder=Path("/srv/shop"))
    assert type(other) is StartFailed
    assert str(other).splitlines()[1:] == [f"    line {n}" for n in range(80, 100)]
    assert "it said nothing" in str(failure(StartFailed, "It ended", " \n", folder=Path("/srv/shop")))


def test_the_holder_is_named_as_far_as_it_is_known() -> None:
    assert "process 42, serving http://shop:8000. Use that one, or stop it (kill 42)" in str(
        FolderInUse(Path("/x"), pid=42, url="http://shop:8000")
    )
    assert "process 42. Use that one" in str(FolderInUse(Path("/x"), pid=42, url=None))
    assert "did not leave its number. Use that one, or stop it and" in str(FolderInUse(Path("/x"), pid=None, url=None))


def _entry(name: str, uid: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid + 1, "", "/", "/bin/sh"))


def test_root_prefers_the_account_made_for_it_then_one_without_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [
        _entry("root", 0),
        _entry("toor", 0),
        _entry("ada", 1000),
        _entry("nobody", 65534),
        _entry("postgres", 101),
    ]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwall", lambda: known)
    assert list(account.candidates(tmp_path / "data")) == [
        Account(uid=101, gid=102, name="postgres"),
        Account(uid=65534, gid=65535, name="nobody"),
        Account(uid=1000, gid=1001, name="ada"),
    ]


@pytest.mark.parametrize(("owner", "expected"), [(1000, [1000]), (0, [])])
def test_data_that_exists_is_run_by_its_owner_and_never_by_root(
    owner: int, expected: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        status = real(path, follow_symlinks=follow_symlinks)
        return os.stat_result([*status[:4], owner, owner, *status[6:10]])

    (tmp_path / "data").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", stat)
        found = list(account.candidates(tmp_path / "data"))
    assert [candidate.uid for candidate in found] == expected


def test_an_ordinary_user_stays_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert list(account.candidates(tmp_path)) == []


def test_a_holder_that_has_only_just_come_is_not_named_by_the_number_of_who_was_there_before(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    holder, second = StateFolder(tmp_path), StateFolder(tmp_path)
    assert not second.held()
    holder.acquire()
    try:
        assert second.held()
        (tmp_path / "lock").write_text(f'{{"pid": {gone.pid}, "url": "http://127.0.0.1:8000"}}')
        with pytest.raises(FolderInUse) as refusal:
            second.acquire()
        assert (refusal.value.pid, refusal.value.url) == (None, None)
    finally:
        holder.release()
    assert not second.held()
