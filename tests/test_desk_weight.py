"""Pages of the desk but the editor's load little: at most 100 kB of script and style, compressed as they are sent."""

import re
from functools import cache

import brotli
import pytest
from django.contrib.staticfiles import finders

from tests.desk_scene import Scene, client_of
from tests.desk_table import ADDRESSES, TABLE

pytestmark = pytest.mark.django_db
MOST = 100_000  # bytes
WITH_EDITOR = {"articles_article_add", "articles_article_change"}
FILES = re.compile(r'(?:src|href)="/static/([^"?]+\.(?:js|css))')


@cache
def compressed_size(name):
    with open(finders.find(name), "rb") as file:
        return len(brotli.compress(file.read()))


def test_no_page_but_the_editor_s_loads_more_than_a_hundred_kilobytes():
    scene = Scene()
    client = client_of(scene.users["boss"])
    weights = {}
    for name, route in ADDRESSES:
        if name in WITH_EDITOR or "boss" not in TABLE[name].see:
            continue
        response = client.get(next(scene.paths(name, route)))
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            weights[name] = sum(map(compressed_size, set(FILES.findall(response.content.decode()))))
    assert len(weights) > 50
    assert {name: weight for name, weight in weights.items() if weight > MOST} == {}
