"""What is found, and how well."""

from hypothesis import given
from hypothesis import strategies as st

from domain.shared.search import Term, beginnings, meets, ranks, search_tokens, whole
from domain.shared.text import distinct_words, tokens

TEXTS = st.lists(st.none() | st.text(max_size=20), max_size=4)
EMMA = sorted(search_tokens(title=["Emma"], heading=["Jane Austen", None], text=["A match-maker in Highbury"]))


def rank(kept: list[str], words: str) -> int | None:
    """The best rank that is met."""
    asked = tokens(words)
    return next((place for place, terms in enumerate(ranks(asked), start=1) if meets(kept, terms)), None)


def test_each_rank_is_met_by_its_words() -> None:
    assert rank(EMMA, "emma") == 1
    assert rank(EMMA, "EMM") == 2
    assert rank(EMMA, "emma jane") == 2
    assert rank(EMMA, "emma high") == 3
    assert rank(EMMA, "maker match") == 3
    assert rank(EMMA, "emmas") is None
    assert rank(EMMA, "ane") is None


def test_words_are_met_whole_or_by_their_beginning() -> None:
    assert meets(EMMA, whole(["emma"]))
    assert not meets(EMMA, whole(["emm"]))
    assert meets(EMMA, beginnings(["emm", "aus"]))
    assert not meets([], [Term("a", prefix=True)])
    assert meets([], [])


@given(TEXTS, TEXTS, TEXTS, st.text(max_size=12))
def test_what_meets_a_better_rank_meets_all_that_follow(
    title: list[str | None], heading: list[str | None], text: list[str | None], asked: str
) -> None:
    kept = sorted(search_tokens(title=title, heading=heading, text=text))
    met = [meets(kept, terms) for terms in ranks(tokens(asked))]
    assert met == sorted(met)


@given(TEXTS, st.lists(st.text("ab", min_size=1, max_size=4), max_size=6))
def test_a_word_that_begins_another_need_not_be_asked_for(texts: list[str | None], words: list[str]) -> None:
    kept = sorted(search_tokens(title=[], heading=texts, text=[" ".join(words[:2])]))
    assert meets(kept, beginnings(words)) == meets(kept, [Term(word, prefix=True) for word in words])
    assert len(beginnings(words)) == len(
        {one for one in words if not any(o != one and o.startswith(one) for o in words)}
    )


@given(TEXTS)
def test_words_are_the_same_from_one_text_and_from_many(texts: list[str | None]) -> None:
    one_by_one = set().union(*(distinct_words([text]) for text in texts))
    assert distinct_words(texts) == one_by_one
    assert not any(mark in word for word in one_by_one for mark in "=+' \\")
