"""Animations keep moving in the text while they are small; everywhere else, and for readers who prefer reduced motion,
they are stills.
"""

import json
import re

import pytest
from django.test import TestCase
from django.utils import translation
from PIL import Image, ImageSequence

from articles import baking, pictures, publishing
from articles.baking import public_files
from articles.models import Picture, SiteSettings
from articles.models.picture import square_of_picture
from articles.pictures import RefusedFile, animation, prepare_picture
from tests.cast import upload
from tests.picture_files import encoded, opened, texture

COLOURS = [(255, 0, 0), (0, 0, 255), (0, 255, 0)]
FORMATS = ["GIF", "WEBP", "PNG", "AVIF"]


def moving(fmt="GIF", size=(600, 400), mode="RGB", **facts):
    first, *others = (Image.new("RGB", size, colour).convert(mode) for colour in COLOURS)
    return encoded(first, fmt, save_all=True, append_images=others, **{"duration": [200, 300, 400], **facts})


def shown(data):
    return [frame.convert("RGB").getpixel((10, 10)) for frame in ImageSequence.Iterator(opened(data))]


@pytest.fixture
def gif(cast):
    return pictures.store_picture(upload(moving(loop=0), "花灯.gif"), by=cast.writer, alt="花灯")


# --- what becomes of the file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", FORMATS)
def test_an_animation_keeps_moving_and_its_copies_stand(fmt):
    picture = prepare_picture(moving(fmt), "花灯")
    assert (picture.extension, picture.width, picture.height, picture.notes) == ("webp", 600, 400, ())
    for colour, kept in zip(COLOURS, shown(picture.master), strict=True):
        assert kept == pytest.approx(colour, abs=12)
    assert list(picture.renditions) == [480, 600]
    for copy in (picture.still, *picture.renditions.values()):
        assert shown(copy) == [pytest.approx(COLOURS[0], abs=12)]
    assert opened(picture.still).format == "JPEG"


@pytest.mark.parametrize(("loop", "plays"), [({}, 1), ({"loop": 0}, 0), ({"loop": 3}, 3)])
def test_it_is_shown_as_long_and_as_often_as_the_file_says(loop, plays):
    master = opened(prepare_picture(moving(**loop)).master)
    durations = []
    for frame in ImageSequence.Iterator(master):
        frame.load()
        durations.append(frame.info["duration"])
    assert (durations, master.info["loop"]) == ([200, 300, 400], plays)


def test_numbers_that_webp_does_not_have_are_its_largest():
    master = opened(prepare_picture(moving("PNG", duration=500_000, loop=2**31)).master)
    master.load()
    assert (master.info["duration"], master.info["loop"]) == (animation.LONGEST, animation.MOST_PLAYS)


def test_a_time_that_browsers_do_not_take_seriously_is_theirs():
    master = opened(prepare_picture(moving(duration=0)).master)
    master.load()
    assert master.info["duration"] == animation.USUAL


def test_a_wide_one_is_as_wide_as_a_text_and_a_transparent_one_stays_transparent():
    picture = prepare_picture(moving(size=(1920, 400), mode="RGBA"))
    assert (picture.width, picture.height) == (960, 200)
    frames = [Image.new("RGBA", (60, 40), (9, 9, 9, alpha)) for alpha in (0, 255)]
    picture = prepare_picture(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    assert opened(picture.renditions[60]).getchannel("A").getextrema() == (0, 0)
    assert opened(picture.still).getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=3), "on white"


def test_the_label_of_ai_made_pictures_is_in_every_copy():
    label = {"Label": "1", "ContentProducer": "x"}
    picture = prepare_picture(moving(comment=json.dumps({"AIGC": label}).encode()))
    assert json.loads(picture.ai_label) == label
    assert all(b"TC260" in copy for copy in (picture.master, picture.still, *picture.renditions.values()))


@pytest.mark.parametrize("limit", ["MAX_FRAMES", "MAX_PIXELS", "MAX_BYTES"])
def test_beyond_a_limit_the_first_picture_is_kept_and_that_is_said(monkeypatch, limit):
    monkeypatch.setattr(animation, limit, 2)
    with translation.override("en"):
        picture = prepare_picture(moving(), "花灯.gif")
    assert (picture.extension, picture.still) == ("jpg", b"")
    assert shown(picture.master) == [pytest.approx(COLOURS[0], abs=12)]
    assert picture.notes[0].startswith("“花灯.gif” is an animation that is too long or too large")


def test_at_its_limits_it_still_moves(monkeypatch):
    monkeypatch.setattr(animation, "MAX_FRAMES", 3)
    monkeypatch.setattr(animation, "MAX_PIXELS", 3 * 600 * 400)
    assert prepare_picture(moving()).extension == "webp"


def test_a_later_picture_that_is_damaged_is_refused():
    whole = encoded(texture(), "WEBP", save_all=True, append_images=[texture().rotate(90)], lossless=True)
    at = whole.index(b"ANMF", whole.index(b"ANMF") + 4) + 40
    with translation.override("en"), pytest.raises(RefusedFile, match="damaged"):
        prepare_picture(whole[:at] + bytes(60) + whole[at + 60 :], "x.webp")


# --- what readers get -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_in_the_text_it_moves_unless_the_reader_wants_no_motion(client, cast, gif):
    article = cast.article(body=f'<p>{"今" * 200}</p><figure><img src="{gif.url}" alt="花灯"></figure>')
    cast.publish(article)
    page = client.get(article.get_absolute_url()).content.decode()
    [shown] = re.findall(r"<picture>.*?</picture>", page)
    still, image = re.fullmatch(r"<picture>(<source [^>]*>)(<img [^>]*>)</picture>", shown).groups()
    assert 'media="(prefers-reduced-motion: reduce)"' in still
    assert all(address in still for _width, address in gif.renditions)
    assert f'src="{gif.url}"' in image
    assert "srcset" not in image
    assert 'alt="花灯" loading="lazy"' in image
    assert f'property="og:image" content="http://127.0.0.1:8000{gif.still_url}"' in page


@pytest.mark.django_db
def test_lists_feeds_and_the_sites_own_picture_show_the_still(client, cast, gif):
    article = cast.article(cover=gif)
    SiteSettings.objects.create(pk=1, name="霁川新闻网", logo=gif)
    cast.publish(article)
    home = client.get("/").content.decode()
    assert f'src="{gif.still_url}"' in home
    for address in ("/", cast.news.get_absolute_url(), "/feeds/all.atom", "/feeds/all.json", "/api/v1/articles"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        found = b"".join(answer) if answer.streaming else answer.content
        assert gif.url.encode() not in found, address


@pytest.mark.django_db
def test_its_files_are_public_and_gone_together_and_each_is_found(cast, gif):
    still, square, *others = reversed(gif.stored_names)
    assert still == gif.still_url.removeprefix("/media/")
    assert square == square_of_picture(gif.file.name)
    assert others == [*(n.removeprefix("/media/") for _w, n in reversed(gif.renditions)), gif.file.name]
    store = public_files.public_store()
    with TestCase.captureOnCommitCallbacks(execute=True):
        article = cast.publish_with(gif)
    assert sorted(store.names()) == sorted(gif.stored_names)
    assert all(baking.find_upload(name) == gif for name in gif.stored_names)
    assert not any(wrong for _name, wrong in public_files.public_file_differences(store.names()))
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(article, by=cast.editor, reason="核实")
    assert list(store.names()) == []


@pytest.mark.django_db
def test_the_same_animation_again_is_the_picture_there_is(cast, gif):
    assert pictures.store_picture(upload(moving(loop=0), "b.gif"), by=cast.writer) == gif
    assert Picture.objects.count() == 1
