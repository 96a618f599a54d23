"""The OpenAPI document of the JSON interface (api.py)."""

from typing import Any

from django.conf import settings

USUAL_PAGE, LARGEST_PAGE, MOST_PAGES = 20, 100, 15
STRING, INTEGER, BOOLEAN = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
INSTANT = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date", "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
OR_NONE = {"type": ["string", "null"]}


def object_schema(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has all of these properties and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def list_schema(items: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def nullable_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that may be null."""
    return {"oneOf": [schema, {"type": "null"}]}


COVER = object_schema(url=STRING, width=INTEGER, height=INTEGER, alt=STRING)
PICTURE = object_schema(url=STRING, width=INTEGER, height=INTEGER, alt=STRING, credit=STRING, ai_label={})
FACTS = {
    "number": INTEGER,
    "url": STRING,
    "title": STRING,
    "summary": STRING,
    "section": STRING,
    "published_at": INSTANT,
}
LINE = object_schema(**FACTS, cover=nullable_schema(COVER))
HIT = object_schema(
    **FACTS, cover=nullable_schema(COVER), snippet=list_schema(object_schema(text=STRING, found=BOOLEAN))
)
ARTICLE = object_schema(
    **FACTS,
    kicker=STRING,
    subtitle=STRING,
    body={"type": "string", "description": "HTML, sanitised"},
    edition=INTEGER,
    updated_at=INSTANT,
    source=OR_NONE,
    original_url=OR_NONE,
    ai_use=list_schema({"enum": ["text", "pictures", "film"]}),
    authors=list_schema(STRING),
    credits=list_schema(object_schema(role=STRING, name=STRING, unit=STRING)),
    keywords=list_schema(STRING),
    cover=nullable_schema(PICTURE),
    pictures=list_schema(PICTURE),
    attachments=list_schema(object_schema(name=STRING, url=STRING, size=INTEGER)),
    corrections=list_schema(object_schema(note=STRING, published_at=INSTANT)),
    codes=object_schema(wechat=STRING, phone=STRING),
)
EDITION = object_schema(
    number=INTEGER,
    kind=STRING,
    published_at=INSTANT,
    digest=STRING,
    note=STRING,
    logged=nullable_schema(INTEGER),
)
SECTION = object_schema(slug=STRING, name=STRING, parent=OR_NONE, description=STRING, url=STRING)
PROBLEM = object_schema(type=STRING, title=STRING, status=INTEGER, detail=STRING)
PROBLEM_RESPONSE = {
    "description": "A sentence that says what is wrong (RFC 9457)",
    "content": {"application/problem+json": {"schema": PROBLEM}},
}
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """Return an optional parameter of a query."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


TEXT = {"type": "string", "maxLength": 200, "pattern": "^[^\\u0000]*$"}
CURSOR = {"type": "string", "pattern": "^[0-9]{1,16}-[0-9]{1,18}$"}
FILTERS = [
    query_parameter("section", TEXT, "A section's slug."),
    query_parameter("since", DAY, "First published on this day or later, in the site's time zone."),
    query_parameter("until", DAY, "First published on this day or earlier."),
]


def read_operation(
    summary: str, answer: dict[str, Any], *problems: int, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the GET operation of a resource; `problems` are the statuses of its errors."""
    answers: dict[str, Any] = {"200": {"description": summary, "content": {"application/json": {"schema": answer}}}}
    answers |= {str(status): {"$ref": "#/components/responses/Problem"} for status in problems}
    return {"get": {"summary": summary, "parameters": parameters or [], "responses": answers}}


def openapi_document() -> dict[str, Any]:
    """Return the document in OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Newsroom",
            "description": "What is public, read only. No key, no cookies.",
            "version": "1",  # of the interface; it changes when an answer loses something
            "x-newsroom-version": settings.VERSION,
        },
        "servers": [{"url": settings.SITE_URL}],
        "paths": {
            "/api/v1/sections": read_operation("Every section", object_schema(sections=list_schema(SECTION))),
            "/api/v1/articles": _articles_operation(),
            "/api/v1/articles/{number}": read_operation("One article", ARTICLE, 404, 410, parameters=[NUMBER]),
            "/api/v1/articles/{number}/editions": read_operation(
                "Its editions", object_schema(editions=list_schema(EDITION)), 404, 410, parameters=[NUMBER]
            ),
            "/api/v1/search": _search_operation(),
        },
        "components": {"responses": {"Problem": PROBLEM_RESPONSE}},
    }


def _articles_operation() -> dict[str, Any]:
    size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}
    limit = query_parameter("limit", size, f"Articles per page; {USUAL_PAGE} by default.")
    cursor = query_parameter("cursor", CURSOR, "The value of “next” on the page before.")
    answer = object_schema(articles=list_schema(LINE), next=OR_NONE)
    return read_operation("Articles, newest first", answer, 400, 404, parameters=[*FILTERS, limit, cursor])


def _search_operation() -> dict[str, Any]:
    page = {"type": "integer", "minimum": 1, "maximum": MOST_PAGES}
    parameters = [
        query_parameter("q", TEXT, "Words that an article must all contain; phrases in quotation marks."),
        *FILTERS,
        *(query_parameter(name, TEXT, f"The {name}, as it is printed.") for name in ("person", "keyword", "source")),
        query_parameter("order", {"enum": ["best", "time"]}, "The best or the newest first."),
        query_parameter("page", page, f"{USUAL_PAGE} hits a page."),
    ]
    answer = object_schema(hits=list_schema(HIT), total=INTEGER, more=BOOLEAN)
    return read_operation("What a search finds", answer, 400, 404, parameters=parameters)
