"""Language codes as library catalogues write them (ISO 639-2), turned into BCP 47 tags."""

from domain.books.book import language_tag
from domain.shared.errors import Invalid

# ISO 639-2, bibliographic and terminological codes, of the languages that have a two-letter code, which BCP 47 then
# asks for (RFC 5646, section 2.2.1). Those with three letters alone stand as they are.
_TWO_LETTERS = dict(
    pair.split(":")
    for pair in (
        "afr:af alb:sq sqi:sq amh:am ara:ar arm:hy hye:hy aze:az baq:eu eus:eu bel:be ben:bn bos:bs bul:bg bur:my "
        "mya:my cat:ca chi:zh zho:zh cym:cy wel:cy cze:cs ces:cs dan:da dut:nl nld:nl eng:en epo:eo est:et fao:fo "
        "fas:fa per:fa fin:fi fra:fr fre:fr geo:ka kat:ka ger:de deu:de gle:ga glg:gl ell:el gre:el guj:gu heb:he "
        "hin:hi hrv:hr hun:hu ice:is isl:is ind:id ita:it jpn:ja kan:kn kaz:kk khm:km kor:ko kur:ku lao:lo lat:la "
        "lav:lv lit:lt ltz:lb mac:mk mkd:mk mal:ml mar:mr may:ms msa:ms mlt:mt mon:mn nep:ne nob:nb nno:nn nor:no "
        "pan:pa pol:pl por:pt pus:ps ron:ro rum:ro rus:ru san:sa sin:si slk:sk slo:sk slv:sl som:so spa:es srp:sr "
        "swa:sw swe:sv tam:ta tel:te tgl:tl tha:th tib:bo bod:bo tur:tr ukr:uk urd:ur uzb:uz vie:vi yid:yi zul:zu"
    ).split()
)
# mul: several languages, und: not determined, mis: no code, zxx: no language at all. None names the book's language.
_NO_LANGUAGE = frozenset("mul und mis zxx".split())


def catalogue_language(code: str) -> str | None:
    """`eng` is `en`, `en-US` stays, `fil` stays; None for what names no one language."""
    code = code.strip().replace("_", "-")
    if code.lower() in _NO_LANGUAGE:
        return None
    first, dash, rest = code.partition("-")
    try:
        return language_tag(_TWO_LETTERS.get(first.lower(), first) + dash + rest)
    except Invalid:
        return None
