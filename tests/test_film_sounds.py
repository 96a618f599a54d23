"""Recordings: only what browsers can play is accepted; alone in a paragraph it is a player, with what is said as text."""

import io
import json
import os
import re
import struct
import wave

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles import attachments, uploads
from articles.attachments import RefusedFile, inspect_file
from articles.attachments.transcripts import transcript_lines
from articles.models import Attachment
from serving import request_bodies
from tests.cast import all_rows, upload
from tests.test_films import a_film, a_track

MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 100  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 2.6 seconds of silence
M4A = a_film(a_track(b"mp4a", handler=b"soun"), brand=b"M4A ")
CUES = """WEBVTT

NOTE 周三录音

STYLE
::cue { color: red }

1
00:00.000 --> 00:02.000
<v 林晓舟>大桥 &amp; 渡口,
都在这里。

00:02.000 --> 00:04.000 align:start
<i>今日</i>通车。
"""


def a_wave(seconds=3, codec=None):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000 * seconds))
    data = bytearray(out.getvalue())
    if codec:
        data[20:22] = struct.pack("<H", codec)
    return bytes(data)


# --- what is accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "extension", "seconds"),
    [
        (MP3, "mp3", 3),
        (b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + MP3, "mp3", 3),
        (M4A, "m4a", 62),
        (a_film(a_track(b"mp4a", handler=b"soun")), "m4a", 62),  # as Android records it
        (a_wave(), "wav", 3),
        (a_wave(codec=0xFFFE), "wav", 3),
        (a_wave()[:-16000], "wav", 2),
        (a_wave()[:40] + b"\xff" * 4 + a_wave()[44:], "wav", 3),  # the recorder was switched off
    ],
)
def test_a_recording_is_told_by_its_bytes_and_says_how_long_it_is(data, extension, seconds):
    prepared = inspect_file(data, "采访.docx")
    assert (prepared.extension, prepared.played_facts.seconds) == (extension, seconds)
    assert prepared.name == f"采访.docx.{extension}" or prepared.name == f"采访.{extension}"


@pytest.mark.parametrize(
    "data",
    [
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(100),
        b"\xff\xfb" + bytes(500),
        a_wave(codec=0x11),
        a_wave()[:30],
        a_film(a_track(b"alac", handler=b"soun"), brand=b"M4A "),
    ],
)
def test_what_browsers_do_not_play_is_refused_with_a_way_out(data):
    with translation.override("en"), pytest.raises(RefusedFile, match="export it as MP3, M4A"):
        inspect_file(data, "采访.mp3")


@given(st.sampled_from([MP3[:2000], M4A, a_wave(1)[:200]]), st.data())
def test_no_bytes_bring_the_readers_of_sound_down(whole, data):
    broken = bytearray(whole[: data.draw(st.integers(4, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=4)):
        broken[at] = data.draw(st.integers(0, 255))
    try:
        prepared = inspect_file(bytes(broken), "x.txt")
    except RefusedFile:
        return
    if prepared.extension in uploads.SOUNDS:
        assert 0 <= prepared.played_facts.seconds <= 10**6


# --- large files stay on the disk -----------------------------------------------------------------------------------


def on_disk(data, name):
    file = TemporaryUploadedFile(name, "", len(data), None)
    file.write(data)
    file.seek(0)
    return file


@pytest.mark.django_db
def test_a_film_larger_than_a_document_is_moved_to_its_place_and_not_read_into_memory(cast, settings, monkeypatch):
    settings.MAX_UPLOAD_BYTES = 1000
    monkeypatch.setattr(uploads, "read_upload", lambda *_given: pytest.fail("read into memory"))
    data = a_film(data=bytes(200_000))
    file = on_disk(data, "通车.mp4")
    place = file.temporary_file_path()
    kept = attachments.store_attachment(file, by=cast.writer)
    assert (kept.size, kept.width, kept.seconds) == (len(data), 1280, 62)
    assert default_storage.open(kept.file.name).read() == data
    file.close()
    assert not os.path.exists(place)
    again = attachments.store_attachment(on_disk(data, "通车.mp4"), by=cast.writer)
    assert again == kept


@pytest.mark.django_db
@pytest.mark.parametrize("data", [a_film(), MP3, a_wave(), M4A])
def test_films_and_sounds_have_a_limit_of_their_own(cast, settings, data):
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILM_BYTES = 10, len(data)
    assert attachments.store_attachment(upload(data, "a.mp4"), by=cast.writer).pk
    settings.MAX_FILM_BYTES -= 1
    before = all_rows()
    with pytest.raises(RefusedFile):
        attachments.store_attachment(upload(data, "b.mp4"), by=cast.writer)
    assert all_rows() == before


def test_only_attachments_may_be_as_large_as_films(settings):
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILM_BYTES = 1000, 50_000
    around = request_bodies.FORM_AROUND_UPLOAD
    sizes = {"picture": 1000 + around, "attachment": 50_000 + around}
    for model, most in sizes.items():
        path = f"/admin/articles/{model}/upload/"
        assert request_bodies.refused_status(path, "multipart/form-data", most) is None
        assert request_bodies.refused_status(path, "multipart/form-data", most + 1) == 413


# --- what readers get -----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(cast):
    return [
        attachments.store_attachment(upload(data, name), by=cast.writer)
        for data, name in ((MP3, "采访.mp3"), (CUES.encode(), "采访.vtt"), ("一问。\n\n一<答>。".encode(), "采访.txt"))
    ]


def page_of(client, cast, body):
    article = cast.article(body=body)
    cast.publish(article)
    return client.get(article.get_absolute_url()).content.decode()


def link(file, words):
    return f'<a href="{file.url}">{words}</a>'


@pytest.mark.django_db
def test_alone_in_a_paragraph_it_is_a_player_with_what_is_said(client, cast, kept):
    sound, cues, text = kept
    first = f"<p>{link(sound, '采访录音')} {link(cues, '文字稿')}</p>"
    second = f"<p>{link(text, '稿')} {link(sound, '又')}</p>"
    page = page_of(client, cast, f"<p>今日通车。</p>{first}{second}")
    players = re.findall(r'<figure class="sound">.*?</figure>', page, re.DOTALL)
    assert len(players) == 2
    assert f'<audio controls preload="none" src="{sound.url}"></audio>' in players[0]
    assert "采访录音</a> 0:03" in players[0]
    assert re.findall(r"<p>(.*?)</p>", players[0]) == ["林晓舟：大桥 &amp; 渡口, 都在这里。", "今日通车。"]
    assert re.findall(r"<p>(.*?)</p>", players[1]) == ["一问。", "一&lt;答&gt;。"]
    assert "autoplay" not in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["audio"][0]["contentUrl"].endswith(sound.url)
    assert data["audio"][0]["encodingFormat"] == "audio/mpeg"
    assert "video" not in data


@pytest.mark.django_db
def test_among_words_or_beside_another_file_it_stays_a_link(client, cast, kept):
    other = attachments.store_attachment(upload("甲,乙".encode(), "名单.csv"), by=cast.writer)
    sound, _cues, text = kept
    pair = f"<p>{link(sound, '录音')} {link(other, '名单')}</p>"
    body = f"<p>请听{link(sound, '录音')}。</p>{pair}<p>{link(text, '稿')}</p>"
    assert "<audio" not in page_of(client, cast, body)


@pytest.mark.django_db
def test_a_transcript_that_was_lost_leaves_the_player(client, cast, kept):
    default_storage.delete(kept[1].file.name)
    assert transcript_lines(kept[1].file.name) == []
    page = page_of(client, cast, f"<p>今。</p><p>{link(kept[0], '录音')} {link(kept[1], '稿')}</p>")
    assert "<audio" in page
    assert '<figure class="sound"><audio' in page
    assert "<details><summary>文字稿" not in page


@pytest.mark.django_db
def test_it_is_played_in_parts_and_not_saved(client, cast, kept):
    cast.publish_with(*kept)
    answer = client.get(kept[0].url, headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer["Content-Type"]) == (206, "audio/mpeg")
    assert "Content-Disposition" not in answer
    assert Attachment.objects.get(pk=kept[0].pk).kind == "MP3"
