"""Reading is a duty: who may read drafts, at every address, and that one rule decides it."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles import discarding, restoring, review
from articles.duty_assignments import reading
from articles.duty_assignments.permissions import Duty
from articles.models import Article, Credit, Person, Section
from tests.cast import make_section, make_user, refused
from tests.desk_scene import SECRET, Scene, client_of, tells_a_secret
from tests.desk_table import ADDRESSES, ALL, DRAFTS, TABLE

pytestmark = pytest.mark.django_db

OF_AN_ARTICLE = [
    (name, route) for name, route in ADDRESSES if re.match("articles/article/<(?!path:object_id>/$)", route)
]


# --- The rule -------------------------------------------------------------------------------------------------------


def readable(user):
    return set(reading.readable_articles(type(user).objects.get(pk=user.pk)))


@pytest.mark.parametrize("duty", reading.READING_DUTIES)
def test_a_duty_to_read_or_decide_opens_its_section_and_those_below(cast, duty):
    above, here, below = (cast.article(section=section) for section in (cast.culture, cast.news, cast.towns))
    if duty == Duty.AUDIT:  # for the whole newsroom only
        assert readable(make_user("auditor", [duty])) == {above, here, below}
        return
    assert readable(make_user("reader", [duty], cast.news)) == {here, below}
    assert readable(make_user("chief-reader", [duty])) == {above, here, below}


@pytest.mark.parametrize("duty", [duty for duty in Duty if duty not in reading.READING_DUTIES])
def test_no_other_duty_does_not_even_in_all_sections(cast, duty):
    cast.article()
    assert readable(make_user("writer-only", [duty])) == set()


def test_who_only_writes_reads_what_they_created_or_are_credited_in(cast):
    correspondent = make_user("correspondent", [Duty.WRITE], cast.towns)
    person = Person.objects.create(name="通讯员", user=correspondent)
    created = cast.article(by=correspondent, section=cast.towns, credits=[])
    photographed = cast.article(credits=[(Credit.Role.PHOTO, person)])
    cast.article(section=cast.towns)
    assert readable(correspondent) == {created, photographed}
    correspondent.assignments.all().delete()
    assert readable(correspondent) == set(), "who no longer works here reads nothing"
    assert not reading.may_read_article(type(correspondent).objects.get(pk=correspondent.pk), created)


def test_a_live_article_has_a_working_copy_that_only_its_readers_read(cast):
    live = cast.article()
    cast.publish(live)
    assert live not in readable(cast.towns_writer)
    assert live in readable(cast.chief)


class OneRule(TestCase):
    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(
        held=st.sets(st.tuples(st.sampled_from([*Duty]), st.integers(min_value=-1, max_value=2)), max_size=3),
        tie=st.sampled_from(["created", "credited", "none"]),
        where=st.integers(min_value=0, max_value=2),
        active=st.booleans(),
    )
    def test_the_query_and_the_question_agree(self, held, tie, where, active):
        top = make_section("甲", "a")
        sections = [top, make_section("乙", "b", parent=top), make_section("丙", "c")]
        other, user = make_user("other"), make_user("user", is_active=active)
        for duty, place in held:
            in_section = place >= 0 and duty not in (Duty.ACCOUNTS, Duty.GRANT, Duty.AUDIT)
            user.assignments.get_or_create(duty=duty, section=sections[place] if in_section else None)
        article = Article.objects.create(
            title="稿", section=sections[where], created_by=user if tie == "created" else other
        )
        if tie == "credited":
            article.credits.create(person=Person.objects.create(name="本人", user=user))
        allowed = reading.may_read_article(user, article)
        assert readable(user) == ({article} if allowed else set())
        if not active or not held:
            assert not allowed


def test_the_list_of_a_correspondent_is_one_query_and_the_question_few(cast, django_assert_num_queries):
    for _ in range(3):
        cast.article(by=cast.towns_writer, section=cast.news)
    user = type(cast.towns_writer).objects.get(pk=cast.towns_writer.pk)
    with django_assert_num_queries(2):  # the duties of the user, and the articles
        assert len(reading.readable_articles(user)[:50]) == 3
    article = Article.objects.select_related("section__parent").first()
    with django_assert_num_queries(0):
        assert reading.may_read_article(user, article)


# --- Writing is for those who may read ------------------------------------------------------------------------------


ACTS = {
    "save": lambda cast, article, by: cast.change(article, by=by, title="改"),
    "submit": lambda cast, article, by: review.submit_article(article, by=by),
    "discard": lambda cast, article, by: discarding.discard_draft(article, by=by),
    "restore": lambda cast, article, by: restoring.restore_revision(article.latest, by=by),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_writer_does_not_write_in_what_they_may_not_read(cast, act):
    article = cast.article(title="机密", section=cast.towns)
    with refused(PermissionDenied, f"Article {article.pk}") as caught:
        ACTS[act](cast, article, cast.towns_writer)
    assert "机密" not in str(caught.value)
    cast.towns_writer.assignments.create(duty=Duty.READ, section=cast.news)
    ACTS[act](cast, article, type(cast.towns_writer).objects.get(pk=cast.towns_writer.pk))


# --- At every address of the desk -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["correspondent", "elsewhere"])
@pytest.mark.parametrize("tie", ["created", "credited"])
def test_who_only_writes_opens_their_own_article_at_every_address_but_the_evidence(role, tie):
    """The table of tests/test_admin_table.py refuses these roles somebody else's article at the same addresses."""
    scene = Scene()
    user = scene.users[role]
    own = scene.cast.article(title="自己的稿子", credits=[])
    if tie == "created":
        Article.objects.filter(pk=own.pk).update(created_by=user)
    else:
        own.credits.create(role="photo", person=Person.objects.create(name="本人", user=user))
    client = client_of(user)
    opened = {name for name, route in OF_AN_ARTICLE if client.get(scene.path(name, route, own)).status_code == 200}
    # Setting aside and masking answer a GET with a redirect; the article has no edition, one revision and no original.
    closed = {
        "article_evidence",
        "articles_article_allow_source",
        "articles_article_original_file",
        "articles_article_set_aside",
        "articles_article_mask",
        "articles_article_edition_word",
        "articles_article_comparison_word",
    }
    closed |= set() if role == "correspondent" else {"articles_article_delete"}
    assert opened == {name for name, _route in OF_AN_ARTICLE} - closed


@pytest.mark.parametrize("role", sorted(ALL - DRAFTS - {"anonymous", "not_staff"}))
def test_no_list_search_or_choice_tells_of_a_draft(role):
    scene = Scene()
    client = client_of(scene.users[role])
    number = scene.embargoed.pk
    screens = [name for name, _route in ADDRESSES if name.endswith("_changelist") and role in TABLE[name].see]
    for screen in screens:
        for query in (f"q={SECRET}", f"q={number}", f"pk={number}", f"title__startswith={SECRET}"):
            response = client.get(f"{reverse(f'admin:{screen}')}?{query}")
            rows = response.context["cl"].result_list if response.context and "cl" in response.context else []
            assert not [row for row in rows if SECRET in str(row)], (screen, query)
            assert not [row for row in (response.context or {}).get("rows", []) if SECRET in str(vars(row))], screen
    slots = {"app_label": "articles", "model_name": "slot", "field_name": "article"}
    for term in ("", SECRET, str(number)):
        response = client.get("/admin/autocomplete/", {**slots, "term": term})
        assert response.status_code == 403 or number not in {int(row["id"]) for row in response.json()["results"]}
        assert not tells_a_secret(response)


@pytest.mark.parametrize(
    "query",
    ["section/?working_articles={number}", "attachment/?revisions={number}", "report/?contact__startswith=138"],
)
def test_a_list_is_not_filtered_by_what_it_does_not_offer(client, cast, query):
    article = cast.article()
    client.force_login(cast.chief)
    assert client.get(f"/admin/articles/{query.format(number=article.pk)}").status_code == 400


def test_who_signed_and_may_no_longer_read_is_not_told_of_the_correction(client, cast):
    article = cast.article(credits=[])
    cast.sign(article, times=1)
    cast.change(article, by=cast.head, title="后来改的题")
    assert article in review.corrected_since(cast.editor)
    cast.editor.assignments.exclude(duty="write").update(section=cast.culture)
    assert article not in review.corrected_since(type(cast.editor).objects.get(pk=cast.editor.pk))


def test_the_first_page_of_the_desk_lists_ones_own_drafts_only(client, cast):
    own, others = cast.article(by=cast.towns_writer, title="自己的"), cast.article(title="别人的")
    client.force_login(cast.towns_writer)
    html = client.get("/admin/").content.decode()
    assert own.title in html
    assert others.title not in html


def test_arranging_names_articles_as_readers_see_them(client, cast):
    """Whoever arranges pages need not read drafts: not the draft of a public article either."""
    arranger = make_user("arranger", [Duty.ARRANGE])
    live = cast.article(title="公开的题")
    cast.publish(live)
    cast.change(live, title="机密题")
    draft = cast.article(title="机密稿")
    client.force_login(arranger)
    slots = {"app_label": "articles", "model_name": "slot", "field_name": "article"}
    found = client.get("/admin/autocomplete/", {**slots, "term": ""}).json()["results"]
    assert found == [{"id": str(live.pk), "text": "公开的题"}]
    assert client.get("/admin/autocomplete/", {**slots, "term": "机密"}).json()["results"] == []
    for article in (live, draft):
        response = client.post(
            "/admin/front/",
            {
                "act": "save",
                "based_on": 0,
                "b0-kind": "list",
                "b0-title": "",
                "b0-count": "0",  # refused, so that the page is shown again
                "b0s0-article": article.pk,
                "b0s0-title": "",
                "b0s0-picture": "",
                "b0s0-until": "",
            },
        )
        assert response.status_code == 200
        assert not tells_a_secret(response, "机密")


def test_the_queue_does_not_name_a_draft_that_was_ticked_by_hand(client, cast):
    culture = cast.article(title="机密稿", section=cast.culture)
    cast.sign(culture, times=0)
    client.force_login(make_user("first", [Duty.FIRST], Section.objects.get(slug="towns")))
    response = client.post("/admin/queue/", {"article": f"{culture.pk}-1"}, follow=True)
    assert "机密稿" not in response.content.decode()


@pytest.mark.parametrize("page", ["change", "preview", "publish"])
def test_the_refusal_says_who_reads_it_and_who_assigns_that(client, cast, page):
    article = cast.article(title="机密")
    client.force_login(cast.culture_editor)
    answer = client.get(reverse(f"admin:articles_article_{page}", args=[article.pk]))
    html = answer.content.decode()
    assert answer.status_code == 403
    assert f"第 {article.pk} 号稿件只对撰写它的人" in html
    assert "机密" not in html
