"""The URL of a receiver, read one way only: what two readers could take for two places is refused.

What its name leads to is not known here and may change at any time: that is checked when a message is sent, on the very
address that it goes to.
"""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from domain.shared.errors import Invalid
from domain.webhooks.addresses import UNLESS_ALLOWED, Address, Reach

URL_LENGTH = 2_048
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?"
)
_VISIBLE = re.compile(r"[!#-;=?-\[\]_a-z~&]*")
_PLACE = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# How the last label of a name looks that some readers take for a number, and the whole for an address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1_024
_NAME_LENGTH = 253
_NEAR = ("localhost", "local", "internal", "localdomain", "home.arpa", "onion", "invalid", "test")
_LOOK_ALIKE = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}


def checked_url(text: str, reach: Reach) -> str:
    """The URL with scheme and host in lower case, without a port that goes without saying.

    https, or http into the networks of `reach`; no user, no fragment; port 443, 80 or from 1024 on; a host that is a
    full name in ASCII, or an address in its usual form that `reach` allows. Raises Invalid.
    """
    if len(text) > URL_LENGTH:
        raise Invalid.because("too-long", f"must have at most {URL_LENGTH} characters, has {len(text)}")
    parts = _URL.fullmatch(text)
    if parts is None or not _VISIBLE.fullmatch(text):
        raise _invalid("must be a URL such as https://example.org/hooks, in ASCII, percent-encoded where need be")
    scheme = parts["scheme"].lower()
    if scheme not in _PORTS:
        raise Invalid.because("invalid-scheme", "must begin with https://")
    if scheme == "http" and not reach.allowed:
        raise Invalid.because("invalid-scheme", f"must begin with https://, {UNLESS_ALLOWED}")
    if "@" in parts["authority"]:
        raise Invalid.because("user-in-url", "must not name a user: receivers know a message by its signature")
    if parts["fragment"] is not None:
        raise _invalid("must not have a fragment (#...), which is never sent")
    place = _PLACE.fullmatch(parts["authority"])
    if place is None:
        raise _invalid("must name a host, and a port as a number where it names one")
    host = _host(place["host"].lower(), reach, encrypted=scheme == "https")
    port = _PORTS[scheme] if place["port"] is None else int(place["port"])
    if port not in _PORTS.values() and not _FIRST_FREE_PORT <= port <= 65_535:
        raise Invalid.because("invalid-port", f"must go to port 443, 80 or one from {_FIRST_FREE_PORT} to 65535")
    shown = "" if port == _PORTS[scheme] else f":{port}"
    return f"{scheme}://{host}{shown}{parts['path'] or '/'}{parts['query'] or ''}"


def _host(host: str, reach: Reach, *, encrypted: bool) -> str:
    address = _literal(host)
    if address is not None:
        if not reach.allows(address, encrypted=encrypted):
            raise Invalid.because(
                "forbidden-address", f"must not lead into a network of its own, such as 10.0.0.1, {UNLESS_ALLOWED}"
            )
        return f"[{address}]" if address.version == 6 else str(address)
    labels = host.split(".")
    if len(host) > _NAME_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid.because("invalid-host", "must name a host such as example.org, without a dot at its end")
    for label in labels:
        _check_international(label)
    near = len(labels) == 1 or any(host == end or host.endswith(f".{end}") for end in _NEAR)
    if near and not reach.allowed:
        raise Invalid.because(
            "forbidden-address", f"must name a host that the internet knows, such as example.org, {UNLESS_ALLOWED}"
        )
    return host


def _literal(host: str) -> Address | None:
    """The address that the host is, or None for a name. Raises Invalid for an address in another form than usual."""
    try:
        if host.startswith("["):
            return IPv6Address(host[1:-1].replace("%", "/"))  # a zone would name an interface of this machine
        return IPv4Address(host) if _NUMBER.fullmatch(host.rpartition(".")[2]) else None
    except AddressValueError:
        message = "must write an address as 198.51.100.7 or [2001:db8::7], without a zone"
        raise Invalid.because("invalid-address", message) from None


def _check_international(label: str) -> None:
    """Raises Invalid for a label in ASCII that stands for no other, or for one that looks like what it is not."""
    if label[2:4] != "--":
        return
    try:
        word = label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else ""
        sound = bool(word) and not word.isascii() and word.encode("punycode").decode("ascii") == label[4:]
    except (UnicodeError, ValueError, OverflowError):
        word, sound = "", False
    letters = [c for c in word if c.isalpha()]
    scripts = {unicodedata.name(c, "?").partition(" ")[0] for c in letters} & _LOOK_ALIKE
    usual = all(c.isalpha() or c.isdigit() or unicodedata.category(c)[0] == "M" or c in "-·" for c in word)
    if not sound or not usual or len(scripts) > 1 or unicodedata.normalize("NFKC", word.casefold()) != word:
        raise Invalid.because("invalid-host", "must not name a host with an international label that is none")


def _invalid(message: str) -> Invalid:
    return Invalid.because("invalid-url", message)
