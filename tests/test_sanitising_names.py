"""Names of people: one dot and one zero, however they were typed, at entry, in imports and in searches."""

import pytest

from articles import persons, search
from articles.models import Credit, Person
from articles.sanitising import MIDDLE_DOTS, plain_name

DOTTED = "阿依古丽·买买提"


@pytest.mark.parametrize("dot", [*MIDDLE_DOTS, ".", "．", "﹒", "··", "・・", " · ", "．．"])
def test_every_dot_of_a_name_becomes_one(dot):
    assert plain_name(f"阿依古丽{dot}买买提") == DOTTED


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("J. K. Smith", "J. K. Smith"),
        ("J.R.史密斯", "J.R.史密斯"),
        ("让•雷诺", "让·雷诺"),
        ("João•王", "João·王"),
        ("ジョン・スミス", "ジョン・スミス"),
        ("李○明", "李〇明"),
        ("李◯明", "李〇明"),
        ("李〇明", "李〇明"),
        ("陈○○", "陈○○"),
        ("·方知远", "·方知远"),
        ("  方知远\u200b ", "方知远"),
        ("买买提·吾守尔・艾山", "买买提·吾守尔·艾山"),
    ],
)
def test_only_what_is_a_mark_of_a_name_is_changed(typed, kept):
    assert plain_name(typed) == kept
    assert plain_name(kept) == kept


@pytest.mark.django_db
def test_a_person_has_the_right_dot_whatever_was_typed(cast):
    person = persons.save_person(Person(name="阿依古丽・买买提", unit="望桥乡"), by=cast.writer)
    person.refresh_from_db()
    assert person.name == DOTTED
    for typed in ("阿依古丽・买买提", "阿依古丽．买买提", "阿依古丽∙买买提", "阿依古丽··买买提", DOTTED):
        assert persons.find_or_add_person(typed, "望桥乡", by=cast.writer) == person
        assert persons.find_people(typed) == [person]
    assert persons.find_people("阿依古丽买买提") == [], "without a dot it may be somebody else"


@pytest.mark.django_db
def test_somebody_who_was_stored_with_another_dot_is_found_and_no_double_is_made(cast):
    older = persons.save_person(Person(name="迪丽努尔·艾山"), by=cast.writer)
    Person.objects.filter(pk=older.pk).update(name="迪丽努尔•艾山")
    assert persons.find_or_add_person("迪丽努尔·艾山", "", by=cast.writer) == older


@pytest.mark.django_db
def test_the_name_of_an_account_finds_the_person_whatever_the_dot(client, cast):
    known = persons.save_person(Person(name=DOTTED, unit="望桥乡"), by=cast.writer)
    client.force_login(cast.admin)
    person = {"person-TOTAL_FORMS": 1, "person-INITIAL_FORMS": 0, "person-0-name": "阿依古丽•买买提"}
    page = f"/admin/auth/user/{cast.head.pk}/change/"
    client.post(page, {"username": "head", "is_staff": "on", **person, "person-0-unit": "望桥乡"})
    known.refresh_from_db()
    assert known.user == cast.head


@pytest.mark.django_db
@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "．", "∙", ".", "··", "⋅", "﹒", "․", ""])
def test_searches_do_not_care_which_dot(cast, dot):
    credits = [(Credit.Role.REPORTER, Person.objects.create(name=DOTTED)), (Credit.Role.RESPONSIBLE_EDITOR, cast.liang)]
    article = cast.article(credits=credits, title="入选：李〇明")
    cast.publish(article)
    words = search.SearchQuery.words_in(f"阿依古丽{dot}买买提")
    assert [hit.number for hit in search.search_articles(search.SearchQuery(words=words)).hits] == [article.number]
    for circle in "〇○◯":
        query = search.SearchQuery(words=search.SearchQuery.words_in(f"李{circle}明"))
        assert search.search_articles(query).total == 1
