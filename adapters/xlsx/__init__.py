"""Office Open XML workbooks, by XlsxWriter (extra `exports`)."""
