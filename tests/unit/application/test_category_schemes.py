"""Subject schemes: read from their files, and taken into the tree."""

import gzip
import io
import json
from typing import Any

import pytest

from adapters.memory.store import MemoryStore
from application.caller import Caller
from application.categories.models import CategoryCreate, CategoryMove, CategoryRead, CategoryUpdate
from application.categories.scheme import read_scheme
from application.categories.seeding import SchemeImport
from application.categories.service import CategoryService
from application.imports.formats import UnknownFormat
from application.imports.models import Verdict
from application.imports.records import UnreadableFile
from application.listing import Listing
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

CALLER = Caller("eve")
SCHEME = """code,name,parent_code,description,notes
FV,Historical fiction,F,Novels set in the past.,x
F,Fiction,,,
FVA,Sea stories,FV,,
N,History,,"Facts, mostly.",
"""


class Tree:
    """Categories in memory, by their codes."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.service: CategoryService = services_on(memory_ports(self.store)).categories

    async def seed(self, text: str | bytes, *, dry_run: bool = False) -> SchemeImport:
        data = text.encode() if isinstance(text, str) else text
        return await self.service.seed(io.BytesIO(data), CALLER, dry_run=dry_run)

    async def all(self) -> dict[str | None, CategoryRead]:
        return {one.code: one for one in (await self.service.list(Listing(limit=100))).data}

    async def paths(self) -> dict[str | None, str]:
        return {code: one.path for code, one in (await self.all()).items()}


@pytest.fixture
def tree() -> Tree:
    return Tree()


def verdicts(taken: SchemeImport) -> list[tuple[int, str]]:
    return [(one.line, one.code or str(one.verdict)) for one in taken.verdicts]


async def test_rows_in_any_order_become_a_tree(tree: Tree) -> None:
    taken = await tree.seed(SCHEME)
    assert verdicts(taken) == [(2, "created"), (3, "created"), (4, "created"), (5, "created")]
    assert (taken.summary.format, taken.summary.rows, taken.summary.created) == ("csv", 4, 4)
    assert taken.summary.stored == {"categories": 4}
    assert await tree.paths() == {
        "F": "fiction",
        "FV": "fiction/historical-fiction",
        "FVA": "fiction/historical-fiction/sea-stories",
        "N": "history",
    }
    found = await tree.all()
    assert (found["FV"].description, found["F"].description) == ("Novels set in the past.", None)
    assert [kept.event.type for kept in tree.store.events] == ["category.created"] * 4


async def test_a_second_run_changes_nothing(tree: Tree) -> None:
    await tree.seed(SCHEME)
    watermark = tree.store.watermark
    taken = await tree.seed(SCHEME)
    assert (taken.summary.unchanged, taken.summary.rejected, tree.store.watermark) == (4, 0, watermark)


async def test_a_dry_run_says_it_all_and_writes_nothing(tree: Tree) -> None:
    taken = await tree.seed(SCHEME + "X,Lost,Y,,\n", dry_run=True)
    assert (taken.summary.dry_run, taken.summary.created, taken.summary.rejected) == (True, 4, 1)
    assert (await tree.all(), tree.store.watermark) == ({}, 0)


async def test_what_the_file_says_otherwise_is_changed(tree: Tree) -> None:
    await tree.seed(SCHEME)
    taken = await tree.seed("code,name,parent_code\nF,Novels,\nFVA,Sea stories,N\nN,History,\n")
    assert verdicts(taken) == [(2, "updated"), (3, "updated"), (4, "unchanged")]
    found = await tree.all()
    assert (found["F"].name, found["F"].path) == ("Novels", "fiction")
    assert (found["FVA"].path, found["FVA"].version) == ("history/sea-stories", 2)
    assert found["N"].description == "Facts, mostly."
    assert (await tree.seed("code,name,description\nN,History,\n")).summary.updated == 1
    assert (await tree.all())["N"].description is None


async def test_a_branch_can_be_turned_round(tree: Tree) -> None:
    await tree.seed("code,name,parent_code\nA,A,\nB,B,A\nC,C,B\n")
    taken = await tree.seed("code,name,parent_code\nA,A,B\nB,B,C\nC,C,\nD,D,A\n")
    assert verdicts(taken) == [(2, "updated"), (3, "updated"), (4, "updated"), (5, "created")]
    assert await tree.paths() == {"C": "c", "B": "c/b", "A": "c/b/a", "D": "c/b/a/d"}


async def test_every_row_that_cannot_be_taken_says_why(tree: Tree) -> None:
    await tree.seed("code,name\nF,Fiction\n")
    rows = [
        ",Nameless code,F",
        "A1,,F",
        f"A2,{'x' * 101},F",
        f"{'c' * 41},Long code,",
        "B1,Lost,NOWHERE",
        "B2,Lost with it,B1",
        "C1,Round,C3",
        "C2,And round,C1",
        "C3,It goes,C2",
        "C4,Beneath the round,C1",
        "D1,Itself,D1",
        "E1,First,F",
        "E1,Second,F",
        "F,Fiction,E1",
        "G1,too,many,cells",
    ]
    taken = await tree.seed("code,name,parent_code\n" + "\n".join(rows) + "\n")
    assert verdicts(taken) == [
        (2, "blank"),
        (3, "blank"),
        (4, "too-long"),
        (5, "too-long"),
        (6, "unknown-parent"),
        (7, "unknown-parent"),
        (8, "cycle"),
        (9, "cycle"),
        (10, "cycle"),
        (11, "unknown-parent"),
        (12, "cycle"),
        (13, "cycle"),
        (14, "double-code"),
        (15, "cycle"),
        (16, "too-many-columns"),
    ]
    assert await tree.paths() == {"F": "fiction"}
    told = {one.line: one.message for one in taken.verdicts}
    assert told[6] == "parent_code NOWHERE is of no category, and of no row that can be taken"
    assert told[14] == "code E1 stands on line 13, too"


async def test_rejected_rows_leave_their_categories_where_they_are_even_if_that_closes_another_circle(
    tree: Tree,
) -> None:
    await tree.seed("code,name,parent_code\nB,B,\nA,A,B\nC,C,\n")
    taken = await tree.seed("code,name,parent_code\nA,A,C\nC,C,A\nB,B,A\n")
    assert {one.verdict for one in taken.verdicts} == {Verdict.REJECTED}
    assert await tree.paths() == {"B": "b", "A": "b/a", "C": "c"}


async def test_a_slug_that_a_sibling_has_gets_the_code_behind_it(tree: Tree) -> None:
    await tree.service.create(CategoryCreate(name="Fiction"), CALLER)
    taken = await tree.seed("code,name,parent_code\nF,Fiction,\nF1,Fiction,\n&,Fiction,\n9,&,\n")
    assert verdicts(taken) == [(2, "created"), (3, "created"), (4, "slug-exists"), (5, "created")]
    assert await tree.paths() == {None: "fiction", "F": "fiction-f", "F1": "fiction-f1", "9": "9"}


async def test_a_move_to_where_the_slug_is_taken_is_rejected_and_stops_no_other(tree: Tree) -> None:
    await tree.seed("code,name,parent_code\nA,A,\nB,B,\nAX,X,A\nBX,X,B\n")
    taken = await tree.seed("code,name,parent_code\nBX,X,A\nB,Bee,\n")
    assert verdicts(taken) == [(2, "slug-exists"), (3, "updated")]
    assert (await tree.paths())["BX"] == "b/x"


async def test_it_works_over_what_people_have_done(tree: Tree) -> None:
    await tree.seed(SCHEME)
    found = await tree.all()
    mine = await tree.service.create(CategoryCreate(name="Mine", parent_id=found["FV"].id), CALLER)
    await tree.service.move(found["FVA"].id, CategoryMove(parent_id=mine.id), CALLER)
    await tree.service.update(found["N"].id, CategoryUpdate(slug="past"), CALLER)
    taken = await tree.seed("code,name,parent_code\nF,Fiction,FVA\n")
    assert verdicts(taken) == [(2, "cycle")]
    assert (await tree.seed(SCHEME)).summary.updated == 1
    paths = await tree.paths()
    assert (paths["FVA"], paths["N"], paths[None]) == (
        "fiction/historical-fiction/sea-stories",
        "past",
        "fiction/historical-fiction/mine",
    )


def thema(*codes: Any) -> str:
    return json.dumps({"CodeList": {"CodeListNumber": "Thema", "ThemaCodes": {"Code": [*codes]}}})


async def test_thema_is_read_as_it_is_published(tree: Tree) -> None:
    arts = {"CodeValue": "A", "CodeDescription": "The Arts", "CodeNotes": "Use all A* codes.", "CodeParent": ""}
    general = {"CodeValue": "AB", "CodeDescription": "The arts: general topics", "CodeParent": "A", "IssueNumber": 1}
    bad = {"CodeDescription": "No code", "CodeParent": None}
    text = thema({**general, "CodeNotes": ""}, {**arts, "Modified": 1.4}, bad, "AC")
    taken = await tree.seed(gzip.compress(text.encode()))
    assert taken.summary.format == "thema"
    assert verdicts(taken) == [(1, "created"), (2, "created"), (3, "blank"), (4, "unreadable-row")]
    found = await tree.all()
    assert (found["A"].description, found["AB"].path) == ("Use all A* codes.", "the-arts/the-arts-general-topics")
    assert (await tree.seed("\ufeff" + text)).summary.unchanged == 2


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnreadableFile),
        (b"id,title\n1,x\n", UnknownFormat),
        (b"{", UnreadableFile),
        (b"[1]", UnknownFormat),
        (b'{"CodeList": {"ThemaCodes": {"Code": 7}}}', UnknownFormat),
        (b'{"CodeList": []}', UnknownFormat),
        (b'{"x": "\xff"}', UnreadableFile),
        (b"[" * 100_000, UnreadableFile),
        (gzip.compress(b"code,name\nF,Fiction\n" * 100, mtime=0)[:-20], UnreadableFile),
    ],
)
def test_what_is_no_scheme_is_refused_as_a_whole(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_scheme(io.BytesIO(data))


async def test_thousands_of_rows_are_one_unit(tree: Tree) -> None:
    rows = [f"{n},Subject {n},{n // 10 if n >= 10 else ''}" for n in range(1, 3_000)]
    taken = await tree.seed("code,name,parent_code\n" + "\n".join(reversed(rows)) + "\n")
    assert (taken.summary.created, taken.summary.rejected) == (2_999, 0)
    assert (await tree.service.get(next(iter(tree.store.categories)))).books.branch == 0
