import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import Invalid
from domain.shared.text import clean_line, clean_text, fold, reads_as_formula, tokens

ANY = st.text(max_size=30)


def code(text: str, longest: int = 10) -> str:
    with pytest.raises(Invalid) as caught:
        clean_line(text, longest)
    (problem,) = caught.value.problems
    return problem.code


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (" Ada ", "Ada"),
        ("\u2003Ada\u00a0", "Ada"),
        ("Zoe\u0308", "Zoë"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("x" * 10, "x" * 10),
        (" " + "x" * 10 + " ", "x" * 10),
        ("e\u0301" * 10, "é" * 10),
    ],
)
def test_a_line_is_trimmed_and_composed(text: str, cleaned: str) -> None:
    assert clean_line(text, 10) == cleaned


@pytest.mark.parametrize("text", ["", "   ", "\u2003", "\u200b", "\u200b \u00ad\ufeff"])
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert code(text) == "blank"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\x00b", "a\x7fb", "a\x85b", "a\u2028b", "a\ud800b", "\nAda"])
def test_a_line_has_no_control_characters(text: str) -> None:
    assert code(text) == "control-character"


def test_a_line_has_its_longest() -> None:
    assert code("x" * 11) == "too-long"
    assert code("\u0958" * 6) == "too-long"  # NFC makes two characters of each


def test_a_text_has_lines_and_tabs_and_no_other_control_characters() -> None:
    assert clean_text(" One.\r\n\tTwo.\n", 20) == "One.\r\n\tTwo."
    for text in ("a\x00b", "a\x0bb", "a\x1bb", "a\udfffb"):
        with pytest.raises(Invalid, match="control characters"):
            clean_text(text, 20)


@given(ANY)
def test_what_was_cleaned_stays_as_it_is(text: str) -> None:
    try:
        cleaned = clean_line(text, 30)
    except Invalid:
        return
    assert clean_line(cleaned, 30) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Żółć", "zolc"),
        ("STRASSE", "straße"),
        ("ÅNGSTRÖM", "angstro\u0308m"),
        ("Đorđe", "djordje".replace("dj", "d")),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("Ærø œuvre", "aero oeuvre"),
        ("ﬁne Ⅷ ²", "fine viii 2"),
        ("ΟΔΟΣ", "οδος".replace("ς", "σ")),
        ("ｗｉｄｅ", "wide"),
    ],
)
def test_case_and_accents_do_not_matter(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(ANY)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_case_and_composition_change_no_token(text: str) -> None:
    found = tokens(text)
    assert tokens(unicodedata.normalize("NFD", text)) == found
    assert tokens(unicodedata.normalize("NFC", text)) == found
    assert tokens(text.casefold()) == found


@given(st.lists(ANY, max_size=4))
def test_tokens_are_distinct_sorted_and_found_again(texts: list[str]) -> None:
    found = tokens(*texts)
    assert list(found) == sorted(set(found))
    assert set(found) == {word for text in texts for word in tokens(text)}
    assert all(tokens(word) == (word,) for word in found)
    assert all(0 < len(word) <= 64 and not any(c.isspace() for c in word) for word in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ()),
        ("", ()),
        ("!?—", ()),
        ("O'Neill, snake_case & e-mail", ("case", "e", "mail", "neill", "o", "snake")),
        ("the THE The", ("the",)),
        ("第一部 हिन्दी भाषा", ("भाषा", "हिनदी", "第一部")),
        ("9780141439549 080442957X", ("080442957x", "9780141439549")),
    ],
)
def test_words_are_what_stands_between_everything_else(text: str | None, expected: tuple[str, ...]) -> None:
    assert tokens(text) == tuple(sorted(expected))


def test_the_longest_book_loses_no_word() -> None:
    title = " ".join(chr(0x4E00 + n) for n in range(128))
    categories = [" ".join(f"{n}x{m}" for m in range(16)) for n in range(50)]
    found = tokens(title, *categories)
    assert len(found) == 128 + 800
    assert tokens("x" * 300) == ("x" * 64,)


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t1", "\r1", "\n1", "\x00=", "＝1", "＋1", "－1", "＠x", "  =1", "\ufeff=1", "'=1"],
)
def test_what_a_spreadsheet_takes_for_a_formula(text: str) -> None:
    assert reads_as_formula(text)


@pytest.mark.parametrize("text", ["", "1", "a=1", "1-2", "'quoted'", " ", "O'=", "_=1", "e-mail", "–1"])
def test_what_is_text_to_a_spreadsheet(text: str) -> None:
    assert not reads_as_formula(text)


@given(st.text(max_size=8) | st.text(st.sampled_from("'=+-@ \ta1"), max_size=8))
def test_a_quote_before_a_formula_can_be_taken_away_again(text: str) -> None:
    quoted = f"'{text}" if reads_as_formula(text) else text
    assert (quoted[1:] if quoted[:1] == "'" and reads_as_formula(quoted[1:]) else quoted) == text
