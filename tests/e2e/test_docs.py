"""The commands of README and docs do what the pages say.

Every ```console block is run in the order of its page, against a server of its own for each page: `$` begins a command,
what follows it up to the next one is its answer. Ids, times and durations differ from run to run and are masked on both
sides. A block whose commands are there to be read (`make run` among them) is only checked to name things that exist.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.daybook_process import environment, server
from tests.support.forked import typed
from tests.support.postgres import TemplateDatabase

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MASKS = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"(?<=request_id\":\")[^\"]+"), "<request>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "<time>"),
    (re.compile(r"(?<=round_trip_ms\":)[0-9.]+"), "<ms>"),
    # Whether it was written by then.
    (re.compile(r"(\"store\":\"duckdb\",\"ok\":true,[^}]*)\"detail\":[^}]+"), r"\1<detail>"),
    # PostgreSQL until the warehouse has what was sold a moment ago.
    (re.compile(r"(?<=\"store\":\")(postgres|duckdb)(?=\",\"answer_digest)"), "<store>"),
    (re.compile(r"[0-9.]+ (?=(?:ms|s|rows/s)\b)"), "<n> "),
]


def examples(page: Path) -> list[tuple[str, str]]:
    """The commands of a page with their answers."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            while command.endswith("\\"):
                more, _, answer = answer.partition("\n")
                command = command[:-1] + more
            found.append((command, answer.rstrip("\n")))
    return found


def masked(text: str) -> str:
    """Without what differs from run to run."""
    for pattern, name in MASKS:
        text = pattern.sub(name, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@contextmanager
def shell(database_url: str, folder: Path) -> Iterator[tuple[dict[str, str], int]]:
    """A server on a clean database, and the environment of somebody who types beside it."""
    commands, logs = folder / "bin", folder / "logs"
    commands.mkdir()
    logs.mkdir()
    with typed(commands):
        path = os.pathsep.join((str(commands), str(Path(sys.executable).parent), os.environ["PATH"]))
        given = {"DATABASE_URL": database_url, "ANALYTICS_STORAGE": "", "LOG_LEVEL": "error"}
        around = environment(PATH=path, COLUMNS="120", **given)
        with server(logs, **given) as running:
            yield {**around, "PORT": str(running.port)}, running.port


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(
    page: Path, migrated_template: TemplateDatabase, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    with migrated_template.copy() as url, shell(url, tmp_path) as (around, port):
        for command, answer in examples(page):
            if command.startswith("make "):
                subprocess.run(["make", "--dry-run", *command.split()[1:]], cwd=ROOT, check=True, capture_output=True)
                continue
            if command.startswith(("daybook serve", "daybook demo")) and "--export" not in command:
                subprocess.run([*command.split()[:2], "--help"], env=around, check=True, capture_output=True)
                continue
            typed = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
            done = subprocess.run(
                ["bash", "-c", typed],
                cwd=tmp_path / "here",
                env=around,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            shown = done.stdout.replace(f"127.0.0.1:{port}", "127.0.0.1:8000")
            assert masked(shown) == masked(answer), f"{command}\n{done.stderr}"


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        broken += [
            f"{page.relative_to(ROOT)}: {target}"
            for target in targets
            if not target.startswith(("http:", "https:")) and not (page.parent / target).exists()
        ]
    assert broken == []


def test_every_file_that_the_ledger_and_the_architecture_name_is_there() -> None:
    named = set()
    for page in (ROOT / "docs/requirements.md", ROOT / "docs/architecture.md"):
        text = page.read_text(encoding="utf-8")
        named |= set(
            re.findall(r"\b((?:tests|domain|application|adapters|entrypoints|docs)/[\w./-]+\.(?:py|md))", text)
        )
    assert sorted(one for one in named if not (ROOT / one).exists()) == []


def test_the_examples_need_nothing_that_is_not_installed() -> None:
    assert shutil.which("bash")
    assert shutil.which("curl")
