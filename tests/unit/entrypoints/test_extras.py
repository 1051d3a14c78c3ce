"""What is loaded only when it is asked for, and what is said where it is not installed."""

import sys

import pytest

from adapters.text.report_files import CsvReport
from application.analytics.exporting import FILE_TYPES, PICTURES
from application.errors import NotAcceptable
from entrypoints.bootstrap import extras


@pytest.mark.parametrize(
    ("form", "library", "extra"),
    [("parquet", "pyarrow", "exports"), ("arrow", "pyarrow", "exports"), ("xlsx", "xlsxwriter", "exports")],
)
def test_without_its_library_a_form_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, form: str, library: str, extra: str
) -> None:
    _uninstalled(monkeypatch, library, "adapters.arrow", "adapters.xlsx")
    formats = extras.report_formats()
    with pytest.raises(NotAcceptable, match=rf"{library}.*uv sync --extra {extra}.*daybook\[{extra}\]"):
        formats[form]()
    assert isinstance(formats["csv"](), CsvReport)


def test_without_its_library_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    _uninstalled(monkeypatch, "matplotlib", "adapters.matplotlib")
    with pytest.raises(NotAcceptable, match=r"matplotlib.*daybook\[charts\]"):
        extras.chart_painter()


def test_every_form_has_what_makes_it() -> None:
    assert {*extras.report_formats(), *PICTURES} == set(FILE_TYPES)
    made = [type(make()).__name__ for make in extras.report_formats().values()]
    assert made == ["CsvReport", "NdjsonReport", "ParquetReport", "ArrowReport", "XlsxReport"]
    assert type(extras.chart_painter()).__name__ == "MatplotlibPainter"


def _uninstalled(monkeypatch: pytest.MonkeyPatch, library: str, *ours: str) -> None:
    for name in [name for name in sys.modules if name.startswith((f"{library}.", *ours))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
