"""Paths that are put together without asking every pattern are those that Django's `reverse` returns."""

import pytest
from django.template import engines
from django.urls import NoReverseMatch, reverse

from articles.models.quick_paths import fixed_path, numbered_path


@pytest.mark.parametrize("route", ["home", "search", "oembed", "log_check", "copy_check", "look_set"])
def test_a_fixed_path_is_that_of_reverse(route):
    assert fixed_path(route) == reverse(route)


@pytest.mark.parametrize("route", ["article", "history", "read", "report", "person", "source", "keyword"])
@pytest.mark.parametrize("number", [1, 70, 1_000_000])
def test_a_numbered_path_is_that_of_reverse(route, number):
    assert numbered_path(route, number) == reverse(route, args=[number])


def test_a_code_may_take_the_place_of_the_number():
    assert numbered_path("qr_image", "P12-3", "png") == reverse("qr_image", args=["P12-3", "png"])


def rendered(source, **context):
    return engines["django"].from_string("{% load public_tags %}" + source).render(context)


@pytest.mark.parametrize(
    ("source", "context", "path"),
    [
        ("{% url 'home' %}", {}, "/"),
        ("{% url 'article' number %}", {"number": 7}, "/a/7/"),
        ("{% url 'article' number as to %}[{{ to }}]", {"number": 7}, "[/a/7/]"),
        ("{% url 'section' slug %}", {"slug": "news"}, "/s/news/"),
        ("{% url 'section_page' slug 2 %}", {"slug": "news"}, "/s/news/2/"),
        ("{% url route 7 %}", {"route": "history"}, "/a/7/history/"),
    ],
)
def test_the_tag_gives_what_djangos_tag_gives(source, context, path):
    assert rendered(source, **context) == path


def test_the_tag_refuses_what_djangos_tag_refuses():
    with pytest.raises(NoReverseMatch):
        rendered("{% url 'article' number %}", number="")
