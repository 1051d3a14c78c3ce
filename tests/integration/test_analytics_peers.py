"""What `make bench-analytics` compares with: the generated shop, and its peers, whose figures are the definitions'."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from application.analytics.reports import REPORTS
from tests.benchmarks.analytics.history import history_of
from tests.benchmarks.analytics.loading import Loading
from tests.benchmarks.analytics.peers import duckdb_sql, pandas_frames, polars_frames
from tests.benchmarks.analytics.peers.figures import Answers, Given, cents, difference
from tests.benchmarks.analytics.questions import QUESTIONS, Question
from tests.benchmarks.analytics.shop import AS_OF, FIRST_DAY, NOBODY, Shop, Size, make_shop
from tests.support.definition import Definition, analytics

_PEERS = {"duckdb": duckdb_sql, "pandas": pandas_frames, "polars": polars_frames}

# What is fitted needs a larger shop than this one to be the same: `make bench-analytics` compares it.
_COUNTED = [one for one in QUESTIONS if one.report in REPORTS and one.is_counted]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(Size(lines=1_500))


@pytest.fixture(scope="module")
def definition(shop: Shop) -> Definition:
    return Definition(history_of(shop))


@pytest.fixture(scope="module")
def files(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Given]:
    folder, loading = tmp_path_factory.mktemp("shop"), Loading(shop)
    with loading.files as written:
        written.for_peers(folder)
    return folder, loading.given(shop)


@pytest.fixture(scope="module", params=_PEERS)
def peer(request: pytest.FixtureRequest, files: tuple[Path, Given]) -> Answers:
    answers: Answers = _PEERS[request.param].answers(files[0])
    return answers


@pytest.mark.parametrize("question", _COUNTED, ids=lambda one: one.name)
async def test_a_peer_has_the_figures_of_the_definition(
    question: Question, peer: Answers, definition: Definition, files: tuple[Path, Given]
) -> None:
    given = files[1]
    answer = await analytics(definition).ask(question.report, question.asked(given).items())
    expected = question.figures(json.loads(msgspec.json.encode(answer.data)))

    assert difference(expected, peer[question.name](given), within=question.within) is None


def test_a_shop_is_the_same_each_time(shop: Shop) -> None:
    again, other = make_shop(shop.size), make_shop(shop.size, seed=7)

    for name in ("price", "customer", "placed_at", "cancelled", "line_order", "product", "quantity", "returned_at"):
        assert np.array_equal(getattr(shop, name), getattr(again, name)), name
    assert not np.array_equal(shop.product, other.product)


def test_a_shop_has_as_much_of_everything_as_was_asked_for(shop: Shop) -> None:
    assert len(shop.line_order) == 1_500
    assert (shop.size.customers, shop.size.products) == (60, 8)
    assert Size(lines=5_000_000).customers == 200_000
    assert Size(lines=5_000_000).products == 20_000
    assert np.all(np.diff(shop.placed_at) >= 0)
    assert np.all(np.bincount(shop.line_order) >= 1)
    days = shop.placed_at // 86_400 + np.datetime64("1970-01-01", "D")
    assert days.min() == np.datetime64(FIRST_DAY)
    assert days.max() == np.datetime64(AS_OF) - 1
    assert 0 < np.count_nonzero(shop.customer == NOBODY) < len(shop.customer) // 10
    assert not np.any(shop.cancelled[shop.return_order])


def test_what_differs_is_found_where_it_is() -> None:
    mine = {"cells": [[1, 2.0], [3, None]], "n": 2}

    assert difference(mine, {"cells": [[1, 2.0 + 1e-12], [3, None]], "n": 2}) is None
    assert difference(mine, {"cells": [[1, 2.001], [3, None]], "n": 2}) == "/cells/0/1: 2.0 and 2.001"
    assert difference(mine, {"cells": [[1, 2.0], [4, None]], "n": 2}) == "/cells/1/0: 3 and 4"
    assert difference(mine, {"cells": [[1, 2.0]], "n": 2}) == "/cells: 2 and 1 of them"
    assert difference(mine, {"cells": [[1, 2.0], [3, None]]}) == "/n: 2 and None"


def test_amounts_are_cents_and_nothing_between() -> None:
    assert cents("12.50") == 1250

    with pytest.raises(ValueError, match="no whole number of cents"):
        cents("0.001")
