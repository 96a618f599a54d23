"""Help (帮助): the editors' manual, docs/editors.md, a chapter to a page, for everybody with an account.

Each page of the desk leads to the chapter about it. The manual is our own text; HTML in it would be shown as text.
"""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ..sanitising import mark_kept_html

DOCS = Path(settings.BASE_DIR) / "docs"
# The chapter about a page, by the name of its address; a name that ends in _ is a prefix.
CHAPTERS = {
    "index": "登录与首页",
    "login": "登录与首页",
    "my_articles": "找稿与成批处理",
    "articles_article_changelist": "找稿与成批处理",
    "change_set": "批量修改",
    "change_sets": "批量修改",
    "replace_words": "批量修改",
    "queue": "审稿",
    "articles_article_review": "审稿",
    "articles_article_publish": "发布",
    "articles_article_schedule": "发布",
    "articles_article_unschedule": "发布",
    "articles_article_placing": "发布",
    "articles_article_urgent": "急稿先发",
    "articles_article_correct": "更正",
    "articles_article_close_text": "更正",
    "articles_article_reopen_text": "更正",
    "articles_article_withdraw": "撤回与恢复",
    "articles_article_put_back": "撤回与恢复",
    "articles_article_preview": "二维码与预览",
    "articles_article_revision": "保存与找回",
    "articles_article_revisions": "保存与找回",
    "articles_article_bin": "保存与找回",
    "articles_article_submit": "提交审核",
    "article_sheet": "审稿单",
    "sheets": "审稿单",
    "articles_article_": "写一篇稿",
    "articles_picture_": "写一篇稿",
    "articles_attachment_": "写一篇稿",
    "arrange_": "编排首页",
    "proposed_change": "编排首页",
    "articles_topic_": "专题",
    "articles_report_": "读者纠错",
    "auth_user_": "账号与职责",
    "colleague": "账号与职责",
    "colleagues": "账号与职责",
    "password_resets": "账号与职责",
    "login_locks": "账号与职责",
    "articles_addresslimit_": "账号与职责",
    "sessions": "登录与首页",
    "own_factors": "登录与首页",
    "lost_factors": "登录与首页",
    "articles_assignment_": "账号与职责",
    "articles_section_": "栏目与来源",
    "articles_source_": "栏目与来源",
    "articles_person_": "栏目与来源",
    "articles_sitesettings_": "栏目与来源",
    "page_tags": "栏目与来源",
    "quality_counts": "审稿单",
}


def help_address(request: HttpRequest) -> str:
    """Return the address of the chapter about the page of this request, or of the manual's contents."""
    name = request.resolver_match.url_name if request.resolver_match else None
    found = max((key for key in CHAPTERS if name == key or (name or "").startswith(_prefix(key))), key=len, default="")
    return reverse("admin:help_chapter", args=[CHAPTERS[found]]) if found else reverse("admin:help")


def _prefix(key: str) -> str:
    return key if key.endswith("_") else f"{key}\0"


def help_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of this module's views, for the desk to register."""
    picture = site.admin_view(help_picture_view, cacheable=True)
    return [
        path("help/", site.admin_view(help_view), name="help"),
        path("help/pictures/<str:picture>", picture, name="help_picture"),
        path("help/<str:chapter>/", site.admin_view(help_view), name="help_chapter"),
    ]


@require_safe
def help_view(request: HttpRequest, chapter: str = "") -> HttpResponse:
    """Show a chapter of the manual, or the text before the first one, next to the list of all chapters."""
    chapters = manual_chapters()
    if chapter not in chapters:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("Help: %(chapter)s") % {"chapter": chapter} if chapter else _("Help"),
        "chapters": [name for name in chapters if name],
        "chapter": chapter,
        "text": chapters[chapter],
    }
    return TemplateResponse(request, "admin/help.html", context)


@require_safe
def help_picture_view(request: HttpRequest, picture: str) -> FileResponse:
    """Send a picture of the manual."""
    file = DOCS / "pictures" / picture
    if not re.fullmatch(r"[a-z0-9-]+\.(png|jpg)", picture) or not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"))


@cache
def manual_chapters() -> dict[str, SafeString]:
    """Return the chapters of docs/editors.md as HTML by their headings; "" is the text before the first one."""
    manual = (DOCS / "editors.md").read_text("utf-8")
    beginning, *rest = re.split(r"^## ", manual, flags=re.MULTILINE)
    texts = {"": beginning.partition("\n")[2], **{text.partition("\n")[0]: text.partition("\n")[2] for text in rest}}
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    places = {_anchor(heading): name for name in texts for heading in [name, *_headings(texts[name])]}
    written = {}
    for name, text in texts.items():
        tokens = parser.parse(text)
        _point_to_desk(tokens, places)
        written[name] = mark_kept_html(parser.renderer.render(tokens, parser.options, {}))
    return written


def _headings(text: str) -> list[str]:
    return re.findall(r"^###+ (.*)$", text, re.MULTILINE)


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub and others give to a heading: without its punctuation."""
    return re.sub(r"[^\w-]", "", heading.replace(" ", "-"))


def _point_to_desk(tokens: list[Token], places: dict[str, str]) -> None:
    """Give headings their anchors, and let links between chapters and pictures lead to the desk's addresses."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[place + 1].content))
        for child in token.children or []:
            target = str(child.attrGet("href") or "")
            if child.type == "link_open" and target.startswith("#") and places.get(target[1:]):
                child.attrSet("href", f"{reverse('admin:help_chapter', args=[places[target[1:]]])}{target}")
            elif child.type == "image":
                name = str(child.attrGet("src")).removeprefix("pictures/")
                child.attrSet("src", reverse("admin:help_picture", args=[name]))
