"""The rail beside every page of the desk: the screens a person may use, and no more."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from articles.admin.rail import ENTRIES, PAGES, rail_entries
from articles.duty_assignments.permissions import DUTIES_OF, Role
from tests.cast import make_user

pytestmark = pytest.mark.django_db
WRITER = ["今日", "稿件", "图库", "设置"]
EXPECTED = {
    Role.CORRESPONDENT: WRITER,
    Role.REPORTER: WRITER,
    Role.EDITOR: ["今日", "稿件", "图库", "纠错", "体检", "设置"],
    Role.HEAD: ["今日", "稿件", "图库", "纠错", "体检", "审稿单", "设置"],
    Role.CHIEF: ["今日", "稿件", "图库", "首页与专题", "纠错", "体检", "审稿单", "设置"],
    Role.SYSTEM: ["今日", "设置"],
    Role.SECURITY: ["今日", "设置"],
    Role.AUDITOR: ["今日", "审稿单", "设置"],
}


def client_with(role):
    client = Client()
    client.force_login(make_user(f"rail-{role}", DUTIES_OF[role]))
    return client


def links(entries):
    return [link for entry in entries for link in (entry.link, *entry.screens)]


@pytest.mark.parametrize("role", EXPECTED)
def test_each_role_sees_what_it_may_use_and_every_entry_opens(role):
    client = client_with(role)
    rail = client.get("/admin/").context["rail"]
    assert [entry.link.label for entry in rail] == EXPECTED[role]
    for entry in rail:
        page = client.get(entry.link.address, follow=True)
        assert page.status_code == 200, entry
        for link in links(page.context["rail"]):
            assert client.get(link.address, follow=True).status_code == 200, link


def test_the_open_page_is_marked_and_the_screens_beside_it_are_listed(client, cast):
    client.force_login(cast.admin)
    page = client.get(reverse("admin:queue"))
    marked = {link.label: link.current for link in links(page.context["rail"]) if link.current}
    assert marked == {"稿件": "true", "待我审核": "page"}
    assert re.findall(r'aria-current="(\w+)"', page.content.decode()) == ["true", "page"]
    page = client.get(reverse("admin:articles_article_change", args=[cast.article().pk]))
    assert [link.label for link in links(page.context["rail"]) if link.current] == ["稿件", "稿件"]


def test_who_has_one_entry_besides_today_sees_its_screens_from_there():
    rail = client_with(Role.SYSTEM).get("/admin/").context["rail"]
    assert [link.label for link in rail[1].screens] == ["账号", "人员与职责", "密码重置"]
    assert [link.current for link in links(rail)] == ["page", "", "", "", ""]
    assert [entry.screens for entry in client_with(Role.CORRESPONDENT).get("/admin/").context["rail"]] == [[]] * 4


def test_the_rail_costs_no_query_but_that_for_the_duties(rf, cast, django_assert_num_queries):
    request = rf.get("/admin/")
    request.user = User.objects.get(pk=cast.chief.pk)
    apps = admin.site.get_app_list(request)
    with django_assert_num_queries(0):  # the list of models has asked for them
        assert rail_entries(request.user, apps, request.path)
    fresh = User.objects.get(pk=cast.chief.pk)
    with django_assert_num_queries(1):
        rail_entries(fresh, apps, request.path)


def test_people_without_an_account_and_windows_of_choice_have_none(client, cast):
    assert 'class="rail"' not in client.get(reverse("admin:login")).content.decode()
    client.force_login(cast.chief)
    assert 'class="rail"' not in client.get(reverse("admin:articles_source_add"), {"_popup": 1}).content.decode()


def test_every_screen_of_the_desk_stands_in_the_rail():
    named = [name for _label, names in ENTRIES for name in names]
    assert len(named) == len(set(named))
    assert set(PAGES) <= set(named)
    assert {model.__name__ for model in admin.site._registry} == set(named) - set(PAGES)
