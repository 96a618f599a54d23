"""The closing byline in the text against the credits (CRED-02)."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..bylines import merge_credits
from ..models import Article, Credit
from ..sanitising import text_lines
from .rules import Rule, Severity, SourceMatch

CREDITS = _("Credits")
NOT_CREDITED = Rule(
    "byline_not_credited",
    CREDITS,
    Severity.WARN,
    _("“%(words)s” is in the byline of the text, but not in the credits."),
    _("Add the credit, or correct the name."),
)
NOT_IN_BYLINE = Rule(
    "credit_not_in_byline",
    CREDITS,
    Severity.WARN,
    _("“%(words)s” is credited, but the byline of the text does not name them."),
    _("Add the name to the byline, or remove the credit."),
)
_WRITING = {role.value for role in Credit.WRITING}
_COMPARED = _WRITING | {Credit.Role.PHOTO.value, Credit.Role.VIDEO.value}


def find_wrong_credits(content: Mapping[str, Any]) -> Iterator[SourceMatch]:
    """Yield names that only one of byline and credits has. Reprints keep the byline of others."""
    body = content["body"]
    if content.get("origin") == Article.Origin.REPRINT or not body:
        return
    printed = [(role, name) for role, name, _unit in merge_credits((), text_lines(body) or [""]) if role in _COMPARED]
    credits = content.get("credits", ())
    credited = {credit["name"] for credit in credits}
    for name in dict.fromkeys(name for _role, name in printed if name not in credited):
        start = max(body.rfind(name), 0)
        yield SourceMatch(NOT_CREDITED, "body", start, start + len(name) if name in body else start, shown=name)
    named = {name for _role, name in printed}
    if any(role in _WRITING for role, _name in printed):
        writers = [credit["name"] for credit in credits if credit["role"] in _WRITING]
        for name in dict.fromkeys(name for name in writers if name not in named):
            yield SourceMatch(NOT_IN_BYLINE, "credits", 0, 0, shown=name)
