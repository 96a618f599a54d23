"""Lists of names in one sentence: 方志远、李明 or 县委书记方志远,县长李明."""

import re
from collections.abc import Iterator

Span = tuple[int, int]
LONGEST_GAP = 40  # characters from one name of a list to the next
_SEPARATORS = re.compile(r"[、,和与及 ]|以及")
_GAP = re.compile(r"(?:[、,和与及 ]|以及)(?P<titles>[^。!?;\n]*)")
# Endings of posts that are not on the roster, and descriptions of people that are not posts.
_POST = re.compile(r"(?:书记|主任|主席|常委|委员|代表|局长|[县市省区乡镇村院校所站科处部组队厂会]长|同志|先生|女士)$")
_NO_POST = re.compile("陪同|会见|听取|随同|[向对随受]|主持|说|[称指]")


def runs_of_names(text: str, names: list[Span], posts_by_end: dict[int, int]) -> Iterator[list[Span]]:
    """Yield the lists of at least two names, with only marks, joining words and posts between them."""
    run: list[Span] = []
    for span in names:
        if run and not _is_joined(text, run[-1][1], span[0], posts_by_end):
            if len(run) > 1:
                yield run
            run = []
        run.append(span)
    if len(run) > 1:
        yield run


def _is_joined(text: str, end: int, start: int, posts_by_end: dict[int, int]) -> bool:
    gap = _GAP.fullmatch(text[end:start]) if start - end <= LONGEST_GAP else None
    if gap is None or _NO_POST.search(gap["titles"]):
        return False
    pieces = [piece for piece in _SEPARATORS.split(gap["titles"]) if piece]
    return start in posts_by_end or not pieces or all(_POST.search(piece) for piece in pieces)
