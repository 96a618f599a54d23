"""No public address leaks what readers may not see: each is requested for an article in every such state."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import appearance, attachments, pictures, publishing, review, scheduling
from articles.checks import NotReady
from articles.models import ShortLink
from articles.public.urls import urlpatterns
from tests.cast import png, refused, upload

pytestmark = pytest.mark.django_db

SECRETS = ("机密题目", "机密导语", "机密正文", "机密更正", "机密理由", "机密图注")
QUESTIONS = ("", "?q=机密", "?page=1", "?format=json")


def addresses(article):
    """Every public address with this article's facts filled in. An address with a part unknown here is a KeyError: say
    how it is requested, so that it is tested too.
    """
    picture = article.latest.content["pictures"][0]["file"] if article.latest.content["pictures"] else "pictures/x.png"
    number = article.number
    parts = {
        "number": [number],
        "edition": [1, 2],
        "slug": ["news"],
        "page": [1],
        "form": ["svg", "png"],
        "digest": [appearance.style_digest("")],
        "named": ["auto-normal"],
        "part": [2],
        "month": [f"{timezone.localdate():%Y-%m}"],
        "day": [timezone.localdate().isoformat()],
        "key": [*article.credits.values_list("person", flat=True), article.source_id],
        "code": [f"W{number}", f"M{number}", f"P{number}-1", f"P{number}-2"],
        "name": [picture[:-8] + "0000.png"],
        "names": ["people", "sources", "keywords"],
        "token": [str(article.latest.pk), f"{article.latest.pk}-0:x"],
    }
    found = {f"/Q/W{number}", f"/Q/P{number}-1", "/admin/", "/static/", "/media/", "/media/pictures/", "/preview/"}
    for pattern in urlpatterns:
        if not pattern.name:
            continue
        kwargs = [{}]
        for key in pattern.pattern.converters or pattern.pattern.regex.groupindex:
            kwargs = [{**known, key: value} for known in kwargs for value in parts[key]]
        found |= {reverse(pattern.name, kwargs=known) for known in kwargs}
    return sorted(path + question for path in found for question in QUESTIONS)


def secret(cast, **facts):
    picture = pictures.store_picture(upload(png(colour=(9, 9, 9))), by=cast.writer, alt="图")
    body = f'<p>机密正文</p><figure><img src="{picture.url}" alt="图"><figcaption>机密图注</figcaption></figure>'
    return cast.article(title="机密题目", summary="机密导语", body=body, **facts)


def draft(cast):
    return secret(cast)


def submitted(cast):
    article = secret(cast)
    cast.sign(article, times=1)
    return article


def read_by_all(cast):
    article = secret(cast)
    cast.sign(article)
    return article


def embargoed(cast):
    article = secret(cast, embargo_until=timezone.now() + timedelta(days=2))
    cast.sign(article)
    return article


def scheduled(cast):
    article = read_by_all(cast)
    scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
    return article


def withdrawn(cast):
    article = secret(cast)
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.editor, reason="机密理由")
    article.refresh_from_db()
    return article


def corrected_and_withdrawn(cast):
    article = secret(cast)
    cast.publish(article)
    cast.correct(article, note="机密更正", summary="机密导语二")
    publishing.withdraw_article(article, by=cast.editor, reason="机密理由")
    article.refresh_from_db()
    return article


def changed_while_public(cast):
    """Readers see one text; the next one is embargoed."""
    article = cast.article(title="公开题目")
    cast.publish(article)
    cast.change(
        article,
        title="机密题目",
        summary="机密导语",
        body="<p>机密正文</p>",
        embargo_until=timezone.now() + timedelta(days=2),
    )
    cast.sign(article)
    return article


STATES = [draft, submitted, read_by_all, embargoed, scheduled, withdrawn, corrected_and_withdrawn, changed_while_public]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_no_address_says_a_word_of_it(client, cast, state):
    cast.publish(cast.article(title="另一篇"))
    article = state(cast)
    paths = addresses(article)
    assert len(paths) > 80
    for path in paths:
        response = client.get(path)
        said = b"".join(response) if response.streaming else response.content
        assert response.status_code != 500, path
        for word in SECRETS:
            assert word not in said.decode(errors="replace"), f"{path}: {word}"
        location = response.get("Location", "")
        assert not any(word in location for word in SECRETS)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_holder_of_the_preview_reads_it(client, cast, state):
    article = state(cast)
    html = client.get(cast.preview(article)).content.decode()
    assert "机密题目" in html
    assert "机密正文" in html


@pytest.mark.parametrize(
    "state", [draft, submitted, read_by_all, embargoed, scheduled], ids=lambda state: state.__name__
)
def test_what_never_was_public_has_no_codes_and_no_place(client, cast, state):
    article = state(cast)
    assert not ShortLink.objects.exists()
    for path in ("", "history/", "since/1/"):
        assert client.get(f"/a/{article.number}/{path}").status_code == 404
    assert f"/a/{article.number}/" not in client.get(f"/sitemap-{timezone.localdate():%Y-%m}.xml").content.decode()


def test_a_file_of_a_draft_answers_nowhere_whatever_is_guessed(client, cast):
    """Neither its own address nor one made of its bytes, as addresses were before."""
    picture = pictures.store_picture(upload(), by=cast.writer)
    paper = attachments.store_attachment(
        upload(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "机密.pdf"), by=cast.writer
    )
    for url in (picture.url, paper.url):
        folder, _slash, name = url.rpartition("/")
        stem, dot, form = name.partition(".")
        nearest = f"{int(stem[:32], 16) ^ 1:032x}{stem[32:]}"
        for guess in (
            url,
            f"{folder}/{(picture if folder.endswith('pictures') else paper).sha256[:32]}{dot}{form}",
            folder,
            f"{folder}/",
            f"{folder}/{nearest}{dot}{form}",
            f"{folder}/{stem[:-1]}{dot}{form}",
            f"{folder}/1.{form}",
            f"{folder}/机密.{form}",
            f"{folder}/{stem}-1{dot}{form}",
        ):
            assert client.get(guess).status_code == 404, guess


@pytest.mark.parametrize("verb", ["publish", "publish_urgent", "schedule"])
def test_before_its_embargo_nobody_makes_it_public(cast, verb):
    until = timezone.now() + timedelta(days=2)
    article = cast.article(embargo_until=until)
    if verb == "publish_urgent":
        review.submit_article(article, by=cast.admin)
    else:
        cast.sign(article)
    acts = {
        "publish": lambda: publishing.publish_article(article, by=cast.chief),
        "publish_urgent": lambda: publishing.publish_urgent(article, by=cast.chief, reason="急"),
        "schedule": lambda: scheduling.schedule_article(article, by=cast.chief, at=until - timedelta(seconds=1)),
    }
    with refused(NotReady, "embargo"):
        acts[verb]()


def test_at_its_embargo_it_is_published_by_itself_and_not_before(client, cast, monkeypatch):
    until = timezone.now() + timedelta(days=2)
    article = cast.article(title="解禁的稿件", embargo_until=until)
    cast.sign(article)
    scheduling.schedule_article(article, by=cast.chief, at=until)
    monkeypatch.setattr(timezone, "now", lambda: until - timedelta(seconds=1))
    assert scheduling.publish_due() == 0
    assert client.get(f"/a/{article.number}/").status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: until)
    assert scheduling.publish_due() == 1
    assert client.get(f"/a/{article.number}/").status_code == 200
    assert "解禁的稿件" in client.get("/feeds/all.atom").content.decode()


def test_what_has_expired_is_gone_from_everywhere_in_that_second(client, cast, monkeypatch):
    end = timezone.now() + timedelta(days=1)
    article = secret(cast, expires_at=end)
    cast.publish(article)
    article.refresh_from_db()
    assert "机密题目" in client.get("/feeds/news.atom").content.decode()
    monkeypatch.setattr(timezone, "now", lambda: end)
    for path in addresses(article):
        response = client.get(path)
        said = b"".join(response) if response.streaming else response.content
        assert not any(word in said.decode(errors="replace") for word in SECRETS), path
    for path in ("/a/{n}/", "/a/{n}/history/", "/a/{n}/since/1/", "/q/W{n}", "/q/P{n}-1"):
        assert client.get(path.format(n=article.number)).status_code == 410, path
