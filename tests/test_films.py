"""Films: only what browsers can play is accepted; a link alone in a paragraph is a player; byte ranges are served."""

import json
import re
import struct

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles import attachments, publishing
from articles.attachments import RefusedFile, film, inspect_file
from articles.management.commands.load_demo import DEMO_FOLDER
from articles.models import Attachment, Revision
from serving import baked_files
from tests.browser import chromium, forbidden_events
from tests.cast import upload

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n大桥今日通车。\n".encode()
TURNED = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
STRAIGHT = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(letters, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + letters + body


def a_track(codec=b"avc1", width=1280, height=720, handler=b"vide", matrix=STRAIGHT):
    size = struct.pack(">HHHH", width, 0, height, 0)
    header = box(b"tkhd", bytes(24), bytes(16), matrix, size)
    table = box(b"stsd", bytes(4), struct.pack(">I", 1), box(codec, bytes(70)))
    return box(
        b"trak", header, box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", box(b"stbl", table)))
    )


def a_film(*tracks, brand=b"isom", scale=1000, duration=61_500, moov=True, data=b"frames" * 40):
    header = box(b"mvhd", bytes(12), struct.pack(">II", scale, duration), bytes(80))
    parts = [box(b"ftyp", brand, bytes(4), b"isom" if brand != b"qt  " else brand)]
    if moov:
        parts.append(box(b"moov", header, *(tracks or [a_track()])))
    return b"".join([*parts, box(b"mdat", data)])


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


# --- what is accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (a_film(), (1280, 720, 62)),
        (a_film(a_track(matrix=TURNED)), (720, 1280, 62)),
        (a_film(a_track(handler=b"soun", codec=b"mp4a"), a_track(b"avc3", 640, 360), duration=0), (640, 360, 0)),
        (a_film(scale=0), (1280, 720, 0)),
        (a_film(a_track(width=1, height=film.MAX_FILM_SIDE)), (1, film.MAX_FILM_SIDE, 62)),
        (a_film(a_track(width=film.MAX_FILM_SIDE, height=1)), (film.MAX_FILM_SIDE, 1, 62)),
    ],
)
def test_a_film_is_told_by_its_bytes_and_says_how_large_it_is(data, facts):
    assert inspect_file(data, "通车.docx").extension == "mp4"
    assert film.film_facts(data, "") == facts


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (a_film(a_track(b"hvc1")), "most compatible"),
        (a_film(a_track(b"av01")), "most compatible"),
        (a_film(brand=b"qt  "), "export it as MP4"),
        (a_film(moov=False), "export it as MP4"),
        (a_film(a_track(handler=b"soun")), "export it as MP4"),
        (a_film(a_track(width=0)), "export it as MP4"),
        (a_film(a_track(width=film.MAX_FILM_SIDE + 1)), "export it as MP4"),
        (a_film(a_track(height=film.MAX_FILM_SIDE + 1)), "export it as MP4"),
        (a_film()[:20] + struct.pack(">I", 4) + a_film()[20:], "export it as MP4"),  # a box shorter than its head
        (a_film()[:80], "export it as MP4"),
    ],
)
def test_what_browsers_do_not_play_is_refused_with_a_way_out(in_english, data, sentence):
    with pytest.raises(RefusedFile, match=sentence):
        inspect_file(data, "通车.mp4")


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_bring_the_reader_of_boxes_down(tail, at, byte):
    broken = bytearray(a_film())
    broken[at % len(broken)] = byte
    for data in (b"\0\0\0\x18ftypisom" + tail, bytes(broken), bytes(broken[: at or 1])):
        try:
            width, height, seconds = film.film_facts(data, "x.mp4")
        except RefusedFile:
            continue
        assert 0 < width <= film.MAX_FILM_SIDE
        assert 0 < height <= film.MAX_FILM_SIDE
        assert 0 <= seconds <= 10**6


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("00:00 大桥", "first line must be WEBVTT"),
        ("WEBVTTX\n", "first line must be WEBVTT"),
        ("WEBVTT\n\n00:00.000 --> 00:02.000\n<script>x</script>", "HTML or a script"),
    ],
)
def test_captions_are_captions(in_english, text, sentence):
    with pytest.raises(RefusedFile, match=sentence):
        inspect_file(text.encode(), "通车.vtt")
    assert inspect_file(CAPTIONS, "通车.vtt").extension == "vtt"


@pytest.mark.django_db
def test_a_film_is_kept_with_its_facts_once_and_by_who_may_write(cast):
    with pytest.raises(PermissionDenied):
        attachments.store_attachment(upload(a_film(), "通车.mp4"), by=cast.stranger)
    assert not Attachment.objects.exists()
    kept = attachments.store_attachment(upload(a_film(), "通车.mp4"), by=cast.writer)
    assert (kept.width, kept.height, kept.seconds, kept.kind) == (1280, 720, 62, "MP4")
    assert attachments.store_attachment(upload(a_film(), "通车.mp4"), by=cast.writer) == kept
    document = attachments.store_attachment(upload("名单".encode(), "名单.txt"), by=cast.writer)
    assert document.width is None


# --- what readers see -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(cast):
    film, captions = (
        attachments.store_attachment(upload(data, name), by=cast.writer)
        for data, name in ((a_film(), "通车.mp4"), (CAPTIONS, "通车.vtt"))
    )
    return film, captions


def page_of(client, cast, body):
    article = cast.article(body=body)
    cast.publish(article)
    return article, client.get(article.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_alone_in_a_paragraph_it_is_a_player_with_its_captions(client, cast, kept):
    film, captions = kept
    links = f'<a href="{film.url}">大桥通车现场</a> <a href="{captions.url}">字幕</a>'
    article, page = page_of(client, cast, f"<p>今日通车。</p><p>{links}</p>")
    [player] = re.findall(r'<figure class="film">.*?</figure>', page, re.DOTALL)
    assert 'width="1280" height="720"' in player
    assert f'<source src="{film.url}" type="video/mp4">' in player
    assert f'src="{captions.url}" default>' in player
    assert "大桥通车现场</a> 1:02" in player
    assert "autoplay" not in player
    assert page.count(captions.url) == 1  # no reader saves captions
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["video"][0]["contentUrl"].endswith(film.url)
    assert data["video"][0]["duration"] == "PT62S"
    frozen = Revision.objects.get(article=article).content["attachments"]
    assert [entry.get("seconds") for entry in frozen] == [62, None]


@pytest.mark.django_db
def test_among_words_it_stays_a_link_as_does_a_document(client, cast, kept):
    document = attachments.store_attachment(upload("名单".encode(), "名单.txt"), by=cast.writer)
    body = f'<p>请看<a href="{kept[0].url}">现场</a>。</p><p><a href="{document.url}">名单</a></p>'
    _article, page = page_of(client, cast, body)
    assert "<video" not in page
    assert page.count(f'href="{kept[0].url}"') == 2  # there, and among what may be saved


@pytest.mark.django_db
def test_an_edition_keeps_its_player_whatever_becomes_of_the_row(client, cast, kept):
    article, page = page_of(client, cast, f'<p><a href="{kept[0].url}">通车3分钟</a></p>')
    assert "<video" in page
    Attachment.objects.update(width=1, name="x.mp4")
    assert client.get(article.get_absolute_url()).content.decode() == page
    publishing.withdraw_article(article, by=cast.editor, reason="核实")
    assert client.get(article.get_absolute_url()).status_code == 410


@pytest.mark.django_db
def test_a_film_at_a_host_that_is_allowed_is_a_way_there_and_no_frame(client, cast, settings):
    settings.VIDEO_HOSTS = ["v.example.cn"]
    body = (
        '<p><a href="https://v.example.cn/x/1.html">大桥航拍</a></p><p><a href="https://evil.example/1">另一个</a></p>'
    )
    _article, page = page_of(client, cast, body)
    assert page.count('class="film-elsewhere"') == 1
    assert 'film-elsewhere"><a href="https://v.example.cn/x/1.html"' in page
    assert "<iframe" not in page


@pytest.mark.django_db
def test_it_is_served_in_parts_and_the_front_says_what_django_says(client, cast, kept, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    cast.publish_with(*kept)
    app = baked_files.FileServer(None, settings.BAKED_DIR, settings.PUBLIC_FILES_DIR)
    for attachment, kind in zip(kept, ("video/mp4", "text/vtt"), strict=True):
        for asked in ({}, {"Range": "bytes=5-9"}):
            answer = client.get(attachment.url, headers=asked)
            assert answer["Content-Type"] == kind
            assert "Content-Disposition" not in answer
            told = []
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": attachment.url,
                "HTTP_HOST": "testserver",
                "wsgi.url_scheme": "http",
                **{f"HTTP_{k.upper()}": v for k, v in asked.items()},
            }
            body = b"".join(app(environ, lambda *facts: told.extend(facts)))  # noqa: B023
            headers = dict(told[1])
            assert headers.pop("Last-Modified")
            assert (int(told[0][:3]), body, headers) == (answer.status_code, answer.content, dict(answer.items()))


PLAYED = """async () => {
  const film = document.querySelector("figure.film video");
  film.muted = true;  // browsers do not play sound unasked
  const ended = new Promise((end, fail) => {
    film.addEventListener("ended", end);
    film.querySelector("source").addEventListener("error", () => fail(new Error("no browser plays it")));
    setTimeout(() => fail(new Error("it never ended")), 120000);
  });
  film.load();
  film.playbackRate = 8;
  await Promise.all([film.play(), ended]);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [film.videoWidth, film.videoHeight];
  const drawn = canvas.getContext("2d");
  drawn.drawImage(film, 0, 0);
  const colours = new Set(drawn.getImageData(0, 0, canvas.width, canvas.height).data).size;
  return [film.videoWidth, film.videoHeight, film.duration, film.textTracks[0].cues.length, colours > 20];
}"""


@pytest.mark.django_db(transaction=True)
def test_the_film_of_the_demo_plays_to_its_end_with_its_captions_in_a_real_browser(cast, live_server, settings):
    settings.SITE_URL = live_server.url
    film, captions = (
        attachments.store_attachment(upload((DEMO_FOLDER / "attachments" / name).read_bytes(), name), by=cast.writer)
        for name in ("从渡船到大桥.mp4", "从渡船到大桥字幕.vtt")
    )
    assert (film.width, film.height, film.seconds) == (640, 360, 13)
    article = cast.article(body=f'<p>通车。</p><p><a href="{film.url}">现场</a> <a href="{captions.url}">字幕</a></p>')
    cast.publish(article)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        wrong = forbidden_events(page, live_server.url)
        page.goto(article.public_url)
        assert page.evaluate(PLAYED) == [640, 360, 13, 3, True]
        assert not wrong
