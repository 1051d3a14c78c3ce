"""Every report that says it has a chart has one: whole, the same each time, and readable for everybody."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from PIL import Image

from adapters.matplotlib.charts import MatplotlibPainter
from adapters.matplotlib.style import INKS, on_heat, short_amount
from application.analytics.exporting import SPECS, chart_of
from application.analytics.lifetime_reports import FITTED
from application.ports.charts import Chart, ChartPainter, Picture
from domain.analytics.history import PurchaseHistory
from domain.analytics.pairs import Measure
from tests.support.answers import CHARTED, START, answer, history
from tests.support.builders import a_customer, a_line, an_order

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
MORE = {
    "revenue": [{"period": "month"}, {"period": "week", "window": "2"}, {"from": "2020-01-01"}],
    "cohorts": [{"period": "week"}, {"retention": "unbounded"}],
    "rfm": [{"method": "ntile"}],
    "pareto": [{"by": "customer", "limit": "1"}, {"by": "author"}],
    "affinity": [
        {"unit": "customer", "limit": "500"},
        *({"sort": one.value} for one in Measure if one != Measure.SUPPORT),
    ],
    "lifetime-value": [{"months": "6", "holdout_weeks": "13"}],
}


@pytest.fixture(params=[pytest.param(MatplotlibPainter, id="matplotlib")])
def painter(request: pytest.FixtureRequest) -> ChartPainter:
    made: ChartPainter = request.param()
    return made


async def chart(report: str, of: PurchaseHistory | None = None, **parameters: str) -> Chart:
    return chart_of(SPECS[report], await answer(report, of, **parameters))


def texts(svg: bytes) -> list[str]:
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("report", CHARTED)
async def test_an_svg_says_what_it_is(painter: ChartPainter, report: str) -> None:
    given = await chart(report)
    root = ET.fromstring(painter.draw(given, "svg"))
    assert root.get("role") == "img"
    named = {one.get("id"): one.text or "" for one in root if one.get("id")}
    title, about = (named[name] for name in (root.get("aria-labelledby") or "").split())
    shown = texts(painter.draw(given, "svg"))
    assert title in shown
    assert about == f"{given.scope}. {given.origin}"
    assert {given.scope, given.origin} <= set(shown)
    assert "as of 2026-03-01" in given.scope
    assert f"{report}, version 1" in given.origin


@pytest.mark.parametrize("report", CHARTED)
async def test_an_svg_needs_nothing_from_elsewhere(painter: ChartPainter, report: str) -> None:
    text = painter.draw(await chart(report), "svg").decode()
    assert "<script" not in text
    links = [value for one in ET.fromstring(text).iter() for name, value in one.attrib.items() if name.endswith("href")]
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)


@pytest.mark.parametrize("report", CHARTED)
async def test_the_inks_of_an_svg_follow_light_and_dark(painter: ChartPainter, report: str) -> None:
    text = painter.draw(await chart(report), "svg").decode()
    assert text.count("@media (prefers-color-scheme: dark)") == 1
    # What the style changes is written as it looks for it.
    for light in INKS:
        assert f"fill: {light}" in text or f"stroke: {light}" in text


@pytest.mark.parametrize("picture", ["svg", "png"])
@pytest.mark.parametrize("report", CHARTED)
async def test_the_same_chart_is_the_same_bytes_in_any_thread(
    painter: ChartPainter, report: str, picture: Picture
) -> None:
    given = await chart(report)
    with ThreadPoolExecutor(3) as threads:
        drawn = set(threads.map(lambda _: painter.draw(given, picture), range(3)))
    assert len(drawn) == 1


@pytest.mark.parametrize("report", CHARTED)
async def test_a_png_is_a_picture_with_a_title(painter: ChartPainter, report: str, tmp_path: Path) -> None:
    file = tmp_path / "chart.png"
    file.write_bytes(painter.draw(await chart(report), "png"))
    with Image.open(file) as image:
        assert image.width > 1_000
        assert len(image.convert("RGB").getcolors(1_000_000) or []) > 20
        assert image.info["Title"]
        assert "as of 2026-03-01" in image.info["Description"]


@pytest.mark.parametrize(("report", "parameters"), [(name, one) for name, some in MORE.items() for one in some])
async def test_parameters_are_drawn_and_told(painter: ChartPainter, report: str, parameters: dict[str, str]) -> None:
    given = await chart(report, None, **parameters)
    assert b"</svg>" in painter.draw(given, "svg")
    assert all(value in given.scope for value in parameters.values())


@pytest.mark.parametrize("report", [name for name in CHARTED if name not in FITTED])
async def test_a_shop_without_a_sale_has_a_picture(painter: ChartPainter, report: str) -> None:
    given = await chart(report, PurchaseHistory(customers=[], orders=[]))
    assert texts(painter.draw(given, "svg"))
    assert painter.draw(given, "png").startswith(b"\x89PNG")


async def test_a_matrix_has_each_pair_both_ways_and_how_often_each_thing_occurs(painter: ChartPainter) -> None:
    given = await chart("affinity", sort="lift", limit="1")
    (pair,) = given.data.pairs
    shown = texts(painter.draw(given, "svg"))
    assert shown.count(short_amount(float(f"{pair.lift:.3g}"))) == 2
    assert (shown.count(pair.a_name), shown.count(pair.b_name)) == (2, 2)
    assert {short_amount(pair.n_a), short_amount(pair.n_b)} <= set(shown)
    assert any(f"1 of {given.data.count:,} pairs, by lift" in text for text in shown)


async def test_a_matrix_is_of_twenty_things_at_most_and_cuts_their_names(painter: ChartPainter) -> None:
    customer = a_customer()
    lines = [a_line(number, sku=f"S{number:02}", description=f"{number:02} {'x' * 40}") for number in range(1, 31)]
    crowded = PurchaseHistory(customers=[customer], orders=[an_order(*lines, customer=customer, placed_at=START)])
    given = await chart("affinity", crowded, min_count="1", limit="1000")
    shown = texts(painter.draw(given, "svg"))
    assert any("190 of 435 pairs" in text for text in shown)
    assert sum(text.endswith("x…") for text in shown) == 40


async def test_infinite_convictions_are_drawn(painter: ChartPainter) -> None:
    orders = [
        an_order(*(a_line(number, sku=sku) for number, sku in enumerate(skus, 1)), placed_at=START)
        for skus in ("AB", "C")
    ]
    always = PurchaseHistory(customers=[], orders=orders)
    given = await chart("affinity", always, sort="conviction", min_count="1")
    assert given.data.pairs[0].conviction_ab is None
    assert texts(painter.draw(given, "svg")).count("∞") == 2


async def test_calibration_is_told_a_row_and_in_all(painter: ChartPainter) -> None:
    given = await chart("lifetime-value")
    held = given.data.calibration
    shown = " ".join(texts(painter.draw(given, "svg")))
    assert f"{held.predicted:,.0f} purchases predicted, {held.actual:,} came" in shown
    assert f"repeat purchases before {held.holdout_from}" in shown
    assert all(f"({row.customers:,})" in shown for row in held.rows)
    assert "7 or more" in shown


async def test_without_a_calibration_the_picture_says_why(painter: ChartPainter) -> None:
    given = await chart("lifetime-value", holdout_weeks="500")
    assert given.data.calibration is None
    assert given.data.no_calibration in " ".join(texts(painter.draw(given, "svg")))
    assert painter.draw(given, "png").startswith(b"\x89PNG")


@pytest.mark.filterwarnings("ignore:Glyph")
async def test_names_are_text_whatever_they_are(painter: ChartPainter) -> None:
    name = "<b>R&D</b> $x^2$ 北京"
    given = await chart("pareto", history(description=name))
    assert name in texts(painter.draw(given, "svg"))
    assert painter.draw(given, "png").startswith(b"\x89PNG")


async def test_a_report_without_a_chart_is_refused(painter: ChartPainter) -> None:
    with pytest.raises(LookupError):
        painter.draw(await chart("summary"), "svg")


async def test_drawing_leaves_no_trace_in_the_process(painter: ChartPainter) -> None:
    before = dict(mpl.rcParams)
    painter.draw(await chart("revenue"), "svg")
    assert dict(mpl.rcParams) == before


def test_what_draws_for_people_at_a_screen_is_not_loaded() -> None:
    script = "import sys, adapters.matplotlib.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (-12.5, "-12.5"),
        (1_500, "1,500"),
        (-9_999, "-9,999"),
        (25_000, "25k"),
        (3_100_000, "3.1M"),
        (2e9, "2G"),
    ],
)
def test_amounts_are_short(amount: float, text: str) -> None:
    assert short_amount(amount) == text


def test_text_stands_out_on_every_part_of_the_scale() -> None:
    assert on_heat(0.0) != on_heat(1.0)
    assert on_heat(2.0) == on_heat(1.0)
