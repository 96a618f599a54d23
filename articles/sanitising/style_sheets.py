"""The style sheets of a page: which of their rules an element matches, by itself and by its ancestors.

Selectors are elements, classes and ids, within one another (`.a td.b`) or right below one another (`div > p.b`). Rules
with other selectors, and for other media than the screen, are passed over.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from .styles import Style, parse_style

_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*|\*)?(?:[.#][\w-]+)*", re.I)
_NAMES = re.compile(r"[.#][\w-]+")
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")
_COMMENTS = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.S)
_BRACE = re.compile("[{}]")
# At-rules whose rules count: without conditions of size, or for the screen.
_SHOWN_MEDIA = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)(?:\s*,\s*[a-z]+)*|@layer\b.*", re.I)
_MOST_STEPS, _MOST_NESTED = 5_000, 400  # of all selectors, and of those with several elements: Office writes few
_LONGEST_SELECTOR = 300  # characters


class Context(NamedTuple):
    """The steps of selectors that elements around have met: any of them, and the innermost."""

    around: frozenset[int] = frozenset()
    innermost: frozenset[int] = frozenset()


NO_CONTEXT = Context()


class SelectorStep(NamedTuple):
    """One element of a selector: what it must be, and the step that an ancestor must have matched (-1 for none)."""

    element: str  # "" for any
    names: frozenset[str]  # .class and #id
    after: int
    is_child: bool  # of the element that met `after`


class SheetRule(NamedTuple):
    """A rule: its specificity and its properties."""

    weight: tuple[int, int, int, int]  # ids, classes, elements, order
    style: Style
    important: Style


class StyleSheet:
    """The rules of the style sheets read so far."""

    def __init__(self) -> None:
        self._steps: list[SelectorStep] = []
        self._rules: dict[int, SheetRule] = {}  # by the last step of their selectors
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._names: set[str] = set()
        self._nested = 0
        self._met: dict[tuple[Context, str, frozenset[str]], tuple[Style, Style, Context]] = {}

    def add_rules(self, sheet: str) -> None:
        """Read a style sheet."""
        for selectors, declarations in _written_rules(sheet):
            style = parse_style(declarations)
            important = parse_style(";".join(part for part in declarations.split(";") if "!" in part))
            for selector in selectors.split(",") if style else ():
                if len(self._steps) < _MOST_STEPS and len(selector) < _LONGEST_SELECTOR:
                    self._add_rule(selector.strip(), style, important)
        self._met.clear()

    def _add_rule(self, selector: str, style: Style, important: Style) -> None:
        parts = _COMBINATOR.split(selector)  # element, combinator, element …
        if not all(part and _SELECTOR.fullmatch(part) for part in parts[::2]):
            return
        while len(parts) > 2 and parts[0].lower() in ("html", "body") and parts[1] is None:
            del parts[:2]  # a piece of a page has neither
        if len(parts) > 1:
            self._nested += len(parts[::2])
            if self._nested > _MOST_NESTED:
                return
        step, ids, classes, elements = -1, 0, 0, 0
        for part, combinator in zip(parts[::2], [None, *parts[1::2]], strict=True):
            names = frozenset(_NAMES.findall(part))
            element = re.split("[.#]", part, maxsplit=1)[0].lower().replace("*", "")
            self._steps.append(SelectorStep(element, names, step, combinator == ">"))
            step = len(self._steps) - 1
            self._by_key[min(names, default=element)].append(step)
            self._names |= names
            ids += sum(name[0] == "#" for name in names)
            classes += sum(name[0] == "." for name in names)
            elements += bool(element)
        self._rules[step] = SheetRule((ids, classes, elements, step), style, important)

    def style_of(self, element: str, attributes: dict[str, str], context: Context) -> tuple[Style, Context]:
        """Return the properties of an element in this context, and the context of its content."""
        own = parse_style(attributes.get("style", ""))
        if not self._steps:
            return own, context
        names = {f".{name}" for name in attributes.get("class", "").split()[:20]}
        names.add(f"#{attributes.get('id', '').strip()}")
        key = (context, element, frozenset(names & self._names))
        if key not in self._met:
            self._met[key] = self._meet(*key)
        style, important, inside = self._met[key]
        return {**style, **own, **important}, inside

    def _meet(self, context: Context, element: str, names: frozenset[str]) -> tuple[Style, Style, Context]:
        met = [
            place
            for key in ("", element, *names)
            for place in self._by_key.get(key, ())
            if self._is_met(self._steps[place], context, element, names)
        ]
        rules = sorted(self._rules[place] for place in met if place in self._rules)
        style: Style = {}
        important: Style = {}
        for rule in rules:
            style |= rule.style
            important |= rule.important
        steps = frozenset(place for place in met if place not in self._rules)
        around = context.around if steps <= context.around else context.around | steps
        return style, important, Context(around, steps)

    @staticmethod
    def _is_met(step: SelectorStep, context: Context, element: str, names: frozenset[str]) -> bool:
        around = context.innermost if step.is_child else context.around
        return step.element in ("", element) and step.names <= names and (step.after < 0 or step.after in around)


def _written_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the selectors and the declarations of the rules that count on a screen."""
    text = _COMMENTS.sub("", sheet)
    opened: list[str] = []
    outer = 0  # of those opened, round which rules do not count
    position = 0
    for brace in _BRACE.finditer(text):
        part, position = text[position : brace.start()], brace.end()
        if brace[0] == "{":
            opened.append(part.rpartition(";")[2].strip())
            outer += not _SHOWN_MEDIA.fullmatch(opened[-1])
        elif opened:
            selectors = opened.pop()
            outer -= not _SHOWN_MEDIA.fullmatch(selectors)
            if not outer and not selectors.startswith("@"):
                yield selectors, part
