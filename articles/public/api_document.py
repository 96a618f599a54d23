"""The OpenAPI document of the JSON interface (api.py)."""

from typing import Any

from django.conf import settings

USUAL_PAGE, LARGEST_PAGE, MOST_PAGES = 20, 100, 15
STRING, INTEGER, BOOLEAN = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
INSTANT = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date", "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
OR_NONE = {"type": ["string", "null"]}


def a(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these properties and no other."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def some(what: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": what}


def perhaps(what: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [what, {"type": "null"}]}


COVER = a(url=STRING, width=INTEGER, height=INTEGER, alt=STRING)
PICTURE = a(url=STRING, width=INTEGER, height=INTEGER, alt=STRING, credit=STRING, ai_label={})
FACTS = {
    "number": INTEGER,
    "url": STRING,
    "title": STRING,
    "summary": STRING,
    "section": STRING,
    "published_at": INSTANT,
}
LINE = a(**FACTS, cover=perhaps(COVER))
HIT = a(**FACTS, cover=perhaps(COVER), snippet=some(a(text=STRING, found=BOOLEAN)))
ARTICLE = a(
    **FACTS, kicker=STRING, subtitle=STRING, body={"type": "string", "description": "HTML, sanitised"}, edition=INTEGER,
    updated_at=INSTANT, source=OR_NONE, original_url=OR_NONE, authors=some(STRING),
    credits=some(a(role=STRING, name=STRING, unit=STRING)), keywords=some(STRING), cover=perhaps(PICTURE), pictures=some(PICTURE),
    attachments=some(a(name=STRING, url=STRING, size=INTEGER)), corrections=some(a(note=STRING, published_at=INSTANT)),
    codes=a(wechat=STRING, phone=STRING),
)  # fmt: skip
EDITION = a(number=INTEGER, kind=STRING, published_at=INSTANT, digest=STRING, note=STRING)
SECTION = a(slug=STRING, name=STRING, parent=OR_NONE, description=STRING, url=STRING)
PROBLEM = a(type=STRING, title=STRING, status=INTEGER, detail=STRING)
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def query(name: str, schema: dict[str, Any], what: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": what}


TEXT = {"type": "string", "maxLength": 200, "pattern": "^[^\\u0000]*$"}
CURSOR = {"type": "string", "pattern": "^[0-9]{1,16}-[0-9]{1,18}$"}
WHEN = [
    query("section", TEXT, "A section's slug."),
    query("since", DAY, "First published on this day or later, in the site's time zone."),
    query("until", DAY, "First published on this day or earlier."),
]


def reads(
    what: str, answer: dict[str, Any], *problems: int, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """One resource that is read."""
    answers: dict[str, Any] = {"200": {"description": what, "content": {"application/json": {"schema": answer}}}}
    answers |= {str(status): {"$ref": "#/components/responses/Problem"} for status in problems}
    return {"get": {"summary": what, "parameters": parameters or [], "responses": answers}}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    found = a(hits=some(HIT), total=INTEGER, more=BOOLEAN)
    limit = query(
        "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}, f"How many; {USUAL_PAGE} if not said."
    )
    asked = [
        query("q", TEXT, "Words that all must stand in an article; phrases in quotation marks."), *WHEN,
        *(query(name, TEXT, f"The {name}, as it is printed.") for name in ("person", "keyword", "source")),
        query("order", {"enum": ["best", "time"]}, "The best or the newest first."),
        query("page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES}, f"{USUAL_PAGE} hits a page."),
    ]  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Newsroom", "description": "What is public, read only. No key, no cookies.",
            "version": "1",  # of the interface; it changes when an answer loses something
            "x-newsroom-version": settings.VERSION,
        },
        "servers": [{"url": settings.SITE_URL}],
        "paths": {
            "/api/v1/sections": reads("Every section", a(sections=some(SECTION))),
            "/api/v1/articles": reads(
                "Articles, newest first", a(articles=some(LINE), next=OR_NONE), 400, 404,
                parameters=[*WHEN, limit, query("cursor", CURSOR, "What “next” of the page before says.")],
            ),
            "/api/v1/articles/{number}": reads("One article", ARTICLE, 404, 410, parameters=[NUMBER]),
            "/api/v1/articles/{number}/editions": reads(
                "Its editions", a(editions=some(EDITION)), 404, 410, parameters=[NUMBER]
            ),
            "/api/v1/search": reads("What a search finds", found, 400, 404, parameters=asked),
        },
        "components": {
            "responses": {
                "Problem": {
                    "description": "A sentence that says what is wrong (RFC 9457)",
                    "content": {"application/problem+json": {"schema": PROBLEM}},
                }
            }
        },
    }  # fmt: skip
