"""Template tags of the desk."""

from contextlib import suppress
from datetime import datetime

from django import template
from django.contrib.admin import site
from django.contrib.admin.helpers import AdminField, AdminReadonlyField
from django.contrib.auth.models import User
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from .. import audit
from ..checks.rule_sentences import rule_sentence
from ..marked_copies import EditingStep, MarkedLine, MarkedSpan
from ..models.calendar_days import spell_instant, spell_minute
from ..sanitising import desk_addresses

register = template.Library()


@register.filter
def person_name(user: User | None) -> str:
    """The name that the desk shows for an account: the person's, or the account's own; '' for nobody."""
    return audit.account_name(user)


@register.filter
def readonly_contents(field: AdminField | AdminReadonlyField) -> str:
    """What a field that is only read says: people by their names, instants as in lists; '' where nothing is in it, and
    for a field that is filled in.
    """
    if not isinstance(field, AdminReadonlyField):
        return ""
    value = getattr(field.form.instance, field.field["name"], None)
    if isinstance(value, User):  # a field called user is about the account itself, and two people may have one name
        return audit.name_with_account(value) if field.field["name"] == "user" else audit.account_name(value)
    if isinstance(value, datetime):
        return spell_instant(value)
    contents: SafeString = field.contents()
    return "" if contents == site.empty_value_display else contents


register.filter(rule_sentence)


@register.filter
def instant(at: datetime | None) -> str:
    """An instant as the lists of the desk show it, to the minute; '' for none."""
    return spell_instant(at) if at else ""


@register.filter
def instant_day(at: datetime | None) -> str:
    """An instant as the lists of the desk show it, with its hour only if it is today; '' for none."""
    return spell_instant(at, is_day=True) if at else ""


@register.filter
def readable_detail(value: object) -> object:
    """A detail of the audit as people read it: an instant (ISO 8601) to the minute in local time, else as it is."""
    if isinstance(value, str):
        with suppress(ValueError, OverflowError):  # not an instant, without an offset, or beyond the range of datetime
            return spell_minute(datetime.fromisoformat(value))
    return value


@register.inclusion_tag("admin/chip.html", takes_context=True)
def chip(
    context: template.Context, name: str, value: str, label: str, narrowed: bool | None = None
) -> dict[str, object]:
    """A link that narrows the list by this parameter of the address, or, if it is narrowed so, no longer does.

    Of a tick, whose parameter may have any value, the form says whether it is `narrowed`.
    """
    query = context["request"].GET.copy()
    query.pop("before", None)  # the page
    given = query.pop(name, [])
    narrowed = given == [value] if narrowed is None else narrowed
    if not narrowed:
        query[name] = value
    return {"query": query.urlencode(), "is_current": narrowed, "label": label}


# What a browser's name for itself contains, in the order in which it is looked for: most contain those after them.
BROWSERS = {
    **{"MicroMessenger": "WeChat", "DingTalk": "DingTalk", "QQBrowser": "QQ", "Edg": "Edge", "OPR": "Opera"},
    **{"Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"},
}
SYSTEMS = {
    **{"HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"},
    **{"Mac OS": "macOS", "Linux": "Linux"},
}


@register.filter
def browser_name(user_agent: str) -> str:
    """Return browser and system in two words; of an unknown one, the beginning of its User-Agent."""
    found = [next((name for mark, name in marks.items() if mark in user_agent), None) for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent[:60]


# Insertions and deletions of further steps have the colours of the first ones again; each is named.
COPY_COLOURS = 6
COPY_HTML = {"added": "ins", "removed": "del"}


@register.filter
def step_colour(number: int) -> int:
    """The number of the colour of a step of a marked copy."""
    return (number - 1) % COPY_COLOURS + 1


@register.filter
def marked_line(line: MarkedLine, steps: tuple[EditingStep, ...]) -> SafeString:
    """A line of a marked copy as HTML: `ins` and `del`, each with its person; names follow the words if several
    people changed the text.
    """
    html = format_html_join("", "{}", ((_marked_span(span, steps),) for span in line.spans))
    return html + format_html("<{0}>¶</{0}>", COPY_HTML[line.end]) if line.shows_break else html


def _marked_picture(span: MarkedSpan) -> SafeString:
    """A picture of a marked copy: its description after a small copy, as a link to the picture on the desk."""
    thumbnail = (
        format_html('<img class="copy-picture" src="{}" alt="" loading="lazy">', desk_addresses(span.thumbnail))
        if span.thumbnail
        else ""
    )
    return format_html('<a href="{}">{}{}</a>', desk_addresses(span.picture), thumbnail, span.text)


def _marked_span(span: MarkedSpan, steps: tuple[EditingStep, ...]) -> SafeString:
    html: SafeString = conditional_escape(span.text)
    if span.picture:
        html = _marked_picture(span)
    for mark in reversed(span.marks):
        html = format_html("<{0}>{1}</{0}>", mark, html)
    if span.kind == "same":
        return html
    step = steps[span.step - 1]
    html = format_html(
        '<{0} class="step-{1}" title="{2} {3}">{4}</{0}>',
        COPY_HTML[span.kind],
        step_colour(step.number),
        step.name,
        step.reading,
        html,
    )
    return (
        html + format_html('<small class="who">{}</small>', step.name) if span.ends_change and len(steps) > 1 else html
    )
