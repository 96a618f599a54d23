"""Templates, style sheets and scripts are source: lines of a screen's width, indented, colours under a name."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.template.loader import get_template

from tests.template_indentation import TEMPLATES, reindent

STATIC = Path(settings.BASE_DIR) / "static"
WIDTH = 120
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(|:\s*(?:black|white|red|grey|gray)\b"
)
TOKEN_BLOCK = re.compile(r"(?:html\[data-theme\],\s*)?:root$")
SHEETS = sorted(STATIC.rglob("*.css"))
PAGES = sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.xml")])


def stray_colours(css: str) -> list[str]:
    """The declarations of a sheet that set a colour and are not custom properties of a token block."""
    rules = re.findall(r"([^{};]*)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    return [
        declaration.strip()
        for selector, body in rules
        for declaration in body.split(";")
        if COLOUR.search(declaration)
        and not (TOKEN_BLOCK.match(selector.strip()) and declaration.strip().startswith("--"))
    ]


def test_no_line_is_wider_than_a_screen():
    files = [*SHEETS, *STATIC.rglob("*.js"), *PAGES]
    assert len(files) > 90
    wide = [
        f"{file.name}:{number}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert not wide


def test_comments_stand_outside_selectors():
    """A comment that a merge leaves in a selector hides that the rules around it have changed whom they are for."""
    before = re.compile(r"([^\s;{},])[ \t]*/\*")
    found = [f"{sheet.name}: {part[0]}" for sheet in SHEETS for part in before.finditer(sheet.read_text("utf-8"))]
    assert not found


def test_comments_of_templates_end_in_their_line():
    """Django takes a longer one for text, and shows it."""
    longer = [
        page.name for page in PAGES for line in page.read_text().splitlines() if line.count("{#") != line.count("#}")
    ]
    assert not longer


def test_what_a_template_names_is_there():
    """Templates that it includes or extends, and static files: a part that is shown seldom would be missed late."""
    named = re.compile(r"""(?:include|extends|chrome) "([\w/]+\.html)"|static '([\w/.-]+)'""")
    found = [names for page in PAGES for names in named.findall(page.read_text("utf-8"))]
    assert len(found) > 200
    for template, static in set(found):
        assert get_template(template) if template else find(static), template or static


def test_templates_are_indented_by_their_nesting():
    wrong = [path.name for path in PAGES if reindent(path.read_text("utf-8")) != path.read_text("utf-8")]
    assert not wrong, "python -m tests.template_indentation indents them"


def test_what_indentation_is():
    flat = '<ul>\n{% for x in y %}\n<li\nclass="a">{{ x }}</li>\n{% empty %}\n<li>\n<br>\n</li>\n{% endfor %}\n</ul>\n'
    assert reindent(flat) == (
        '<ul>\n  {% for x in y %}\n    <li\n      class="a">{{ x }}</li>\n  {% empty %}\n    <li>\n      <br>\n    </li>\n'
        "  {% endfor %}\n</ul>\n"
    )


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_are_written_in_token_blocks_alone(sheet):
    assert stray_colours(sheet.read_text("utf-8")) == []


@pytest.mark.parametrize(("look", "when"), [("light", "day"), ("dark", "night")])
def test_the_desk_has_the_colours_of_readers_pages(look, when):
    """Paper, ink and accent, as by day and as by night."""
    colours = dict(re.findall(r"(--\w+): (#\w+);", (STATIC / f"site/appearance/{look}.css").read_text("utf-8")))
    assert {"--paper", "--ink", "--accent"} <= set(colours)
    desk = (STATIC / "desk/desk.css").read_text("utf-8")
    assert colours.items() <= dict(re.findall(rf"  (--\w+): .*var\(--{when}, (#\w+)\)", desk)).items()


def test_the_tokens_of_the_desk_outrank_those_of_djangos_light_theme():
    """Whoever chose light colours had Django's yellow for our red."""
    rules = re.sub(r"/\*.*?\*/", "", (STATIC / "desk/desk.css").read_text("utf-8"), flags=re.DOTALL)
    (selector,) = re.findall(r"([^{}]*)\{[^{}]*--accent: ", rules)
    assert "html[data-theme]" in selector


def test_no_template_writes_a_colour():
    for path in PAGES:
        text = path.read_text("utf-8")
        assert stray_colours("".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))) == [], path.name
        assert not re.search(r'"#[0-9a-f]{3,8}"', text), path.name


def test_what_a_stray_colour_is():
    assert stray_colours("a { color: #fff; }") == ["color: #fff"]
    assert stray_colours("@media print { a { background: white; border: 0 } }") == ["background: white"]
    assert stray_colours(":root { --ink: #000; color: rgb(0 0 0); }") == ["color: rgb(0 0 0)"]
    assert stray_colours("/* #fff */ #face { color: var(--ink) }") == []


@pytest.mark.parametrize("name", ["site/site.css", "desk/desk.css", "desk/frame.css"])
def test_sheets_are_in_the_order_that_their_heads_promise(name):
    text = (STATIC / name).read_text("utf-8")
    parts = " ".join(re.search(r"The order: (.*?)\. ?\*/", text, re.DOTALL)[1].split()).split(", ")
    places = [text.find(f"\n/* {part[0].upper()}{part[1:]}") for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)


@pytest.mark.django_db
def test_pages_are_sent_without_indentation(client):
    page = client.get("/").content.decode()
    assert "<li>" in page
    assert not [line for line in page.splitlines() if line.startswith((" ", "\t"))]
