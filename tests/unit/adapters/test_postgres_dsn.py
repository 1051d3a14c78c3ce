"""A database URL is taken in the spellings people use, and its password is never shown."""

import traceback

import pytest

from adapters.postgres.connection import Dsn


@pytest.mark.parametrize(
    ("url", "shown", "revealed"),
    [
        (
            "postgresql://ada:s3cret@db.example:5433/shop",
            "postgresql://ada@db.example:5433/shop",
            "postgresql://ada:s3cret@db.example:5433/shop",
        ),
        (
            "postgresql+asyncpg://ada:s3cret@db.example/shop?ssl=require",
            "postgresql://ada@db.example/shop?sslmode=require",
            "postgresql://ada:s3cret@db.example/shop?sslmode=require",
        ),
        (
            "postgresql://ada:s3cret@/shop?host=/run/a b&port=5432",
            "postgresql://ada@/shop?host=/run/a+b&port=5432",
            "postgresql://ada:s3cret@/shop?host=%2Frun%2Fa+b&port=5432",
        ),
        (
            "postgres:///shop?user=ada&password=s3cret&sslpassword=s3cret",
            "postgresql:///shop?user=ada",
            "postgresql:///shop?user=ada&password=s3cret&sslpassword=s3cret",
        ),
    ],
)
def test_spellings(url: str, shown: str, revealed: str) -> None:
    dsn = Dsn(url)

    assert (repr(dsn), str(dsn), dsn.reveal()) == (shown, shown, revealed)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret/x@db/shop",
        "postgresql://ada:12/s3cret@db/shop",
        "postgresql://ada:12#s3cret@db/shop",
        "postgresql://ada:12?s3cret@db/shop",
        "postgresql://ada:s3cret@db:port/shop",
        "postgresql://ada:s3cret@[db/shop",
        "mysql://ada:s3cret@db/shop",
        "s3cret",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match="database URL") as caught:
        Dsn(url)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))
