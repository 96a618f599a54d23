"""How many errors a change of a text puts right, as the field counts them (编校差错).

Each place that was changed is one error, two if more than three characters are wrong, missing or too many. The same
error counts three times at most. Titles count double, as the cover does in print.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .. import comparing

TITLES = ("kicker", "title", "subtitle", "short_title")
MOST_REPEATED = 3
SHORT_PLACE = 3  # characters
Place = tuple[str, str]  # the text before, and the text now


def count_errors(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Return how many errors in the words of the first content the second one does not have. Form counts nothing."""
    titles = Counter(place for field in TITLES for place in _changed_places([before[field]], [after[field]]))
    return 2 * _sum(titles) + _sum(
        Counter(_changed_places(_lines_without_titles(before), _lines_without_titles(after)))
    )


def count_characters(content: Mapping[str, Any]) -> int:
    """Return how many characters readers see, without blanks: those that were read for errors."""
    return sum(
        len("".join(line.split())) for line in [*(content[field] for field in TITLES), *_lines_without_titles(content)]
    )


def allowed_after(stage: int, stages: int) -> int:
    """Return how many errors the field allows to be found after a reading: 5 / 3 / 1 after the first, second, final."""
    return {0: 1, 1: 3}.get(stages - stage, 5)


def _lines_without_titles(content: Mapping[str, Any]) -> list[str]:
    """The words of the text apart from its titles, and those about its pictures and files."""
    return [
        content["summary"],
        *comparing.body_lines(content["body"], has_addresses=False),
        *(f"{picture['alt']} {picture['credit']}" for picture in content["pictures"]),
        *(attachment["name"] for attachment in content["attachments"]),
    ]


def _changed_places(before: list[str], after: list[str]) -> Iterator[Place]:
    """Each place whose words differ; what differs in blanks alone does not count."""
    for is_changed, old, new in comparing.matched_blocks(before, after):
        if is_changed:
            for was, now in _places_in(comparing.compare_words("\n".join(old), "\n".join(new))):
                if was.split() != now.split():
                    yield was, now


def _places_in(spans: list[comparing.TextSpan]) -> Iterator[Place]:
    was = now = ""
    for span in [*spans, comparing.TextSpan("same", "")]:
        if span.kind == "removed":
            was += span.text
        elif span.kind == "added":
            now += span.text
        elif was or now:
            yield was, now
            was = now = ""


def _sum(places: Counter[Place]) -> int:
    return sum(_weight(place) * min(count, MOST_REPEATED) for place, count in places.items())


def _weight(place: Place) -> int:
    longest = max(len(comparing.WORD_PATTERN.findall("".join(words.split()))) for words in place)
    return 1 if longest <= SHORT_PLACE else 2
