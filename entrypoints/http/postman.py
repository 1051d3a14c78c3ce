"""A Postman Collection v2.1.0, made from the OpenAPI document: https://schema.getpostman.com/json/collection/v2.1.0/."""

import re
from collections.abc import Iterator, Mapping, Set
from http import HTTPStatus
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL: Final = "base_url"
# The same in every edition, so that an import takes the place of the one before.
_ID: Final = str(uuid5(NAMESPACE_URL, SCHEMA + "#daybook"))
_PLACE: Final = re.compile(r"\{(\w+)\}")


def postman_collection(document: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """All operations of `document`, a folder a tag, each ready to be sent, with an example of each kind of answer.

    `base_url` is the first value of the variable of that name; an id in a path is a variable too, so that it is set
    once for all requests. What may be left out (parameters, preconditions) is there, and switched off.
    """
    folders: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    ids = _ids(document)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            folders[operation["tags"][0]].append(_item(document, ids.keys(), method.upper(), path, operation))
    return {
        "info": {
            "_postman_id": _ID,
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "version": document["info"]["version"],
            "schema": SCHEMA,
        },
        "item": [
            {"name": tag["name"], "description": tag["description"], "item": folders[tag["name"]]}
            for tag in document["tags"]
            if folders[tag["name"]]
        ],
        "variable": [
            {"key": BASE_URL, "value": base_url},
            *({"key": name, "value": value} for name, value in sorted(ids.items())),
        ],
    }


def _item(
    document: Mapping[str, Any], ids: Set[str], method: str, path: str, operation: Mapping[str, Any]
) -> dict[str, Any]:
    request = _request(method, path, operation)
    return {
        "id": operation["operationId"],
        "name": operation["summary"],
        "request": request,
        "response": list(_answers(document, operation, request)),
        "event": _after(operation, ids),
    }


def _after(operation: Mapping[str, Any], ids: Set[str]) -> list[dict[str, Any]]:
    """Keeps the id of what was made, so that the requests after it are about that."""
    links = operation["responses"].get("201", {}).get("links", {}).values()
    made = {
        name
        for link in links
        for name, value in link.get("parameters", {}).items()
        if name in ids and value == "$response.body#/id"
    }
    if not made:
        return []
    kept = [f'    pm.collectionVariables.set("{name}", pm.response.json().id);' for name in sorted(made)]
    lines = ["if (pm.response.code === 201) {", *kept, "}"]
    return [{"listen": "test", "script": {"type": "text/javascript", "exec": lines}}]


def _request(method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    given = {place: [one for one in operation["parameters"] if one["in"] == place] for place in ("query", "header")}
    query = [_pair(one) for one in given["query"]]
    sent = "&".join(f"{one['key']}={one['value']}" for one in query if not one["disabled"])
    segments = _PLACE.sub(r":\1", path).strip("/").split("/")
    request: dict[str, Any] = {
        "method": method,
        "url": {
            "raw": f"{{{{{BASE_URL}}}}}/{'/'.join(segments)}{'?' if sent else ''}{sent}",
            "host": [f"{{{{{BASE_URL}}}}}"],
            "path": segments,
            "query": query,
            "variable": [{"key": name, "value": f"{{{{{name}}}}}"} for name in _PLACE.findall(path)],
        },
        "header": [_pair(one) for one in given["header"]],
        "description": operation["description"],
    }
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        request["header"].insert(0, {"key": "Content-Type", "value": media_type})
        raw = _pretty(content["examples"]["example"]["value"])
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
        break
    return request


def _pair(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    value = [*schema.get("examples", ()), *schema.get("enum", ()), schema.get("default", "")][0]
    return {
        "key": parameter["name"],
        "value": _text(value),
        "description": parameter["description"],
        "disabled": not parameter["required"],
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _answers(
    document: Mapping[str, Any], operation: Mapping[str, Any], request: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The first example of each status."""
    for status, response in operation["responses"].items():
        contents = response.get("content", {})
        media_type = next(iter(contents), "")
        examples = contents[media_type].get("examples", {}) if contents else {}
        example = next(iter(examples.values()), None)
        if isinstance(example, Mapping) and "$ref" in example:
            example = document["components"]["examples"][example["$ref"].rpartition("/")[2]]
        if example is None and contents:
            continue
        phrase = HTTPStatus(int(status)).phrase
        yield {
            "name": f"{status} {phrase}",
            **({"originalRequest": request} if status.startswith("2") else {}),
            "status": phrase,
            "code": int(status),
            "_postman_previewlanguage": "json",
            "header": [{"key": "Content-Type", "value": media_type}] if media_type else [],
            "body": "" if example is None else _pretty(example["value"]),
        }


def _ids(document: Mapping[str, Any]) -> dict[str, str]:
    """An example of each id that stands in a path: that of the resource at the end of its path, where one is read."""
    found: dict[str, str] = {}
    for path, item in document["paths"].items():
        for name in _PLACE.findall(path):
            found.setdefault(name, "")
        for operation in item.values():
            for one in operation["parameters"]:
                if one["in"] == "path" and "example" in one:
                    found[one["name"]] = one["example"]
        if "get" in item and path.endswith("}"):
            shown = item["get"]["responses"]["200"]["content"]["application/json"]["examples"]["example"]["value"]
            name = _PLACE.findall(path)[-1]
            found[name] = found[name] or shown.get("id", "")
    return found


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
