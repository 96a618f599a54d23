"""Help at the desk: the chapter of the manual about the page that one comes from."""

import re

import pytest
from django.urls import reverse

from articles.admin import help as desk_help
from tests.desk_table import ADDRESSES

pytestmark = pytest.mark.django_db


def chapter_of(client, address):
    return client.get(address).context["help_address"]


def address_of(chapter):
    return reverse("admin:help_chapter", args=[chapter])


def test_each_page_leads_to_its_chapter(client, cast):
    client.force_login(cast.admin)
    number = cast.article().pk
    for name, arguments, chapter in (
        ("index", [], "登录与首页"),
        ("articles_article_add", [], "写一篇稿"),
        ("articles_article_change", [number], "写一篇稿"),
        ("articles_article_review", [number], "审稿"),
        ("articles_article_revisions", [number], "保存与找回"),
        ("arrange_home", [], "编排首页"),
        ("sheets", [], "审稿单"),
        ("auth_user_changelist", [], "账号与职责"),
    ):
        assert chapter_of(client, reverse(f"admin:{name}", args=arguments)) == address_of(chapter)
    assert chapter_of(client, reverse("admin:articles_oldpath_changelist")) == reverse("admin:help")


def test_every_chapter_and_address_that_help_names_exists():
    names = {name for name, _route in ADDRESSES}
    for name, chapter in desk_help.CHAPTERS.items():
        assert chapter in desk_help.manual_chapters()
        assert any(known == name or (name.endswith("_") and known.startswith(name)) for known in names), name


def test_a_chapter_is_shown_with_its_pictures_and_its_links_lead_on(client, cast):
    client.force_login(cast.writer)
    assert "写给通讯员" in client.get(reverse("admin:help")).content.decode()
    broken = []
    for chapter, text in desk_help.manual_chapters().items():
        assert (
            f"<h1>{chapter or '帮助'}</h1>"
            in client.get(address_of(chapter) if chapter else reverse("admin:help")).content.decode()
        )
        for target in re.findall(r'(?:href|src)="(/admin/[^"]+)"', text):
            path, _hash, anchor = target.partition("#")
            page = client.get(path)
            if page.status_code != 200 or (
                anchor and f'id="{anchor}"' not in page.content.decode() and anchor not in path
            ):
                broken.append((chapter, target))
    assert not broken


@pytest.mark.parametrize("path", ["nothing/", "pictures/none.png", "pictures/..%2fapi.md", "pictures/home.svg"])
def test_what_the_manual_does_not_have_is_not_found(client, cast, path):
    client.force_login(cast.writer)
    assert client.get(f"/admin/help/{path}").status_code == 404


def test_html_in_the_manual_is_shown_as_text(monkeypatch, tmp_path):
    (tmp_path / "editors.md").write_text("# 编辑手册\n<script>1</script>\n## 一\n<b onclick=1>二</b>\n", "utf-8")
    monkeypatch.setattr(desk_help, "DOCS", tmp_path)
    chapters = desk_help.manual_chapters.__wrapped__()
    assert "&lt;script&gt;" in chapters[""]
    assert "<b" not in chapters["一"]
