"""What of a schema must stay: each rule with what breaks it, what does not, and the other way round."""

from typing import Any

import pytest

from entrypoints.http.schema_compatibility import Direction, resolved, schema_changes

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NULL = {"type": "null"}
MAYBE = {"anyOf": [STRING, NULL]}
SENT, READ = Direction.SENT, Direction.READ


def thing(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def closed(*required: str, **properties: Any) -> dict[str, Any]:
    return {**thing(*required, **properties), "additionalProperties": False}


def broken(old: Any, new: Any, direction: Direction, **components: Any) -> list[str]:
    """What breaks; `components` are those of both documents, or a pair of those of each."""
    sides = [
        {name: one[side] if isinstance(one, tuple) else one for name, one in components.items()} for side in (0, 1)
    ]
    documents = ({"components": {"schemas": sides[0]}}, {"components": {"schemas": sides[1]}})
    found = schema_changes(old, new, "body", documents=documents, direction=direction)
    return [f"{one.place} {one.what}" for one in found]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


# The two sides of a narrowing: it breaks who sends, and turned round, as a widening, it breaks who reads.
NARROWED = [
    ("one type of several", {"type": ["string", "integer"]}, STRING, "was integer and is string"),
    ("any to one type", {}, {"type": ["string", "null"]}, "was any type and is string"),
    ("number to integer", {"type": "number"}, INTEGER, "was number and is integer"),
    ("minLength", {**STRING, "minLength": 1}, {**STRING, "minLength": 2}, "minLength was 1 and is 2"),
    ("maxLength", {**STRING, "maxLength": 255}, {**STRING, "maxLength": 100}, "maxLength was 255 and is 100"),
    ("a first maxLength", STRING, {**STRING, "maxLength": 9}, "maxLength was not set and is 9"),
    ("minimum", {**INTEGER, "minimum": 0}, {**INTEGER, "minimum": 1}, "minimum was 0 and is 1"),
    ("a first minimum", INTEGER, {**INTEGER, "minimum": 0}, "minimum was not set and is 0"),
    ("maximum", {**INTEGER, "maximum": 9}, {**INTEGER, "maximum": 8}, "maximum was 9 and is 8"),
    ("exclusiveMaximum", INTEGER, {**INTEGER, "exclusiveMaximum": 8}, "exclusiveMaximum was not set and is 8"),
    ("multipleOf", INTEGER, {**INTEGER, "multipleOf": 2}, "multipleOf was not set and is 2"),
    ("a first pattern", STRING, {**STRING, "pattern": "^a"}, "pattern was not set and is '^a'"),
    ("a first format", STRING, {**STRING, "format": "uuid"}, "format was not set and is 'uuid'"),
    ("minItems", {"type": "array"}, {"type": "array", "minItems": 1}, "minItems was not set and is 1"),
    ("uniqueItems", {"type": "array"}, {"type": "array", "uniqueItems": True}, "uniqueItems was not set and is True"),
]
ALL_THE_SAME = [
    ("another description", {**STRING, "description": "a"}, {**STRING, "description": "b", "examples": ["x"]}),
    ("a minimum of no length", STRING, {**STRING, "minLength": 0}),
    ("another way to say null", MAYBE, {"type": ["string", "null"]}),
    ("another order", {"anyOf": [STRING, INTEGER]}, {"oneOf": [INTEGER, STRING]}),
    ("no types told", {"enum": ["a"]}, {"type": "string", "enum": ["a"]}),
    ("everything", True, {}),
]


@pytest.mark.parametrize(("old", "new", "what"), [one[1:] for one in NARROWED], ids=[one[0] for one in NARROWED])
def test_what_is_sent_may_only_grow_wider(old: Any, new: Any, what: str) -> None:
    assert f"body {what}" in broken(old, new, SENT)
    assert broken(new, old, SENT) == []
    assert [one.partition("/")[0] for one in broken(thing(a=old), thing(a=new), SENT)][:1] == ["body"]


@pytest.mark.parametrize(("old", "new", "what"), [one[1:] for one in NARROWED], ids=[one[0] for one in NARROWED])
def test_what_is_read_may_only_grow_narrower(old: Any, new: Any, what: str) -> None:
    assert broken(old, new, READ) == []
    assert broken(new, old, READ) != []
    assert broken({"type": "array", "items": new}, {"type": "array", "items": old}, READ)[0].startswith("body/items ")


@pytest.mark.parametrize(("old", "new"), [one[1:] for one in ALL_THE_SAME], ids=[one[0] for one in ALL_THE_SAME])
@pytest.mark.parametrize("direction", Direction)
def test_what_says_the_same_breaks_nobody(old: Any, new: Any, direction: Direction) -> None:
    assert broken(old, new, direction) == broken(new, old, direction) == []


@pytest.mark.parametrize("key", ["pattern", "format"])
@pytest.mark.parametrize("direction", Direction)
def test_another_form_of_a_text_breaks_both(key: str, direction: Direction) -> None:
    assert broken({**STRING, key: "a"}, {**STRING, key: "b"}, direction) == [f"body {key} was 'a' and is 'b'"]


@pytest.mark.parametrize("direction", Direction)
def test_another_type_breaks_both(direction: Direction) -> None:
    assert broken(STRING, INTEGER, direction) == ["body was string and is integer"]
    assert broken(thing(a=STRING), thing(a={"type": "array", "items": STRING}), direction) == [
        "body/a was string and is array"
    ]


def test_null() -> None:
    assert broken(MAYBE, STRING, SENT) == ["body null is no longer taken"]
    assert broken(STRING, MAYBE, SENT) == []
    assert broken(STRING, MAYBE, READ) == ["body may be null now"]
    assert broken(MAYBE, STRING, READ) == []
    assert broken({"anyOf": [ref("M"), NULL]}, ref("M"), READ, M=STRING) == []


def test_fields_that_are_sent() -> None:
    assert broken(closed(a=STRING), closed(a=STRING, b=STRING), SENT) == []
    assert broken(closed("a", a=STRING), closed(a=STRING), SENT) == []
    assert broken(closed(a=STRING), closed("a", a=STRING), SENT) == ["body/a is required now"]
    assert broken(closed(a=STRING), closed("b", a=STRING, b=STRING), SENT) == ["body/b is required now"]
    assert broken(closed(a=STRING, b=STRING), closed(a=STRING), SENT) == ["body/b is no longer taken"]
    assert broken(thing(a=STRING, b=STRING), thing(a=STRING), SENT) == ["body/b means nothing any more"]
    assert broken(thing(a=STRING), closed(a=STRING), SENT) == [
        "body fields that it does not name are no longer taken as they were"
    ]
    assert broken(closed(a=STRING), thing(a=STRING), SENT) == []


def test_fields_that_are_read() -> None:
    assert broken(thing("a", a=STRING), thing("a", "b", a=STRING, b=STRING), READ) == []
    assert broken(thing(a=STRING), thing("a", a=STRING), READ) == []
    assert broken(thing("a", a=STRING), thing(a=STRING), READ) == ["body/a may be left out now"]
    assert broken(thing("a", a=STRING), thing(), READ) == ["body/a is no longer there"]
    assert broken(thing(a=STRING), thing(a=INTEGER), READ) == ["body/a was string and is integer"]


def test_enumerations_are_open_where_they_are_read() -> None:
    few, more = {"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}
    assert broken(few, more, READ) == broken(more, few, READ) == broken(few, STRING, READ) == []
    assert broken(few, {"enum": ["a", 1]}, READ) == ["body was string and is integer or string"]
    assert broken(few, more, SENT) == broken(few, STRING, SENT) == []
    assert broken(more, few, SENT) == ["body 'c' is no longer taken"]
    assert broken({"enum": ["a", "b", "c", "d"]}, few, SENT) == ["body 'c', 'd' are no longer taken"]
    assert broken(STRING, few, SENT) == ["body takes only 'a', 'b' now"]


def test_a_constant_stays() -> None:
    assert broken({"const": "book"}, {"const": "tome"}, READ) == ["body was always 'book'"]
    assert broken({"const": "book"}, {"const": "tome"}, SENT) == ["body 'book' is no longer taken"]
    assert broken({"const": "book"}, {"enum": ["book", "tome"]}, SENT) == []


def test_what_is_meant_when_nothing_is_sent_stays() -> None:
    assert broken({**INTEGER, "default": 20}, {**INTEGER, "default": 50}, SENT) == ["body the default was 20 and is 50"]
    assert broken({**INTEGER, "default": 20}, INTEGER, SENT) == ["body the default was 20 and is gone"]
    assert broken(INTEGER, {**INTEGER, "default": 20}, SENT) == []
    assert broken({**INTEGER, "default": 20}, {**INTEGER, "default": 50}, READ) == []


def test_maps() -> None:
    words, numbers = ({"type": "object", "additionalProperties": one} for one in (STRING, INTEGER))
    assert broken(words, numbers, SENT) == ["body/* was string and is integer"]
    assert broken(words, numbers, READ) == ["body/* was string and is integer"]
    assert broken(words, {"type": "object"}, READ) == ["body fields that it does not name are no longer what they were"]
    assert broken(words, {"type": "object"}, SENT) == []
    keys = {"propertyNames": {"maxLength": 40}}
    assert broken(words, {**words, **keys}, SENT) == ["body/propertyNames maxLength was not set and is 40"]
    assert broken({**words, **keys}, words, READ) == ["body/propertyNames maxLength was 40 and is not set"]


def test_alternatives() -> None:
    cat, dog = closed("mew", mew=STRING), closed("bark", bark=STRING)
    either = {"anyOf": [ref("Cat"), ref("Dog")]}
    assert broken(either, ref("Cat"), SENT, Cat=cat, Dog=dog) == [
        "Dog/bark is no longer taken",
        "Dog/mew is required now",
    ]
    assert broken(ref("Cat"), either, SENT, Cat=cat, Dog=dog) == []
    assert broken(either, ref("Dog"), READ, Cat=cat, Dog=dog) == []
    assert broken(ref("Dog"), either, READ, Cat=cat, Dog=dog) != []
    assert broken({"anyOf": [STRING, INTEGER]}, {"anyOf": [STRING, {"type": "boolean"}]}, SENT) == [
        "body was integer and is boolean or string"
    ]


def test_alternatives_of_a_whole() -> None:
    either = {**closed("t", t=STRING, a=STRING, b=STRING), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    both = closed("t", "a", "b", t=STRING, a=STRING, b=STRING)
    assert broken(both, either, SENT) == []
    assert broken(closed("t", "a", t=STRING, a=STRING), either, SENT) == []
    assert broken(either, both, SENT) == ["body/b is required now", "body/a is required now"]
    assert broken(closed("a", t=STRING, a=STRING), either, SENT) == ["body/t is required now"]


def test_parts_of_a_whole() -> None:
    parts = {"allOf": [ref("Named"), {"allOf": [thing("b", b=STRING)]}], "description": "both"}
    named = thing("a", a=STRING)
    assert broken(parts, thing("a", "b", a=STRING, b=STRING), READ, Named=named) == []
    assert broken(parts, thing("a", "b", a=STRING, b=INTEGER), READ, Named=named) == [
        "body/b was string and is integer"
    ]
    changed = (named, thing(a=STRING))
    assert broken(parts, parts, READ, Named=changed) == ["body/a may be left out now"]


def test_what_is_not_weighed_counts_as_broken() -> None:
    for direction in Direction:
        assert broken(STRING, {**STRING, "not": {"const": "x"}}, direction) == [
            "body not was not set and is {'const': 'x'}"
        ]
        assert broken({**STRING, "if": {}}, STRING, direction) == ["body if was {} and is not set"]


def test_references_are_followed_and_name_the_place() -> None:
    money = (thing("amount", amount=STRING), thing("amount", amount=INTEGER))
    book = thing(price={"anyOf": [ref("Money"), NULL]}, prices={"type": "array", "items": ref("Money")})
    found = broken(ref("Book"), ref("Book"), READ, Book=book, Money=money)
    assert found == ["Money/amount was string and is integer"] * 2
    assert broken(money[0], ref("Money"), SENT, Money=money) == ["Money/amount was string and is integer"]
    assert broken(ref("Money"), ref("Cash"), READ, Money=money[0], Cash=money[0]) == []


def test_what_holds_itself_ends() -> None:
    old = thing(
        "name", name=STRING, children={"type": "array", "items": ref("Tree")}, parent={"anyOf": [ref("Tree"), NULL]}
    )
    new = thing(name=STRING, children={"type": "array", "items": ref("Tree")}, parent={"anyOf": [ref("Tree"), NULL]})
    assert broken(ref("Tree"), ref("Tree"), READ, Tree=old) == []
    assert broken(ref("Tree"), ref("Tree"), READ, Tree=(old, new)) == ["Tree/name may be left out now"]
    pair = {"A": thing(b=ref("B")), "B": ({"anyOf": [ref("A"), STRING]}, {"anyOf": [ref("A"), INTEGER]})}
    assert broken(ref("A"), ref("A"), SENT, **pair) == ["B was string and is integer or object"]
    forever = {"anyOf": [ref("Loop"), STRING]}
    assert broken(ref("Loop"), ref("Loop"), SENT, Loop=forever) == []


def test_a_reference_leads_somewhere_in_the_document() -> None:
    document = {"components": {"schemas": {"a/b": ref("c"), "c": STRING, "me": ref("me")}}}
    assert resolved(document, ref("a~1b")) == ("c", STRING)
    assert resolved(document, {**ref("c"), "description": "d"}) == ("c", STRING)
    assert resolved(document, {**ref("c"), "maxLength": 3}) == ("c", {**STRING, "maxLength": 3})
    assert resolved(document, STRING) == ("", STRING)
    with pytest.raises(KeyError):
        resolved(document, ref("none"))
    for out in (ref("me"), {"$ref": "other.json#/a"}):
        with pytest.raises(ValueError, match="out of the document or to itself"):
            resolved(document, out)
