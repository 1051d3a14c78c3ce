"""Bytes to records, whatever the bytes."""

import gzip

import pytest

from application.imports.records import LONGEST_LINE, MOST_LINES, BadRecord, Record, RecordReader, UnreadableFile
from tests.support.importing import source


def records(content: str | bytes, *, zipped: bool = False) -> list[Record | BadRecord]:
    return list(RecordReader(source(content, zipped=zipped)))


def told(content: str | bytes) -> list[str]:
    """`line fields` of what can be read and `line code` of what cannot."""
    return [f"{one.line} {'|'.join(one.fields) if isinstance(one, Record) else one.code}" for one in records(content)]


def refused(content: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        RecordReader(source(content))
    return caught.value.detail


def test_a_row_is_told_by_the_line_it_begins_on() -> None:
    assert told('a,b\n1,2\n"3\n4",5\n6,7\n') == ["2 1|2", "3 3\n4|5", "5 6|7"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_either_kind(end: str) -> None:
    assert told(f"a,b{end}1,2{end}{end}3,{end}") == ["2 1|2", "4 3|"]


def test_a_last_line_without_an_end_counts() -> None:
    assert told("a,b\n1,2") == ["2 1|2"]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert RecordReader(source(b"\xef\xbb\xbfa,b\n1,2\n")).header.names == ("a", "b")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header(delimiter: str) -> None:
    assert told(f"a{delimiter}b\n1{delimiter}2\n") == ["2 1|2"]


def test_blank_rows_are_no_rows() -> None:
    assert told("a,b\n\n,\n , , \n   \n1,2\n") == ["6 1|2"]


def test_gzip_is_told_from_its_first_bytes() -> None:
    assert records("a,b\n1,2\n", zipped=True) == [Record(2, ["1", "2"])]


def test_what_has_another_width_stops_nothing() -> None:
    assert told("a,b\n1\n1,2,3\n1,2\n") == ["2 too-few-columns", "3 too-many-columns", "4 1|2"]


def test_what_is_no_utf8_stops_nothing() -> None:
    assert told(b"a,b\n1,2\nCaf\xe9,3\n4,5\n") == ["2 1|2", "3 not-utf8", "4 4|5"]


def test_a_bad_byte_in_the_second_line_of_a_row_is_of_that_row() -> None:
    assert told(b'a,b\n"1\n\xff",2\n4,5\n') == ["2 not-utf8", "4 4|5"]


def test_quotes_inside_an_unquoted_field_are_text() -> None:
    assert told('a,b\n12" RULER,2\n') == ['2 12" RULER|2']


def test_doubled_quotes_are_one() -> None:
    assert told('a,b\n"say ""yes""",2\n') == ['2 say "yes"|2']


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    assert told('a,b\n"1,2\n3,4\n5,6\n') == ["2 unreadable-row", "3 3|4", "4 5|6"]


def test_a_quote_that_is_closed_by_the_next_bad_one_costs_both_and_no_third() -> None:
    assert told('a,b\n"1,2\n3,4\n"5,6\n7,8\n') == ["2 unreadable-row", "3 3|4", "4 unreadable-row", "5 7|8"]


def test_a_row_of_too_many_lines_is_given_up_after_a_bounded_number() -> None:
    rows = MOST_LINES * 3
    found = records('a,b\n"1,2\n' + "3,4\n" * rows)
    assert isinstance(found[0], BadRecord)
    assert found[0].code == "unreadable-row"
    assert found[1:] == [Record(line, ["3", "4"]) for line in range(3, rows + 3)]


def test_text_after_a_closing_quote_is_not_guessed_at() -> None:
    assert told('a,b\n"1"x,2\n3,4\n') == ["2 unreadable-row", "3 3|4"]


def test_a_line_without_end_is_skipped_to_its_end() -> None:
    assert told("a,b\n" + "x" * (2 * LONGEST_LINE + 5) + "\n3,4\n") == ["2 line-too-long", "3 3|4"]


def test_a_long_field_is_given_up() -> None:
    assert told("a,b\n" + "x" * 200_000 + ",1\n3,4\n") == ["2 unreadable-row", "3 3|4"]


def test_an_empty_file_is_refused() -> None:
    assert "is empty" in refused(b"")
    assert "is empty" in refused(b"\n\n")
    assert "is empty" in refused(gzip.compress(b""))


def test_a_header_alone_has_no_rows() -> None:
    assert records("a,b\n") == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [("a,b\n".encode("utf-16"), "UTF-16"), (b"PK\x03\x04rest", "spreadsheet"), (b"\xe9t\xe9,b\n", "no text in UTF-8")],
)
def test_another_kind_of_file_is_named(content: bytes, kind: str) -> None:
    assert kind in refused(content)


def test_a_header_that_is_no_csv_is_refused() -> None:
    assert "header" in refused(b'"a,b\n1,2\n')


def test_a_gzip_that_breaks_off_gives_the_rows_before_that() -> None:
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(20_000)))
    reader = iter(RecordReader(source(whole[: len(whole) // 2])))
    found = []
    with pytest.raises(UnreadableFile) as caught:
        for one in reader:
            found.append(one)  # noqa: PERF402  # what came before the error is wanted
    assert 1_000 < len(found) < 19_000
    assert found == [Record(n + 2, [str(n), str(n * n)]) for n in range(len(found))]
    assert f"after line {len(found) + 1}" in caught.value.detail


def test_a_gzip_that_is_damaged_is_an_error_and_no_wrong_rows() -> None:
    whole = bytearray(gzip.compress(b"a,b\n" + b"1,2\n" * 5))
    whole[-8] ^= 0xFF  # its checksum
    with pytest.raises(UnreadableFile, match="damaged"):
        list(RecordReader(source(bytes(whole))))
