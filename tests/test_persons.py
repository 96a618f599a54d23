"""Saving a person: writers add whom they credit; the real name of somebody with an account is the chief's affair."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import audit, editing, persons, restoring
from articles.models import Article, AuditEntry, BakeJob, Person
from articles.persons import CannotCredit
from tests.cast import Role, make_user, refused

pytestmark = pytest.mark.django_db


def is_everything_asked_for():
    return BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_whoever_writes_adds_and_renames_the_people_they_credit(cast):
    person = persons.save_person(Person(name="陶一宁", unit="望桥乡"), by=cast.towns_writer)
    assert AuditEntry.objects.first().action == "person.added"
    assert not is_everything_asked_for(), "no article names them"
    person.unit = "澄溪镇"
    persons.save_person(person, by=cast.towns_writer)
    details = AuditEntry.objects.first().details
    assert (details["fields"], details["old"], details["new"]) == (["person.unit"], ["望桥乡"], ["澄溪镇"])
    assert is_everything_asked_for()


def test_a_person_whom_articles_name_already_has_their_pages_baked(cast):
    cast.publish(cast.article())
    BakeJob.objects.all().delete()
    Person.objects.filter(pk=cast.liang.pk).update(name="梁静")
    persons.save_person(Person(name="梁静姝", unit="霁川县融媒体中心"), by=cast.writer)
    assert is_everything_asked_for()


def test_saving_unchanged_makes_no_entry(cast):
    persons.save_person(Person.objects.get(pk=cast.lin.pk), by=cast.chief)
    assert not AuditEntry.objects.exists()
    assert not is_everything_asked_for()


def test_the_account_of_a_person_is_not_overwritten_by_a_form_that_was_opened_before(cast):
    known = Person.objects.create(name="陶一宁")
    opened = Person.objects.get(pk=known.pk)
    Person.objects.filter(pk=known.pk).update(user=cast.head)
    opened.unit = "望桥乡"
    persons.save_person(opened, by=cast.chief)
    assert Person.objects.values_list("user", "unit").get(pk=known.pk) == (cast.head.pk, "望桥乡")


def test_the_wrong_person_saves_no_person(cast):
    with refused(PermissionDenied, "Write"):
        persons.save_person(Person(name="陶一宁"), by=cast.stranger)
    cast.lin.name = "林小舟"
    with refused(PermissionDenied, "Arrange"):
        persons.save_person(cast.lin, by=cast.writer)


@pytest.mark.parametrize("facts", [{"name": ""}, {"name": "梁静姝", "unit": "霁川县融媒体中心"}, {"name": "长" * 41}])
def test_what_cannot_be_a_person_is_refused(cast, facts):
    with refused(ValidationError):
        persons.save_person(Person(**facts), by=cast.chief)


def test_a_person_that_restoring_brings_back_is_recorded(cast):
    article = cast.article(credits=[(Role.PHOTO, Person.objects.create(name="临时", unit="甲"))])
    first = article.latest
    editing.save_article(article, by=cast.editor)
    Person.objects.get(name="临时").delete()
    restoring.restore_revision(first, by=cast.editor)
    entry = AuditEntry.objects.get(action="person.added")
    assert (entry.actor, entry.details["name"]) == (cast.editor, "临时（甲）")


def test_a_person_whom_somebody_else_adds_meanwhile_is_found(cast, monkeypatch):
    lock = audit.lock_audit_chain
    monkeypatch.setattr(audit, "lock_audit_chain", lambda: (lock(), Person.objects.create(name="关山", unit="采编部")))
    found = persons.find_or_add_person("关山", "采编部", by=cast.writer)
    assert Person.objects.get(name="关山") == found


# --- Technical accounts (三员) are not credited ---------------------------------------------------------------------


@pytest.fixture(params=["accounts", "grant", "audit"])
def technical(request):
    return Person.objects.create(name="管理员", user=make_user("technical", [request.param]))


def test_a_technical_account_is_offered_to_nobody_as_a_credit(client, cast, technical):
    client.force_login(cast.writer)
    query = {"app_label": "articles", "model_name": "credit", "field_name": "person"}
    found = {row["text"] for row in client.get("/admin/autocomplete/", query).json()["results"]}
    assert str(technical) not in found
    assert {str(cast.lin), str(cast.liang)} <= found
    assert str(technical) in client.get("/admin/articles/person/").content.decode()


def test_crediting_a_technical_account_is_refused(cast, technical):
    article = cast.article()
    with refused(CannotCredit, "管理员"):
        editing.save_article(article, by=cast.writer, credits=[(Role.REPORTER, cast.lin), (Role.EDITOR, technical)])


def test_the_form_says_so_and_keeps_what_was_typed(client, cast, technical):
    client.force_login(cast.writer)
    path = "/admin/articles/article/add/"
    typed = {"title": "大桥通车", "section": cast.news.pk, "source": cast.own.pk, "origin": "own", "body": "<p>字</p>"}
    credit = {"credits-TOTAL_FORMS": 1, "credits-INITIAL_FORMS": 0}
    credit |= {"credits-0-role": "editor", "credits-0-person": technical.pk, "credits-0-position": 0}
    response = client.post(path, {**typed, **credit})
    assert "管理员" in str(response.context["adminform"].form.non_field_errors())
    assert "大桥通车" in response.content.decode()
    assert not Article.objects.exists()


def test_restoring_a_revision_that_credits_one_is_refused_with_a_sentence(client, cast):
    later = Person.objects.create(name="周审计", user=make_user("later"))
    article = cast.article(credits=[(Role.PHOTO, later)])
    cast.change(article, by=cast.editor, title="改")
    editing.save_article(article, by=cast.editor, credits=[(Role.REPORTER, cast.lin)])
    later.user.assignments.create(duty="audit")
    client.force_login(cast.editor)
    response = client.post(f"/admin/articles/article/{article.pk}/revisions/1/", follow=True)
    assert any("周审计" in str(message) for message in response.context["messages"])
    assert article.credits.get().person == cast.lin


def test_who_was_credited_before_they_became_an_auditor_stays(cast):
    later = Person.objects.create(name="周审计", user=make_user("later"))
    article = cast.article(credits=[(Role.PHOTO, later)])
    later.user.assignments.create(duty="audit")
    cast.change(article, by=cast.editor, title="改")
    assert article.credits.get().person == later


def test_saving_the_same_credits_again_asks_nothing_about_them(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        persons.refuse_technical_accounts([])
