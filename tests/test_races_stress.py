"""Everybody acts on everything at once, on the database that lets many in: no act fails for what others do meanwhile."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from articles import (
    audit,
    baking,
    discarding,
    editing,
    home_and_topics,
    publishing,
    reporting,
    review,
    scheduling,
    worker,
)
from articles.duty_assignments import assigning
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Block, Report, Section, Slot
from tests.baked import assert_disk_matches_site
from tests.cast import Cast
from tests.test_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
REFUSED = (ValueError, ValidationError, PermissionDenied, Article.DoesNotExist)  # with a sentence: somebody was faster
TURNS = 15  # of each


class Hands:
    """Acts by one person, over the articles of all."""

    def __init__(self, numbers, seed):
        self.numbers, self.chance = numbers, random.Random(seed)
        self.by = User.objects.get(username="boss")
        self.acts = [
            self.change,
            self.change,
            self.issue,
            self.issue,
            self.issue,
            self.withdraw,
            self.put_back,
            self.new,
            self.arrange,
            self.schedule,
            self.report,
            self.close,
            self.expire,
            self.bake,
            self.assign,
            self.read,
            self.discard,
        ]

    @property
    def article(self):
        return Article.objects.get(pk=self.chance.choice(self.numbers))

    def turn(self):
        try:
            self.chance.choice(self.acts)()
        except REFUSED:
            return

    def change(self):
        article = self.article
        article.title = f"第{self.chance.randrange(99)}稿"
        article.keywords = ",".join(
            self.chance.sample(["大桥", "防汛", "春茶", "渡船", f"词{self.chance.randrange(5)}"], 2)
        )
        article.section = Section.objects.get(slug=self.chance.choice(["news", "culture", "towns"]))
        credits = [(credit.role, credit.person) for credit in article.credits.all()]
        editing.save_article(article, by=self.by, credits=credits, voiding=True)

    def issue(self):
        article = self.article
        if not article.stage:
            review.submit_article(article, by=self.by, note="有误")
        article.refresh_from_db()
        review.sign_off_reading(article, by=self.by, revision=article.latest.number)
        if article.editions.exists():
            publishing.publish_correction(article, by=self.by)
        else:
            publishing.publish_article(article, by=self.by)

    def new(self):
        article = Article(
            title="新稿", body="<p>正文。</p>", section=Section.objects.get(slug="news"), keywords="大桥,防汛"
        )
        article.source = self.article.source
        editing.save_article(article, by=self.by, credits=[(c.role, c.person) for c in self.article.credits.all()])
        self.numbers.append(article.pk)

    def withdraw(self):
        publishing.withdraw_article(self.article, by=self.by, reason="误")

    def put_back(self):
        publishing.put_back_article(self.article, by=self.by, reason="核实")

    def schedule(self):
        article = self.article
        scheduling.schedule_article(article, by=self.by, at=timezone.now() + timedelta(hours=1))
        # As if the hour had passed; somebody else's act may have taken it from the schedule meanwhile.
        Article.objects.filter(pk=article.pk, scheduled_for__isnull=False).update(scheduled_for=timezone.now())
        scheduling.publish_due()

    def expire(self):
        worker.queue_pages_changed_by_time()

    def arrange(self):
        shown = ArrangedBlock(Block(kind=Block.Kind.LIST, count=3), [Slot(article=self.article)])
        home_and_topics.save_arrangement(None, [shown], by=self.by, based_on=home_and_topics.arrangement_version(None))

    def report(self):
        address = f"10.0.0.{self.chance.randrange(250)}"
        reporting.receive_report(self.article, text="第二段有误", address=address)

    def close(self):
        report = Report.objects.order_by("?").first()
        if report:
            reporting.answer_report(report, by=self.by, text="已改")

    def assign(self):
        user = User.objects.get(username=self.chance.choice(["writer", "editor", "head"]))
        assigning.assign_duties(user, [self.chance.choice(["write", "first", "publish"])], None, by=self.by)
        assigning.revoke_duty(self.chance.choice(list(user.assignments.all())), by=self.by)

    def read(self):
        """A reading by somebody who may be losing the duty."""
        article, by = self.article, User.objects.get(username="editor")
        self.chance.choice([review.put_on_hold, review.reject_article, review.send_back])(article, by=by, reason="再核")

    def discard(self):
        discarding.discard_draft(self.article, by=self.by)

    def bake(self):
        baking.bake_pending()


def test_nobodys_act_fails_for_what_others_do_meanwhile():
    cast = Cast()
    Section.objects.update(stages=1, same_person_allowed=True)
    for section in (cast.news, cast.culture, cast.towns):
        section.refresh_from_db()
    articles = [cast.article(keywords="大桥,防汛") for _ in range(8)]
    for article in articles[:5]:
        cast.publish(article, by=cast.admin)
    baking.bake_everything(processes=1)
    numbers = [article.pk for article in articles]

    def act(n):
        hands = Hands(numbers, n)
        for _turn in range(TURNS):
            hands.turn()

    all_at_once(act)
    assert audit.first_broken_entry() is None
    baking.bake_pending()
    if baking.full_bake_is_requested():
        baking.bake_everything(processes=1)
    assert_disk_matches_site()
