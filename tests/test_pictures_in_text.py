"""Pictures in a text as readers get them: every copy, at once or when they come near; no database needed."""

import re

import pytest

from articles.public.pages.pictures import EARLY, show_pictures

FILE = "pictures/" + "0a" * 16 + "w.jpg"
FIGURE = f'<figure><img src="/media/{FILE}" alt="桥"></figure>'


def picture(**facts):
    return {"file": FILE, "width": 2560, "height": 1600, **facts}


def images(body, **facts):
    return re.findall(r"<img [^>]*>", show_pictures(body, [picture(**facts)]))


def test_a_picture_has_its_size_and_every_copy():
    [image] = images(FIGURE)
    assert 'width="2560" height="1600" alt="桥"' in image
    copies = re.search(r'srcset="([^"]*)"', image)[1].split(", ")
    assert [copy.split()[1] for copy in copies] == ["480w", "960w", "1200w", "1600w"]
    assert copies[2] == f"/media/{FILE.removesuffix('.jpg')}-1200.webp 1200w"


@pytest.mark.parametrize(
    ("before", "early"),
    [
        ("", True),
        (f"<p>{'桥' * EARLY}</p>", True),
        (f"<p>{'桥' * EARLY} \n </p>", True),
        (f"<p>{'桥' * 121}</p>", False),
    ],
)
def test_the_first_picture_of_a_photo_story_is_fetched_at_once_and_no_other(before, early):
    first, second = images(before + FIGURE + FIGURE)
    assert ("lazy" not in first) is early
    assert ('fetchpriority="high"' in first) is early
    assert 'loading="lazy"' in second
    assert "fetchpriority" not in second


@pytest.mark.parametrize(("height", "is_long"), [(7680, False), (7681, True)])
def test_a_long_picture_is_marked(height, is_long):
    [image] = images(FIGURE, height=height)
    assert ('class="long"' in image) is is_long


def test_an_image_that_is_none_of_the_texts_pictures_is_left_out():
    assert show_pictures(f"<p>甲</p>{FIGURE}<p>乙</p>", []) == "<p>甲</p><figure></figure><p>乙</p>"
