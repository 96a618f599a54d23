"""What a body is made of: boxes that hold boxes or lines, lines that hold runs."""

from dataclasses import dataclass, field

# A run: its marks, outermost first, each as it stands in a start tag (strong, em, a href="…"); then escaped text or a
# tag. Because marks belong to runs and not to a tree, a paragraph inside a link and misnested tags come out flat.
Run = tuple[tuple[str, ...], str]
BREAK = "<br>"
REMOVED_PICTURE = ""

MARKS = frozenset({"strong", "em", "u", "s", "sub", "sup", "cite", "a"})
HEADINGS = frozenset({"h2", "h3", "h4"})
LISTS = frozenset({"ul", "ol"})
CELLS = frozenset({"td", "th"})
ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})
TABLE = ROW_GROUPS | CELLS | {"table", "tr"}
BOXES = TABLE | LISTS | {"li", "blockquote", "figure"}


@dataclass(eq=False)
class TextLine:
    """A paragraph (p), a heading or a caption."""

    name: str
    runs: list[Run] = field(default_factory=list)


@dataclass(eq=False)
class BlockBox:
    """A list, an item, a quotation, a table or its part, a figure, a rule (hr, empty) or the whole body."""

    name: str
    attributes: str = ""  # as they stand in the start tag, with a space in front
    children: list["BlockBox | TextLine"] = field(default_factory=list)
    marks: int = 0  # how many marks were open around it: those begun inside end with it


def is_text(piece: str) -> bool:
    """Whether a run's piece is text, not a break or a picture: in escaped text there is no "<"."""
    return not piece.startswith("<")
