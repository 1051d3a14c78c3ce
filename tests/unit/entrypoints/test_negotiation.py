"""Which form the caller would rather have (RFC 9110, section 12.5.1)."""

import pytest

from entrypoints.http.negotiation import preferred

OFFERED = ["application/json", "text/csv; charset=utf-8", "image/svg+xml", "image/png"]
JSON, CSV, SVG, PNG = OFFERED
# As browsers sent them in 2025: for a page that is opened, and for an <img>.
FIREFOX_IMAGE = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
CHROMIUM_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
CHROMIUM_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("*", JSON),
        ("application/json", JSON),
        ("application/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV;charset=iso-8859-1", CSV),
        ("image/*", SVG),
        ("image/png", PNG),
        ("image/*;q=0.5, image/png", PNG),
        ("text/csv, application/json", JSON),
        ("text/csv, application/json;q=0.9", CSV),
        ("*/*;q=0.1, text/*;q=0.2", CSV),
        ("application/json;q=0, */*", CSV),
        ("application/json;q=0.000, text/csv;q=0, image/svg+xml;q=0.0, */*;q=0.3", PNG),
        ("text/csv;q=nonsense", CSV),
        ("text/csv;q=1.5", CSV),
        (FIREFOX_IMAGE, SVG),
        (CHROMIUM_PAGE, JSON),
        (CHROMIUM_IMAGE, SVG),
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        (",;,", None),
    ],
)
def test_the_best_of_what_is_offered(accept: str | None, best: str | None) -> None:
    assert preferred(None if accept is None else accept.encode("latin-1"), OFFERED) == best


def test_any_bytes_are_read() -> None:
    assert preferred(bytes(range(256)), OFFERED) is None
