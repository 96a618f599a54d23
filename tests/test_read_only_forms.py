"""What is only read: no empty fields, people by their names, instants as in lists."""

import re

import pytest
from django.contrib.admin.helpers import AdminReadonlyField
from django.urls import reverse

from articles import audit, pictures, reporting
from articles.models import Assignment, AuditEntry
from tests.cast import make_user, upload

pytestmark = pytest.mark.django_db


def rows(client, user, name, pk):
    """The rows of the form: what each says, by its field."""
    client.force_login(user)
    html = client.get(reverse(f"admin:articles_{name}_change", args=[pk])).content.decode()
    found = re.findall(r'field-(\w+) ">(?:(?!form-row).)*?class="readonly">(.*?)</div>', html, re.DOTALL)
    return {field: re.sub("<[^>]+>", "", said).strip() for field, said in found}


def test_a_report_begins_with_what_is_wrong_and_shows_nothing_empty(client, cast):
    article = cast.article(title="大桥通车")
    cast.publish(article)
    report = reporting.receive_report(article, text="三人应为五人", address="10.0.0.1")
    shown = rows(client, cast.editor, "report", report.pk)
    assert list(shown) == ["text", "article", "edition", "received_at", "due_at", "state"]
    assert shown["text"] == "三人应为五人"
    assert re.fullmatch(r"今天 \d\d:\d\d", shown["received_at"])
    reporting.answer_report(report, by=cast.editor, text="已更正，谢谢。")
    shown = rows(client, cast.editor, "report", report.pk)
    assert shown["answer"] == "已更正，谢谢。"
    assert shown["closed_by"] == "梁静姝"


def test_who_uploaded_a_picture_is_named_as_elsewhere(client, cast):
    picture = pictures.store_picture(upload(), by=cast.editor)
    shown = rows(client, cast.editor, "picture", picture.pk)
    assert shown["uploaded_by"] == "梁静姝"
    assert "fetched_from" not in shown


def test_an_entry_of_the_audit_keeps_its_second(client, cast):
    cast.article()
    entry = AuditEntry.objects.first()
    shown = rows(client, make_user("auditor", ["audit"]), "auditentry", entry.pk)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown["instant"])
    assert "address" not in shown


def test_who_only_reads_an_article_sees_it_as_readers_do(client, cast):
    article = cast.article(body="<p>今日通车。</p>")
    cast.sign(article)
    client.force_login(make_user("publisher", ["publish"]))
    html = client.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
    assert "&lt;p&gt;" not in html
    assert "based_on" not in html
    assert '<iframe class="reading"' in html
    assert "field-subtitle" not in html


def test_what_an_article_s_form_only_shows_is_computed_once(client, cast, monkeypatch):
    article = cast.article(title="只读一次")
    asked = []
    contents = AdminReadonlyField.contents

    def count(field):
        asked.append((id(field.form), field.field["name"]))
        return contents(field)

    monkeypatch.setattr(AdminReadonlyField, "contents", count)
    cast.sign(article)
    rows(client, make_user("publisher", ["publish"]), "article", article.pk)
    assert "section" in {name for _form, name in asked}
    assert len(asked) == len(set(asked))


def test_a_duty_names_its_account_as_well_since_two_people_may_have_one_name(client, cast):
    duty = Assignment.objects.get(user=make_user("night-desk", ["first"]))
    shown = rows(client, make_user("security", ["grant"]), "assignment", duty.pk)
    assert shown["user"] == audit.name_with_account(duty.user)
    assert "night-desk" in shown["user"]
