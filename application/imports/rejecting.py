"""What is said of a row that is not taken."""

from collections.abc import Iterable, Mapping

from application.errors import ApplicationError
from application.imports.models import RowVerdict, Verdict
from domain.shared.errors import DomainError, Invalid, Problem

Fields = Mapping[str, str]
_LONGEST = 500


def rejected(line: int, code: str, message: str) -> RowVerdict:
    """The verdict of a row that is not taken."""
    return RowVerdict(line, Verdict.REJECTED, code, message[:_LONGEST])


def rejected_for(line: int, problems: Iterable[Problem], fields: Fields) -> RowVerdict:
    """All problems in one message, by the columns they are of; the code is that of the first."""
    all_of_them = list(problems)
    told = [f"{name} {one.message}".strip() for one in all_of_them for name in [column(one, fields)]]
    return rejected(line, all_of_them[0].code, "; ".join(told))


def rejected_by(line: int, error: DomainError | ApplicationError, fields: Fields) -> RowVerdict:
    """The verdict of a row that a rule or the store refused."""
    if isinstance(error, Invalid):
        return rejected_for(line, error.problems, fields)
    return rejected(line, error.code, error.detail)


def column(problem: Problem, fields: Fields) -> str:
    """The column that a problem is of, as the file calls it."""
    name = problem.pointer.strip("/").partition("/")[0]
    return fields.get(name, name)
