"""Different acts on one thing at the same moment: one of them wins, the others are refused, and nothing is half done."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from articles import (
    audit,
    change_sets,
    confirming,
    discarding,
    editing,
    leaving,
    marginal_notes,
    password_resets,
    presence,
    publishing,
    review,
    scheduling,
    sources,
)
from articles.models import (
    Article,
    AuditEntry,
    ChangeSetItem,
    PasswordReset,
    ProposedChange,
    SiteSettings,
    Source,
)
from articles.refusals import Refusal
from tests.cast import Cast, make_user
from tests.change_sets import propose, publish_texts, read_by_all
from tests.test_races import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
REFUSED = (Refusal, ValidationError, PermissionDenied, ObjectDoesNotExist)  # with a sentence: somebody was faster


def race(**acts):
    """Run the acts at once, and return the names of those that were not refused. Anything else that is raised fails."""
    done = set()

    def run(name, act):
        try:
            act()
        except REFUSED:
            return
        done.add(name)

    together(*(partial(run, name, act) for name, act in acts.items()))
    assert audit.first_broken_entry() is None
    return done


def acts_of(row):
    """The acts about it in the audit, in their order."""
    entries = AuditEntry.objects.filter(object_type=row._meta.model_name, object_id=str(row.pk)).order_by("pk")
    return list(entries.values_list("action", flat=True))


def fresh(user):
    return User.objects.get(pk=user.pk)


def test_a_suggestion_is_taken_or_declined():
    cast = Cast()
    for _turn in range(2):
        article = cast.article(body="<p>桥长三十米。</p>")
        note = marginal_notes.suggest_words(article, by=cast.editor, quote="三十米", replacement="五十米")
        done = race(
            take=lambda note=note: marginal_notes.take_suggestion(note, by=fresh(cast.writer)),
            again=lambda note=note: marginal_notes.take_suggestion(note, by=fresh(cast.writer)),
            decline=lambda note=note: marginal_notes.decline_suggestion(note, by=fresh(cast.writer)),
            discard=lambda article=article: discarding.discard_draft(article, by=fresh(cast.admin)),
        )
        article = Article.objects.get(pk=article.pk)
        acts = acts_of(article)
        taken, declined = acts.count("article.suggestion_taken"), acts.count("article.suggestion_declined")
        assert taken + declined <= 1, acts
        assert ("五十米" in article.latest.content["body"]) == bool(taken), (acts, done)
        assert (article.discarded_at is not None) == ("discard" in done)


def test_a_draft_is_published_or_discarded_and_by_hand_or_when_it_is_due():
    cast = Cast()
    for _turn in range(2):
        article = cast.article()
        cast.sign(article)
        scheduling.schedule_article(article, by=cast.editor, at=timezone.now() + timedelta(hours=1))
        Article.objects.filter(pk=article.pk).update(scheduled_for=timezone.now() - timedelta(seconds=1))
        race(
            publish=lambda a=article: publishing.publish_article(a, by=fresh(cast.editor)),
            due=scheduling.publish_due,
            discard=lambda a=article: discarding.discard_draft(a, by=fresh(cast.admin)),
            unschedule=lambda a=article: scheduling.unschedule_article(a, by=fresh(cast.editor)),
        )
        article = Article.objects.get(pk=article.pk)
        assert article.editions.count() == (0 if article.discarded_at else 1)
        assert (article.live is None) == (article.discarded_at is not None)
        assert article.scheduled_for is None
        assert scheduling.publish_due() == 0


def test_a_public_article_is_corrected_withdrawn_or_put_back_one_after_the_other():
    cast = Cast()
    for _turn in range(2):
        article = cast.article()
        cast.publish(article)
        cast.change(article, title="改了题")
        cast.sign(article, note="题有误。")
        race(
            correct=lambda a=article: publishing.publish_correction(a, by=fresh(cast.editor)),
            publish=lambda a=article: publishing.publish_article(a, by=fresh(cast.editor)),
            withdraw=lambda a=article: publishing.withdraw_article(a, by=fresh(cast.chief), reason="误"),
            back=lambda a=article: publishing.put_back_article(a, by=fresh(cast.chief), reason="无误"),
            discard=lambda a=article: discarding.discard_draft(a, by=fresh(cast.admin)),
        )
        article = Article.objects.get(pk=article.pk)
        assert (article.live is None) == (article.withdrawn_at is not None)
        assert article.discarded_at is None
        last = [
            act for act in acts_of(article) if act.split(".")[1] in ("published", "corrected", "withdrawn", "put_back")
        ]
        assert (last[-1] == "article.withdrawn") == (article.live is None), last
        numbers = list(article.editions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_text_is_saved_while_somebody_takes_it_over():
    cast = Cast()
    article = cast.article()

    def save(who):
        mine = Article.objects.get(pk=article.pk)
        mine.title = f"{who}的题"
        editing.save_article(mine, by=User.objects.get(username=who))

    people = ("chief", "editor")
    for _turn in range(3):
        takes = {
            f"take-{who}": lambda who=who: presence.note_presence(
                article.pk, by=User.objects.get(username=who), taking_over=True
            )
            for who in people
        }
        saves = {f"save-{who}": lambda who=who: save(who) for who in people}
        assert race(**takes, **saves) == {*takes, *saves}


def test_a_change_set_is_carried_out_while_its_articles_are_acted_on():
    cast = Cast()
    articles = publish_texts(cast, 3)
    change_set = propose(make_user("proposer", ["write", "read"]), *articles)
    read_by_all(cast, change_set)
    change_sets.carry_out_change_set(change_set, by=cast.chief)
    race(
        carry=change_sets.continue_change_sets,
        too=change_sets.continue_change_sets,
        stop=lambda: change_sets.stop_change_set(change_set, by=fresh(cast.chief)),
        withdraw=lambda: publishing.withdraw_article(articles[0], by=fresh(cast.chief), reason="误"),
        save=lambda: cast.change(Article.objects.get(pk=articles[1].pk), title="别的题"),
    )
    while change_sets.continue_change_sets():
        pass
    for item in ChangeSetItem.objects.filter(change_set=change_set).select_related("article", "edition"):
        assert (item.edition is not None) == (item.state == ChangeSetItem.State.DONE), item.state
        assert item.article.editions.count() == (2 if item.edition else 1)


def test_an_account_has_one_reset_at_a_time_and_a_link_works_once():
    cast = Cast()
    system, security = make_user("system", ["accounts"]), make_user("security", ["grant"])
    links = []
    race(
        one=lambda: links.append(password_resets.start_reset(fresh(cast.writer), by=fresh(system))),
        two=lambda: links.append(password_resets.start_reset(fresh(cast.writer), by=fresh(cast.admin))),
    )
    assert PasswordReset.objects.filter(user=cast.writer, ended_at=None).count() == 1
    reset = PasswordReset.objects.get(user=cast.writer, ended_at=None)
    token = next(link for made, link in links if made.pk == reset.pk).rstrip("/").split("/")[-1]
    codes = []
    race(
        confirm=lambda: codes.append(password_resets.confirm_reset(reset, by=fresh(security))),
        again=lambda: codes.append(password_resets.confirm_reset(reset, by=fresh(security))),
        stop=lambda: password_resets.stop_reset(reset, by=fresh(system)),
    )
    done = (
        race(
            use=lambda: password_resets.use_reset(token, code=codes[-1], password="Wiesental-Mohn-47"),
            twice=lambda: password_resets.use_reset(token, code=codes[-1], password="Wiesental-Rose-48"),
        )
        if codes
        else set()
    )
    assert len(done) <= 1
    assert acts_of(cast.writer).count("user.password_reset") <= 1


def test_whoever_leaves_signs_before_or_never():
    cast = Cast()
    system = make_user("system", ["accounts"])
    for turn in range(2):
        leaver = make_user(f"leaver{turn}", ["write", "first", "publish"])
        article = cast.article()
        review.submit_article(article, by=cast.writer)
        done = race(
            sign=lambda a=article, u=leaver: review.sign_off_reading(a, by=fresh(u), revision=1),
            leave=lambda u=leaver: leaving.let_go(fresh(u), to=fresh(cast.editor), reason="调走", by=fresh(system)),
        )
        assert "leave" in done
        article = Article.objects.get(pk=article.pk)
        assert article.stage == (2 if "sign" in done else 1)
        entries = list(AuditEntry.objects.order_by("pk"))
        signed = [e.pk for e in entries if e.action == "article.signed_off" and e.actor_id == leaver.pk]
        left = [e.pk for e in entries if e.object_type == "user" and e.object_id == str(leaver.pk)]
        assert not signed or signed[0] < max(left)


def test_a_submission_is_signed_or_taken_back():
    cast = Cast()
    for _turn in range(3):
        article = cast.article()
        review.submit_article(article, by=cast.writer)
        done = race(
            sign=lambda a=article: review.sign_off_reading(a, by=fresh(cast.editor), revision=1),
            take_back=lambda a=article: review.take_back_submission(a, by=fresh(cast.writer)),
        )
        assert len(done) == 1
        article = Article.objects.get(pk=article.pk)
        assert (article.stage, bool(article.signed)) == ((2, True) if done == {"sign"} else (0, False))


def test_words_are_proposed_once_and_decided_once():
    cast = Cast()
    SiteSettings.objects.create(pk=1, name="霁川新闻网", words_are_confirmed=True)
    second = make_user("second", ["arrange"])

    def rename(name, by):
        source = Source.objects.get(pk=cast.listed.pk)
        source.name = name
        sources.save_source(source, by=fresh(by))

    done = race(one=lambda: rename("甲报", cast.chief), two=lambda: rename("乙报", cast.admin))
    assert len(done) == 1
    change = ProposedChange.objects.get()
    done = race(
        confirm=lambda: confirming.confirm_change(change.pk, by=fresh(second)),
        again=lambda: confirming.confirm_change(change.pk, by=fresh(second)),
        reject=lambda: confirming.reject_change(change.pk, by=fresh(cast.chief)),
    )
    assert len(done) == 1
    assert (Source.objects.get(pk=cast.listed.pk).name == change.new["name"]) == (done != {"reject"})


def test_whoever_leaves_takes_along_what_they_are_given_meanwhile_and_nobody_deadlocks(monkeypatch):
    """The leaver's articles are locked; one more is given to them, and somebody acts on it, before the chain is."""
    cast = Cast()
    leaver, system = make_user("leaver", ["write", "first"]), make_user("system", ["accounts"])
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    lock_chain, given, held, taken = audit.lock_audit_chain, *(threading.Event() for _ in range(3))
    leaving_now = []

    def lock_chain_late():
        if threading.current_thread() in leaving_now and not given.is_set():
            given.set()
            assert held.wait(60)
        lock_chain()
        taken.set()

    def leave():
        leaving_now.append(threading.current_thread())
        leaving.let_go(fresh(leaver), to=fresh(cast.editor), reason="调走", by=fresh(system))

    def act():
        assert given.wait(60)
        review.hand_on_reading(article, by=fresh(cast.editor), to=fresh(leaver), reason="请代")
        taken.clear()
        with transaction.atomic():
            locked = Article.objects.get_locked(article.pk)
            held.set()
            assert taken.wait(60)
            audit.record_entry("article.held", locked, by=fresh(cast.editor))

    monkeypatch.setattr(audit, "lock_audit_chain", lock_chain_late)
    together(leave, act)
    assert not Article.objects.filter(handed_to=leaver).exists()
    assert acts_of(leaver) == ["user.left"]
