"""Indents templates by nesting: two spaces for each line that opens an element or a block tag which is still open.

`python -m tests.template_indentation` reformats every template.
"""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCK_TAGS = {"block", "if", "for", "with", "blocktranslate", "comment"}
BRANCHES = {"else", "elif", "empty", "plural"}
# A comment; a template's tag or value; an HTML tag, whose attributes may hold tags and values; the end of a line.
TOKEN = re.compile(
    r"""\{\#.*?\#\} | <!--.*?--> | \{%\s*(?P<tag>\w+).*?%\} | \{\{.*?\}\}
    | <(?P<close>/?)(?P<element>[a-zA-Z][\w:-]*)(?:\{[%\{].*?[%\}]\}|[^>{])*> | (?P<end>\n)""",
    re.VERBOSE | re.DOTALL,
)


def reindent(source: str) -> str:
    """Return `source` with every line indented by its nesting; lines inside a tag by one step more than its first line."""
    lines = [line.strip() for line in source.split("\n")]
    text = "\n".join(lines) + "\n"
    depths = [-1] * (len(lines) + 1)
    opened: list[int] = []  # the line of each element and block tag that is open
    number, leading, last = 0, True, 0  # leading: the line has had nothing but ends and branches so far
    for token in TOKEN.finditer(text):
        kind = kind_of(token)
        leading = leading and kind in ("close", "branch") and not text[last : token.start()].strip()
        if kind == "close" and opened:
            opened.pop()
        if leading or depths[number] < 0:
            depths[number] = len(set(opened)) - (kind == "branch" and leading)
        if kind == "open":
            opened.append(number)
        last = token.end()
        for _newline in range(token[0].count("\n")):
            number, leading = number + 1, True
            if token["end"] is None:
                depths[number] = len(set(opened)) + (kind != "open")
                leading = False
    return "\n".join("  " * depths[n] + line if line else "" for n, line in enumerate(lines))


def kind_of(token: re.Match[str]) -> str:
    """Return "open", "close" or "branch" for a token that opens, closes or divides an element or block tag, else ''."""
    tag, element = token["tag"], token["element"]
    if tag in BLOCK_TAGS or (element and not token["close"] and element.lower() not in VOID):
        return "open"
    if (tag and tag.startswith("end")) or (element and token["close"]):
        return "close"
    return "branch" if tag in BRANCHES else ""


if __name__ == "__main__":
    for path in sorted(TEMPLATES.rglob("*.*")):
        path.write_text(reindent(path.read_text("utf-8")), "utf-8")
