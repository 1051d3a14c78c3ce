from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.books.book import MAX_CATEGORIES
from domain.books.category import (
    MAX_DEPTH,
    SLUG_LENGTH,
    CategoryCycle,
    CategoryParentDeleted,
    CategoryTooDeep,
    is_within,
    keys_of,
    slug_of,
)
from domain.books.filing import PATH_LENGTH, category_key, filed_under
from domain.books.refiling import Label, Labels, Refiled, refile, refiling
from domain.shared.errors import Invalid
from domain.shared.ids import CategoryId
from domain.shared.lifecycle import Deleted, NotDeleted
from tests.support.builders import MORNING, a_category, minutes, new_id

LATER = MORNING + minutes(5)
A, B, C = (CategoryId(new_id()) for _ in range(3))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100)


class TestSlugs:
    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("Historical Fiction", "historical-fiction"),
            ("Children's Books", "children-s-books"),
            (" Żółć / Œuvres ", "zolc-oeuvres"),
            ("C++", "c"),
            ("第一部", "第一部"),
            ("x" * 150, "x" * 100),
        ],
    )
    def test_they_are_made_of_the_words(self, text: str, slug: str) -> None:
        assert slug_of(text) == slug

    @pytest.mark.parametrize("text", ["", "&", "/", "--- ..."])
    def test_without_a_word_there_is_none(self, text: str) -> None:
        with pytest.raises(Invalid) as caught:
            slug_of(text)
        assert caught.value.problems[0].code == "no-slug"

    @given(ANY_TEXT)
    def test_a_slug_is_its_own_slug_and_its_own_key(self, text: str) -> None:
        try:
            slug = slug_of(text)
        except Invalid:
            return
        assert slug_of(slug) == slug
        assert category_key(slug) == slug
        assert category_key(f"{slug}/{slug}") == f"{slug}/{slug}"
        assert 0 < len(slug) <= SLUG_LENGTH
        assert not {"/", " "} & {*slug}


class TestKeys:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Historical  FICTION", "historical-fiction"),
            ("Fiction / Historical", "fiction/historical"),
            ("Fíction/Ünder", "fiction/under"),
            ("C++", "c++"),
            ("\u0301", "\u0301"),
        ],
    )
    def test_spellings_of_one_name_have_one(self, text: str, key: str) -> None:
        assert category_key(text) == key

    @given(ANY_TEXT)
    def test_they_are_short_and_hold_no_space(self, text: str) -> None:
        key = category_key(text)
        assert len(key) <= PATH_LENGTH
        assert key.split() in ([key], [])

    def test_what_is_kept_of_a_book_is_each_once(self) -> None:
        assert filed_under(["Fiction", "FICTION", "Sea Stories"]) == ["#fiction", "#sea-stories"]


class TestTheTree:
    def test_a_path_is_the_slugs_from_the_root_down(self) -> None:
        fiction = a_category("Fiction")
        past = a_category("Historical", parent=fiction)
        assert (past.path, past.depth, past.parent_path, past.parent_id) == (
            "fiction/historical",
            2,
            "fiction",
            fiction.id,
        )
        assert (fiction.parent_path, fiction.depth) == (None, 1)
        assert past.keys == ("historical", "fiction/historical")
        assert fiction.keys == ("fiction",)
        assert is_within("a/b", "a")
        assert not is_within("a-b", "a")

    def test_a_rename_leaves_the_path(self) -> None:
        category = a_category("Fiction")
        edited, event = category.edit(replace(category.details, name="Novels"), at=LATER, by="eve")
        assert (edited.path, edited.details.name) == ("fiction", "Novels")
        assert event is not None
        assert (event.type, event.changed, event.data) == (
            "category.updated",
            ("name",),
            {"path": "fiction", "code": None},
        )
        assert edited.edit(edited.details, at=LATER, by="eve") == (edited, None)

    def test_a_move_says_what_moved(self) -> None:
        a, b = a_category("A"), a_category("B")
        moved, event = a.move(b, position=3, at=LATER, by="eve")
        assert (moved.path, moved.parent_id, moved.details.position) == ("b/a", b.id, 3)
        assert event is not None
        assert (event.type, event.version, event.changed) == ("category.moved", 2, ("parent_id", "path", "position"))
        assert moved.move(b, at=LATER, by="eve") == (moved, None)
        back, _ = moved.move(None, at=LATER, by="eve")
        assert (back.path, back.parent_id) == ("a", None)

    def test_none_comes_beneath_itself(self) -> None:
        a = a_category("A")
        b = a_category("B", parent=a)
        for parent in (a, b):
            with pytest.raises(CategoryCycle):
                a.move(parent, at=LATER, by="eve")

    def test_there_is_an_end_to_depth_and_length(self) -> None:
        one = a_category("0")
        for level in range(1, MAX_DEPTH):
            one = a_category(str(level), parent=one)
        with pytest.raises(CategoryTooDeep):
            a_category("more", parent=one)
        long = a_category("x" * 100)
        for _ in range(3):
            long = a_category("x" * 100, parent=long)
        with pytest.raises(CategoryTooDeep):
            a_category("x" * 100, parent=long)

    def test_a_deleted_one_is_changed_only_by_bringing_it_back(self) -> None:
        a = a_category("A")
        b = a_category("B", parent=a)
        gone, event = b.delete(at=LATER, by="eve")
        assert event.type == "category.deleted"
        with pytest.raises(Deleted):
            gone.edit(replace(gone.details, name="X"), at=LATER, by="eve")
        with pytest.raises(Deleted):
            gone.move(None, at=LATER, by="eve")
        with pytest.raises(Deleted):
            gone.delete(at=LATER, by="eve")
        with pytest.raises(NotDeleted):
            a.restore(None, at=LATER, by="eve")
        with pytest.raises(CategoryParentDeleted):
            gone.restore(a.delete(at=LATER, by="eve")[0], at=LATER, by="eve")
        back, event = gone.restore(replace(a, path="z"), at=LATER, by="eve")
        assert (back.path, event.type) == ("z/b", "category.restored")


class TestRefiling:
    def test_a_new_name_stands_for_the_old_one(self) -> None:
        before = {A: Label("Fiction", "fiction"), B: Label("Facts", "facts")}
        told = refiling(before, {**before, A: Label("Novels", "fiction")})
        assert told == {"fiction": Refiled(("Novels",), kept=False)}
        assert refile(("Sea", "FICTION", "Facts"), told) == ("Sea", "Novels", "Facts")

    def test_another_spelling_is_a_new_name_too(self) -> None:
        before = {A: Label("Sci-fi", "sci-fi")}
        assert refile(("sci-fi",), refiling(before, {A: Label("Sci-Fi", "sci-fi")})) == ("Sci-Fi",)

    def test_a_new_path_stands_for_the_old_one_unless_the_name_says_it_still(self) -> None:
        before = {A: Label("Fiction", "fiction"), B: Label("Old", "fiction/old")}
        after = {A: Label("Fiction", "prose"), B: Label("Old", "prose/old")}
        assert refiling(before, after) == {"fiction/old": Refiled(("prose/old",), kept=False)}

    def test_a_name_of_several_is_kept_for_the_others(self) -> None:
        before = {A: Label("History", "fiction/history"), B: Label("History", "facts/history")}
        told = refiling(before, {**before, A: Label("Tales", "fiction/history")})
        assert refile(("History",), told) == ("History", "Tales")

    def test_a_name_that_another_one_has_gives_way_to_the_path(self) -> None:
        before = {A: Label("Tales", "fiction/tales"), B: Label("History", "facts/history")}
        told = refiling(before, {**before, A: Label("History", "fiction/tales")})
        assert refile(("Tales",), told) == ("fiction/tales",)
        long = {A: Label("Tales", f"{'x' * 100}/tales"), B: before[B]}
        told = refiling(long, {**long, A: Label("History", f"{'x' * 100}/tales")})
        assert refile(("Tales",), told) == ("History",)

    def test_a_full_book_gives_up_the_name_that_would_be_one_too_many(self) -> None:
        before = {A: Label("History", "fiction/history"), B: Label("History", "facts/history")}
        told = refiling(before, {**before, A: Label("Tales", "fiction/history")})
        full = ("History", *map(str, range(MAX_CATEGORIES - 1)))
        assert refile(full, told) == ("Tales", *map(str, range(MAX_CATEGORIES - 1)))

    @given(
        names=st.lists(st.sampled_from(["a", "b", "c", "A b", "x"]), min_size=3, max_size=3),
        new_name=st.sampled_from(["a", "b", "c", "A b", "x", "new"]),
        new_path=st.sampled_from(["p", "p/q", "b", "new/path"]),
        texts=st.lists(st.sampled_from(["a", "B", "c", "a B", "x", "p", "p/q", "new", "other"]), max_size=5),
    )
    def test_no_book_falls_out_of_a_category(
        self, names: list[str], new_name: str, new_path: str, texts: list[str]
    ) -> None:
        before: Labels = {
            A: Label(names[0], "p"),
            B: Label(names[1], "p/q"),
            C: Label(names[2], "r"),
        }
        after = {**before, A: Label(new_name, new_path if new_path != "p/q" else "p")}
        kept = refile(tuple(texts), refiling(before, after))
        for category_id, label in before.items():
            was_in = {category_key(text) for text in texts} & {*keys_of(*label)}
            is_in = {category_key(text) for text in kept} & {*keys_of(*after[category_id])}
            assert bool(is_in) >= bool(was_in)
