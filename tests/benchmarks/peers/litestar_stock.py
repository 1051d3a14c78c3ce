"""Litestar with the stock parts for Daybook's own layers.

Its OpenTelemetry plugin sampled at 1 %, its Prometheus middleware, its structlog plugin with request logging, and
SQLAlchemy's async ORM; msgspec at the edge.
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar, get, post
from litestar.contrib.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin
from litestar.di import Provide
from litestar.exceptions import ClientException, NotFoundException
from litestar.logging.config import StructLoggingConfig
from litestar.middleware.logging import LoggingMiddlewareConfig
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from litestar.plugins.structlog import StructlogConfig, StructlogPlugin
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import BytesLoggerFactory

from tests.benchmarks.peers.model import Book, sessions

engine, session_factory = sessions()


class Discard(SpanExporter):
    """Spans are made and batched, as with a collector that answers at once."""

    def export(self, spans: Any) -> SpanExportResult:
        return SpanExportResult.SUCCESS


class Price(msgspec.Struct):
    amount: Decimal
    currency: str


class BookCreate(msgspec.Struct):
    title: str
    author: str
    isbn: str
    published_date: str | None = None
    description: str | None = None
    language: str | None = None
    price: Price | None = None
    categories: list[str] = []


class BookResponse(msgspec.Struct):
    id: UUID
    title: str
    author: str
    isbn: str
    published_date: str | None
    description: str | None
    language: str | None
    price_amount: Decimal | None
    price_currency: str | None
    categories: list[str]
    subtitle: str | None
    publisher: str | None
    edition: str | None
    format: str | None
    pages: int | None
    series: str | None
    series_position: str | None
    availability: str | None
    contributors: list[Any] | None
    rating_count: int
    rating_sum: int
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, book: Book) -> "BookResponse":
        return cls(**{name: getattr(book, name) for name in cls.__struct_fields__})


class BookPage(msgspec.Struct):
    data: list[BookResponse]
    has_more: bool


async def provide_session() -> AsyncIterator[AsyncSession]:
    async with session_factory() as one:
        yield one


@get("/v1/books/{book_id:uuid}")
async def get_book(book_id: UUID, db: AsyncSession) -> BookResponse:
    book = await db.get(Book, book_id)
    if book is None or book.deleted_at is not None:
        raise NotFoundException
    return BookResponse.of(book)


@get("/v1/books")
async def get_books(db: AsyncSession, limit: int = 20) -> BookPage:
    question = select(Book).where(Book.deleted_at.is_(None)).order_by(Book.created_at.desc(), Book.id.desc())
    rows = (await db.scalars(question.limit(limit + 1))).all()
    return BookPage([BookResponse.of(row) for row in rows[:limit]], len(rows) > limit)


@post("/v1/books")
async def create_book(data: BookCreate, db: AsyncSession) -> BookResponse:
    if (await db.scalars(select(Book.id).where(Book.isbn == data.isbn, Book.deleted_at.is_(None)))).first():
        raise ClientException(detail="ISBN exists")
    values = msgspec.structs.asdict(data)
    price = values.pop("price")
    book = Book(**values)
    if price is not None:
        book.price_amount, book.price_currency = price.amount, price.currency
    db.add(book)
    await db.commit()
    return BookResponse.of(book)


@asynccontextmanager
async def closing(_: Litestar) -> AsyncIterator[None]:
    yield
    await engine.dispose()


tracing = TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.01)))
tracing.add_span_processor(BatchSpanProcessor(Discard()))
logging = StructLoggingConfig(logger_factory=BytesLoggerFactory(io.open("/dev/null", "ab")))  # noqa: SIM115, UP020  # open for the life of the server
app = Litestar(
    [get_book, get_books, create_book, PrometheusController],
    dependencies={"db": Provide(provide_session)},
    lifespan=[closing],
    middleware=[PrometheusConfig(app_name="bench", group_path=True).middleware],
    plugins=[
        OpenTelemetryPlugin(OpenTelemetryConfig(tracer_provider=tracing)),
        StructlogPlugin(
            StructlogConfig(
                structlog_logging_config=logging,
                middleware_logging_config=LoggingMiddlewareConfig(
                    request_log_fields=["method", "path"], response_log_fields=["status_code"]
                ),
            )
        ),
    ],
)
