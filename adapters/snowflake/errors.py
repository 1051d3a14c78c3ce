"""What Snowflake and its driver raise, as the errors of the ports.

The driver's own sentences quote statements and the values in them, so they are the cause of an error and never its
text: that has the number of Snowflake's message, which its documentation and its support know.
"""

from sqlalchemy import exc

from application.errors import ApplicationError, Unavailable


class SessionLost(Unavailable):
    """The session, or the connection below it, is gone. A question can be asked again, in another session."""


# The login has expired, the session is over, or it was never known.
_SESSION_OVER = frozenset({390104, 390110, 390111, 390112, 390114, 390115, 390195})
# Snowflake's number: what it means for whoever asks, and after how many seconds to try again.
_KNOWN = {
    604: ("stopped the statement", 5),
    606: ("has no running warehouse for this user: name one that its role may use", 60),
    625: ("gave up waiting for another load", 30),
    630: ("stopped the statement, which took longer than allowed", 5),
    2003: ("has not all the tables, or this role may not use them: `daybook warehouse sync` makes them", 60),
    2043: ("has not all the tables, or this role may not use them: `daybook warehouse sync` makes them", 60),
}


def translate(error: Exception) -> Exception:
    """The port's error for one of the driver's; an error of Daybook's own is returned as it is."""
    if isinstance(error, exc.TimeoutError):
        return Unavailable("all sessions with Snowflake are busy", retry_after=1)
    if isinstance(error, exc.DBAPIError):
        return _of_driver(error)
    if isinstance(error, ConnectionError | TimeoutError):
        return SessionLost("Snowflake cannot be reached")
    if isinstance(error, ApplicationError | exc.SQLAlchemyError) or type(error).__module__ == "builtins":
        return error
    # The driver lets some errors of what is below it through, and so does the one that tests run on.
    return Unavailable(f"Snowflake gave up ({type(error).__name__})")


def is_lost(error: exc.DBAPIError) -> bool:
    """Whether it says that the session is over or could not be had."""
    number = getattr(error.orig, "errno", None)
    return number in _SESSION_OVER or (
        number not in _KNOWN and isinstance(error, exc.OperationalError | exc.InterfaceError)
    )


def _of_driver(error: exc.DBAPIError) -> Unavailable:
    number = getattr(error.orig, "errno", None)
    if is_lost(error):
        return SessionLost(f"Snowflake cannot be reached (error {number})")
    if number in _KNOWN:
        meaning, retry_after = _KNOWN[number]
        return Unavailable(f"Snowflake {meaning} (error {number})", retry_after=retry_after)
    return Unavailable(f"Snowflake refused what it was asked (error {number})", retry_after=60)
