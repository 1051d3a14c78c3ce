"""The usual stack: FastAPI, Pydantic, SQLAlchemy's async ORM, uvicorn. Naked: no logs, traces or metrics of its own."""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.benchmarks.peers.model import Book, sessions

engine, session_factory = sessions()
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    async with session_factory() as one:
        yield one


Session = Annotated[AsyncSession, Depends(session)]


class Price(BaseModel):
    amount: Decimal
    currency: str = Field(min_length=3, max_length=3)


class BookBase(BaseModel):
    title: str = Field(min_length=1, max_length=255)
    author: str = Field(min_length=1, max_length=255)
    isbn: str = Field(min_length=10, max_length=17)
    published_date: str | None = None
    description: str | None = None
    language: str | None = None
    categories: list[str] = []


class BookCreate(BookBase):
    price: Price | None = None


class BookResponse(BookBase):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    price_amount: Decimal | None
    price_currency: str | None
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


class BookPage(BaseModel):
    data: list[BookResponse]
    has_more: bool


@app.get("/v1/books/{book_id}", response_model=BookResponse)
async def get_book(book_id: UUID, db: Session) -> Any:
    book = await db.get(Book, book_id)
    if book is None or book.deleted_at is not None:
        raise HTTPException(status_code=404, detail="Book not found")
    return book


@app.get("/v1/books", response_model=BookPage)
async def get_books(db: Session, limit: int = 20) -> Any:
    question = select(Book).where(Book.deleted_at.is_(None)).order_by(Book.created_at.desc(), Book.id.desc())
    rows = (await db.scalars(question.limit(limit + 1))).all()
    return {"data": rows[:limit], "has_more": len(rows) > limit}


@app.post("/v1/books", response_model=BookResponse, status_code=201)
async def create_book(new: BookCreate, db: Session) -> Any:
    if (await db.scalars(select(Book.id).where(Book.isbn == new.isbn, Book.deleted_at.is_(None)))).first():
        raise HTTPException(status_code=400, detail="ISBN exists")
    book = Book(**new.model_dump(exclude={"price"}))
    if new.price is not None:
        book.price_amount, book.price_currency = new.price.amount, new.price.currency
    db.add(book)
    await db.commit()
    return book
