"""A place where a rule applies, and how messages describe it."""

import html
from dataclasses import dataclass, replace

from django.utils.crypto import salted_hmac
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..refusals import Problem, Sentence
from .files import FileFind
from .personal_data import MASKED_RULES
from .plain_text import LINES, PlainText
from .rules import Match, Rule, Severity, SourceMatch

FIELD_NAMES: dict[str, Sentence] = {
    "kicker": gettext_lazy("kicker"),
    "title": gettext_lazy("title"),
    "subtitle": gettext_lazy("subtitle"),
    "short_title": gettext_lazy("short title"),
    "summary": gettext_lazy("summary"),
    "body": gettext_lazy("text"),
    "alt": gettext_lazy("description of a picture"),
    "attachment": gettext_lazy("name of an attachment"),
    "file": gettext_lazy("file"),
    "credits": gettext_lazy("credits"),
    "ai_use": gettext_lazy("use of AI"),
}
FIELDS_IN_ORDER = list(FIELD_NAMES)
LONGEST_WORDS = 40  # of a hit in a message
WEIGHT_ORDER = (Severity.BLOCK, Severity.WARN, Severity.INFO)  # in which hits are listed

TO_LOOK_AT = Problem("hits.to_look_at", gettext_lazy("In the %(field)s: %(reason)s"), "%(advice)s")
TO_SET_ASIDE = Problem(
    "hits.to_set_aside",
    gettext_lazy("In the %(field)s: %(reason)s"),
    gettext_lazy("%(advice)s If it must stay, one of its readers sets it aside with a reason."),
)


@dataclass(frozen=True)
class Hit:
    """A place where a rule applies: source[start:end] of the field. `words` is how messages show it, masked if it is
    personal. The suggestion replaces the text at `replaced` in the source.

    `key` is the same for the same rule and words in every revision; it does not reveal the words.
    """

    rule: Rule
    field: str
    start: int
    end: int
    words: str
    suggestion: str
    key: str
    replaced: tuple[int, int] = (0, 0)
    file: str = ""  # the name of the attachment in whose text it is found
    find: FileFind | None = None
    other: int = 0  # the number of another article that it is about

    @property
    def reason(self) -> str:
        """What is wrong, in one sentence."""
        sentence = str(self.rule.reason) % {"words": self.words, "rule": self.rule.name}
        if self.find and self.find.count > 1:
            sentence += _(" In total it is found in %(count)d places.") % {"count": self.find.count}
        return (
            sentence + _(" Right is “%(suggestion)s”.") % {"suggestion": self.suggestion}
            if self.suggestion
            else sentence
        )

    @property
    def field_name(self) -> Sentence:
        """What messages call the field."""
        if self.find and self.find.places:
            return _("file “%(file)s” (%(places)s)") % {"file": self.file, "places": self.find.place_names}
        return FIELD_NAMES[self.field]

    @property
    def can_be_masked(self) -> bool:
        """True for a number in a text of the article itself; the library contains descriptions and names of files."""
        return self.rule.name in MASKED_RULES and self.field in (*LINES, "body")

    @property
    def problem(self) -> Problem:
        """The hit as a problem of the article. What pictures and attachments are called is put right in its body."""
        problem = TO_SET_ASIDE if self.rule.severity == Severity.BLOCK else TO_LOOK_AT
        filled = problem.filled(field=self.field_name, reason=self.reason, advice=self.rule.advice)
        return replace(filled, field=self.field if self.field in (*LINES, "credits", "ai_use") else "body")


def hit_of(match: Match, field: str, plain: PlainText) -> Hit:
    """Return the hit of a match in the plain text of a field."""
    words = plain.text[match.start : match.end]
    start, end = plain.source_span(match.start, match.end)
    shown = match.shown or " ".join(html.unescape(strip_tags(plain.source[start:end])).split())[:LONGEST_WORDS]
    replaced = plain.source_span(*match.replaced) if match.replaced else (start, end)
    return Hit(match.rule, field, start, end, shown, match.suggestion, key_of(match.rule, words), replaced)


def hit_in_source(match: SourceMatch, source: str) -> Hit:
    """Return the hit of a match in the source of its field."""
    key = key_of(match.rule, source[match.start : match.end] or match.shown)
    return Hit(match.rule, match.field, match.start, match.end, match.shown, "", key, other=match.other)


def key_of(rule: Rule, words: str) -> str:
    """Return a key for a rule and these words that does not reveal them."""
    # A keyed hash, so that nobody can find out the number behind a row by trying all numbers.
    return salted_hmac("articles.checks.hits", f"{rule.name} {words}", algorithm="sha256").hexdigest()
