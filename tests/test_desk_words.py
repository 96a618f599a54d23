"""The desk speaks Chinese as its editors do: no English sentence, no 你 mixed with 您, no half-width colon after a
label.
"""

import re
from html import unescape

import pytest

from tests.desk_scene import Scene, client_of
from tests.desk_table import ADDRESSES, TABLE

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(r"\b[A-Za-z]+(?: [a-z’']+){2,}\b")
NOT_OURS = re.compile(r"你|[\u4e00-\u9fff]:(?![\d/])|[\u4e00-\u9fff] \d{4}-\d\d-\d\dT\d\d")


def said(html):
    """What a page says: its text, and the attributes that are read out or shown."""
    html = re.sub(r"<(script|style|svg|pre|code)\b.*?</\1>", " ", html, flags=re.DOTALL)
    names = "alt|title|placeholder|aria-label|value|data-(?!next|address|config)[a-z-]+"
    attributes = re.findall(rf'\s(?:{names})="([^"]*)"', html)
    return unescape("\n".join([*attributes, re.sub(r"<[^>]*>", "\n", html)]))


def test_every_page_of_the_desk_is_in_chinese():
    scene = Scene()
    client = client_of(scene.users["boss"])
    wrong, seen = {}, 0
    for name, route in ADDRESSES:
        if "boss" not in TABLE[name].see:
            continue
        page = client.get(next(scene.paths(name, route)))
        if page.status_code != 200 or page.streaming or not page["Content-Type"].startswith("text/html"):
            continue
        seen += 1
        text = said(page.content.decode())
        # Django's code, not its catalogue, writes "kind: name" before what is deleted.
        patterns = [ENGLISH] if name.endswith("_delete") else [ENGLISH, NOT_OURS]
        found = {match[0] for pattern in patterns for match in pattern.finditer(text)}
        if found:
            wrong[name] = sorted(found)
    assert seen > 60
    assert wrong == {}


def test_what_the_walk_finds():
    assert ENGLISH.search("This password is too short")
    assert not ENGLISH.search("Word 文档，JPEG or PNG")
    assert NOT_OURS.search("标题:")
    assert not NOT_OURS.search("时间 12:03，网址 https://a.example")
