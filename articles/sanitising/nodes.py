"""The tree of a body: boxes contain boxes and lines, lines contain runs."""

from dataclasses import dataclass, field

# A run: its marks, outermost first, each as written in a start tag (strong, em, a href="…"); then escaped text or a
# tag. Marks belong to runs, not to the tree, so misnested tags and a paragraph inside a link need no special treatment.
Run = tuple[tuple[str, ...], str]
BREAK = "<br>"
REMOVED_PICTURE = ""

MARKS = frozenset({"strong", "em", "u", "s", "sub", "sup", "cite", "a"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})  # as they are read; h2, h3 and h4 are written
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
    alignment: str = ""  # center, right, or left as the page has it


@dataclass(eq=False)
class BlockBox:
    """A list, an item, a quotation, a table or its part, a figure, a rule (hr, empty) or the whole body."""

    name: str
    attributes: str = ""  # as written in the start tag, with a leading space
    children: list["BlockBox | TextLine"] = field(default_factory=list)
    marks: int = 0  # number of marks open around it; marks begun inside end with it


def is_text(piece: str) -> bool:
    """Return True if the piece of a run is text, not a break or a picture: escaped text has no "<"."""
    return not piece.startswith("<")
