"""Doubles of people and sources are found and merged: drafts move, what was published keeps what it printed."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError

from articles import baking, editing, merging, persons, restoring, review, sources
from articles.exchange import importing
from articles.exchange.text import read_printed_page
from articles.models import Article, AuditEntry, BakeJob, Credit, Person, Source
from tests.baked import assert_disk_matches_site
from tests.cast import SEARCH_INDEX_QUERIES, Role, make_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def double(cast):
    """Somebody who is 林晓舟 under another unit."""
    return persons.save_person(Person(name="林晓舟", unit="霁川县融媒体"), by=cast.writer)


@pytest.fixture
def twin(cast):
    return sources.save_source(Source(name="霁川新闻网站"), by=cast.chief)


def credit(cast, person, **facts):
    return cast.article(credits=[(Role.REPORTER, person), (Role.RESPONSIBLE_EDITOR, cast.liang)], **facts)


# --- people -----------------------------------------------------------------------------------------------------


def test_drafts_move_and_published_editions_keep_what_they_printed(client, cast, double):
    draft, printed = credit(cast, double), credit(cast, double, title="大桥通车")
    edition = cast.publish(printed)
    persons.merge_person(double, cast.lin, by=cast.chief)
    assert not double.credits.exists()
    assert draft.credits.filter(role=Role.REPORTER).get().person == cast.lin
    edition.revision.refresh_from_db()
    assert [c["unit"] for c in edition.revision.content["credits"]] == ["霁川县融媒体", "霁川县融媒体中心"]
    page = client.get(printed.get_absolute_url()).content.decode()
    assert f'<a href="{cast.lin.get_absolute_url()}">林晓舟</a>' in page


def test_the_old_address_leads_on_and_the_page_lists_both_names(client, cast, double):
    cast.publish(credit(cast, double, title="大桥通车"))
    cast.publish(credit(cast, cast.lin, title="望桥赶集"))
    baking.bake_everything(processes=1)
    persons.merge_person(double, cast.lin, by=cast.chief)
    baking.bake_everything(processes=1)
    response = client.get(double.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, cast.lin.get_absolute_url())
    page = client.get(cast.lin.get_absolute_url()).content.decode()
    assert "大桥通车" in page
    assert "望桥赶集" in page
    assert_disk_matches_site()


def test_doubles_of_doubles_lead_to_the_last_one(client, cast, double):
    third = persons.save_person(Person(name="林晓舟", unit="望桥乡"), by=cast.writer)
    persons.merge_person(third, double, by=cast.chief)
    persons.merge_person(double, cast.lin, by=cast.chief)
    third.refresh_from_db()
    assert third.merged_into == cast.lin
    assert client.get(third.get_absolute_url())["Location"] == cast.lin.get_absolute_url()


def test_merging_is_recorded_with_old_and_new(cast, double):
    persons.merge_person(double, cast.lin, by=cast.chief)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.actor) == ("person.merged", str(double.pk), cast.chief)
    assert entry.details["old"] == ["林晓舟", "霁川县融媒体"]
    assert entry.details["new"] == ["林晓舟", "霁川县融媒体中心"]
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_merging_again_changes_and_records_nothing(cast, double):
    persons.merge_person(double, cast.lin, by=cast.chief)
    count = AuditEntry.objects.count()
    persons.merge_person(double, cast.lin, by=cast.chief)
    assert AuditEntry.objects.count() == count


def test_whoever_has_both_in_one_role_keeps_one_credit(cast, double):
    draft = cast.article(credits=[(Role.REPORTER, double), (Role.REPORTER, cast.lin), (Role.PHOTO, double)])
    persons.merge_person(double, cast.lin, by=cast.chief)
    assert sorted(draft.credits.values_list("role", "person")) == [("photo", cast.lin.pk), ("reporter", cast.lin.pk)]


@pytest.mark.parametrize("who", ["writer", "editor", "stranger"])
def test_the_wrong_person_merges_nothing(cast, double, twin, who):
    with refused(PermissionDenied):
        persons.merge_person(double, cast.lin, by=getattr(cast, who))
    with refused(PermissionDenied):
        sources.merge_source(twin, cast.own, by=getattr(cast, who))


def test_what_cannot_be_merged_is_refused_with_a_way_out(cast, double):
    with refused(merging.CannotMerge, "itself"):
        persons.merge_person(double, double, by=cast.chief)
    with refused(merging.CannotMerge, "other way round"):
        persons.merge_person(cast.lin, double, by=cast.chief)
    with refused(merging.CannotMerge, "an account each"):
        persons.merge_person(cast.lin, cast.liang, by=cast.chief)
    persons.merge_person(double, cast.lin, by=cast.chief)
    with refused(merging.CannotMerge, "before"):
        persons.merge_person(double, cast.liang, by=cast.chief)
    third = persons.save_person(Person(name="林晓洲"), by=cast.writer)
    with refused(merging.CannotMerge, "Choose “林晓舟（霁川县融媒体中心）”"):
        persons.merge_person(third, double, by=cast.chief)


def test_nobody_is_merged_into_a_technical_account(cast, double):
    technical = Person.objects.create(name="管理员", user=make_user("technical", ["audit"]))
    with refused(persons.CannotCredit, "管理员"):
        persons.merge_person(double, technical, by=cast.chief)


def test_accounts_and_duties_stay_with_the_one_who_has_them(cast, double):
    persons.merge_person(double, cast.lin, by=cast.chief)
    cast.lin.refresh_from_db()
    assert cast.lin.user == cast.writer
    assert cast.writer.assignments.exists()


def test_who_wrote_a_text_under_the_double_s_name_is_still_not_its_independent_reader(cast, double):
    cast.lin.user = cast.editor
    Person.objects.filter(pk=cast.liang.pk).update(user=None)
    cast.lin.save()
    draft = credit(cast, double)
    persons.merge_person(double, cast.lin, by=cast.chief)
    draft.refresh_from_db()
    assert review.rules.was_credited(draft, cast.editor)
    assert review.rules.has_written(draft, cast.editor)


def test_an_open_form_or_a_restored_revision_that_names_the_double_credits_the_other_one(cast, double):
    draft = credit(cast, double)
    first = draft.latest
    persons.merge_person(double, cast.lin, by=cast.chief)
    double.refresh_from_db()
    editing.save_article(draft, by=cast.admin, credits=[(Role.PHOTO, double)])
    assert draft.credits.get().person == cast.lin
    restoring.restore_revision(first, by=cast.admin)
    assert draft.credits.filter(role=Role.REPORTER).get().person == cast.lin


def test_an_import_under_the_double_s_name_credits_the_other_one(cast, double, twin):
    persons.merge_person(double, cast.lin, by=cast.chief)
    sources.merge_source(twin, cast.own, by=cast.chief)
    assert persons.find_or_add_person("林晓舟", "霁川县融媒体", by=cast.chief) == cast.lin
    assert importing._find_or_make_person("林晓舟", "霁川县融媒体", [], by=cast.chief) == cast.lin
    page = read_printed_page("大桥通车\n来源：霁川新闻网站\n大桥今日通车。".encode())
    assert importing._find_or_make_source(page, [], by=cast.chief) == cast.own


def test_a_double_is_not_added_again(cast, double, twin):
    persons.merge_person(double, cast.lin, by=cast.chief)
    sources.merge_source(twin, cast.own, by=cast.chief)
    with refused(ValidationError, "Choose “林晓舟（霁川县融媒体中心）”"):
        persons.save_person(Person(name="林晓舟", unit="霁川县融媒体"), by=cast.chief)
    with refused(ValidationError, "Choose “霁川新闻网”"):
        sources.save_source(Source(name="霁川新闻网站"), by=cast.chief)


def test_many_credits_move_in_steps_newest_first(cast, double, monkeypatch):
    monkeypatch.setattr(merging, "MOVED_AT_ONCE", 2)
    drafts = [credit(cast, double) for _n in range(5)]
    persons.merge_person(double, cast.lin, by=cast.chief)
    assert set(double.credits.values_list("article", flat=True)) == {draft.pk for draft in drafts[:3]}
    assert [persons.continue_moving_credits() for _step in range(4)] == [2, 1, 0, 0]
    double.refresh_from_db()
    assert not double.moving
    assert Credit.objects.filter(person=cast.lin).count() == 5


def test_a_step_takes_as_many_queries_for_two_credits_as_for_ten(cast, double, django_assert_max_num_queries):
    for count in (2, 10):
        for _n in range(count):
            credit(cast, double)
        Person.objects.filter(pk=double.pk).update(merged_into=cast.lin, moving=True)
        with django_assert_max_num_queries(10):  # on SQLite, where nobody waits for the audit's lock, one less
            assert persons.continue_moving_credits() == count


def test_the_worker_asks_little_when_nothing_moves(cast, django_assert_num_queries):
    with django_assert_num_queries(6):  # one each, and two of its savepoint, since the test is a transaction
        assert (persons.continue_moving_credits(), sources.continue_moving_articles()) == (0, 0)


# --- sources ----------------------------------------------------------------------------------------------------


def test_sources_are_merged_alike(client, cast, twin, monkeypatch):
    monkeypatch.setattr(merging, "MOVED_AT_ONCE", 1)
    printed = cast.article(source=twin, title="大桥通车")
    cast.publish(printed)
    draft = cast.article(source=twin)
    sources.merge_source(twin, cast.own, by=cast.chief)
    draft.refresh_from_db()
    assert draft.source == cast.own
    assert [sources.continue_moving_articles() for _step in range(2)] == [1, 0]
    assert not Article.objects.filter(source=twin).exists()
    page = client.get(printed.get_absolute_url()).content.decode()
    assert "霁川新闻网站" in page
    assert f'href="{cast.own.get_absolute_url()}"' in page
    assert client.get(twin.get_absolute_url())["Location"] == cast.own.get_absolute_url()
    assert "大桥通车" in client.get(cast.own.get_absolute_url()).content.decode()
    entry = AuditEntry.objects.filter(action="source.merged").get()
    assert (entry.details["old"][0], entry.details["new"][0]) == ("霁川新闻网站", "霁川新闻网")
    count = AuditEntry.objects.count()
    sources.merge_source(twin, cast.own, by=cast.chief)
    assert AuditEntry.objects.count() == count


def test_a_search_by_a_name_finds_what_its_doubles_printed(client, cast, twin):
    cast.publish(cast.article(source=twin, title="大桥通车"))
    sources.merge_source(twin, cast.own, by=cast.chief)
    assert "大桥通车" in client.get("/search/?source=霁川新闻网").content.decode()
    assert client.get("/api/v1/search?source=霁川新闻网").json()["total"] == 1


# --- likely doubles ---------------------------------------------------------------------------------------------


def test_names_alike_are_listed_in_pages(cast, django_assert_num_queries):
    Person.objects.all().update(alike="")
    for name, unit in (
        ("甲•乙", ""),
        ("甲·乙", "望桥乡"),
        ("Ann Li", "一"),
        ("Ａnnli", "二"),
        ("王 芳", ""),
        ("方知远", ""),
    ):
        Person.objects.create(name=name, unit=unit, alike=merging.name_key(name))
    with django_assert_num_queries(2):
        first, key = merging.likely_doubles(Person.objects.all(), after="", most=1)
    rest, end = merging.likely_doubles(Person.objects.all(), after=key, most=5)
    assert [[row.name for row in group] for group in (*first, *rest)] == [["Ann Li", "Ａnnli"], ["甲•乙", "甲·乙"]]
    assert (key, end) == ("annli", "")


def test_a_double_that_was_merged_is_listed_no_more(cast, double):
    Person.objects.update(alike="林晓舟")
    ((first, *others),), _key = merging.likely_doubles(Person.objects.all(), after="", most=1)
    assert {first, *others} == {cast.lin, cast.liang, double}
    persons.merge_person(double, cast.lin, by=cast.chief)
    ((first, *others),), _key = merging.likely_doubles(Person.objects.all(), after="", most=1)
    assert {first, *others} == {cast.lin, cast.liang}


def test_an_upgrade_gives_every_name_the_key_that_saving_gives(cast):
    names = ["阿依古丽・买买提", "Ａnna Berg", "李 麗", "霁川〇号"]
    for name in names:
        Person.objects.create(name=name)
        Source.objects.create(name=name)
    import_module("articles.migrations.0030_doubles").fill_keys(apps, None)
    for model in (Person, Source):
        found = dict(model.objects.filter(name__in=names).values_list("name", "alike"))
        assert found == {name: merging.name_key(name) for name in names}


# --- the desk ---------------------------------------------------------------------------------------------------


def test_the_desk_lists_doubles_and_merges_one(client, cast, double):
    Person.objects.filter(pk=cast.lin.pk).update(alike=double.alike)
    client.force_login(cast.chief)
    assert "/admin/articles/person/doubles/" in client.get("/admin/articles/person/").content.decode()
    page = client.get("/admin/articles/person/doubles/").content.decode()
    link = f"/admin/articles/person/{double.pk}/merge/"
    assert f"{link}?into={cast.lin.pk}" in page
    assert f"/admin/articles/person/{cast.lin.pk}/merge/" not in page, "the person with the account stays"
    assert str(cast.lin) in client.get(link, {"into": cast.lin.pk}).content.decode()
    response = client.post(link, {"into": cast.lin.pk}, follow=True)
    assert "并入" in response.content.decode() or "merged" in response.content.decode()
    double.refresh_from_db()
    assert double.merged_into == cast.lin
    rows = client.get("/admin/articles/person/").context["cl"].queryset
    assert double not in rows
    assert client.get(f"/admin/articles/person/{double.pk}/change/").status_code == 200
    assert client.post(f"/admin/articles/person/{double.pk}/change/", {"name": "改"}).status_code == 403


@pytest.mark.parametrize("into", ["", "x", "999999999999999999", "0"])
def test_the_desk_refuses_a_choice_that_is_none(client, cast, double, into):
    client.force_login(cast.chief)
    link = f"/admin/articles/person/{double.pk}/merge/"
    assert client.get(link, {"into": into}).status_code == 200
    assert client.post(link, {"into": into}).status_code == 200
    double.refresh_from_db()
    assert double.merged_into is None


def test_the_desk_shows_a_refusal_on_the_form(client, cast, double):
    client.force_login(cast.chief)
    response = client.post(f"/admin/articles/person/{double.pk}/merge/", {"into": double.pk})
    assert response.context["form"].errors["into"]


def test_who_may_not_merge_sees_neither_button_nor_page(client, cast, double):
    client.force_login(cast.editor)
    assert "doubles/" not in client.get("/admin/articles/person/").content.decode()
    assert "/merge/" not in client.get(f"/admin/articles/person/{double.pk}/change/").content.decode()
    for address in ("person/doubles/", f"person/{double.pk}/merge/", "source/doubles/"):
        assert client.get(f"/admin/articles/{address}").status_code == 403


def test_the_choice_of_a_source_leaves_doubles_out(client, cast, twin):
    sources.merge_source(twin, cast.own, by=cast.chief)
    client.force_login(cast.writer)
    query = {"app_label": "articles", "model_name": "article", "field_name": "source"}
    found = {row["text"] for row in client.get("/admin/autocomplete/", query).json()["results"]}
    assert "霁川新闻网" in found
    assert "霁川新闻网站" not in found


def test_the_page_of_a_person_with_doubles_asks_as_little(client, cast, double, django_assert_max_num_queries):
    cast.publish(credit(cast, double))
    persons.merge_person(double, cast.lin, by=cast.chief)
    with django_assert_max_num_queries(SEARCH_INDEX_QUERIES + 5):
        client.get(cast.lin.get_absolute_url())
