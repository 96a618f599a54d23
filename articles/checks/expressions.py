"""Regular expressions that are run only where a text has what each of their matches needs: most texts have nothing of
what most rules look for.
"""

import re
from collections.abc import Collection, Iterator
from functools import cached_property

_NOTHING: Iterator[re.Match[str]] = iter(())


class Expression:
    """A regular expression each of whose matches contains one of the characters, or words, that it needs.

    `longest` is the most characters between the beginning of a match and the end of the text it examines, including
    look-ahead: then only the surroundings of required characters are searched. None if there is no limit.
    """

    def __init__(self, pattern: str, needs: Collection[str], *, longest: int | None = None, flags: int = 0) -> None:
        self._source, self._flags = pattern, flags
        self.longest = longest
        self.needs = tuple(needs)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression, compiled when a text needs it: each start of a process would wait for all of them."""
        return re.compile(self._source, self._flags)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the same matches as the regular expression."""
        needed = [need for need in self.needs if need in text]
        if not needed:
            return _NOTHING
        return self._find_nearby(text, needed, self.longest) if self.longest else self.pattern.finditer(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, or None."""
        return next(self.finditer(text), None)

    def _find_nearby(self, text: str, needed: list[str], longest: int) -> Iterator[re.Match[str]]:
        at = 0
        for first, last in _stretches(text, needed, longest):
            at = max(at, first)
            while at <= last and (match := self.pattern.search(text, at, last + longest)) and match.start() <= last:
                yield match
                at = match.end()


def _stretches(text: str, needed: list[str], longest: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last place of each stretch in which matches may begin."""
    first, last = 0, -1
    for at in sorted(place for need in needed for place in _places_of(text, need)):
        if at - longest >= last:
            if last >= 0:
                yield first, last
            first = max(at - longest + 1, 0)
        last = at
    yield first, last


def _places_of(text: str, need: str) -> Iterator[int]:
    at = text.find(need)
    while at >= 0:
        yield at
        at = text.find(need, at + 1)
