"""A rule comes into use while fifty people save and publish, on the database that lets many in."""

from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import connection

from articles import check_rules, check_ups, editing, publishing
from articles.checks import hits
from articles.models import Article, CheckRule, CheckUpFinding
from tests.cast import Cast
from tests.test_races import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
SAVING, PUBLISHING = 40, 10
BODY = "<p>望桥乡的人寒喧了几句。</p>"


def save(number, article):
    mine = Article.objects.get(pk=article.pk)
    mine.body = f"<p>第{number}次。</p>{BODY}"
    editing.save_article(mine, by=User.objects.get(username="editor"))
    hits.hits_to_show(mine)


def test_nobody_gets_an_error_and_no_hit_is_lost():
    cast = Cast()
    rule = check_rules.save_check_rule(CheckRule(name="寒暄", pattern="寒喧", advice="错字。"), by=cast.chief)
    check_rules.move_check_rule(rule, CheckRule.State.TRYING, by=cast.chief)
    while check_rules.continue_trials():
        pass
    drafts = [cast.article() for _n in range(SAVING)]
    signed = [cast.article(body=BODY) for _n in range(PUBLISHING)]
    for article in signed:
        cast.sign(article)
    hits.hits_to_show(drafts[0])  # the rules without this one are compiled
    acts = [partial(save, n, article) for n, article in enumerate(drafts)]
    acts += [partial(publishing.publish_article, article, by=cast.editor) for article in signed]
    acts.insert(len(acts) // 2, partial(check_rules.move_check_rule, rule, CheckRule.State.LIVE, by=cast.chief))

    together(*acts)

    for article in drafts + signed:
        assert [hit.rule.name for hit in hits.machine_record(Article.objects.get(pk=article.pk)).noticed] == ["寒暄"]
    while check_ups.continue_check_ups():
        pass
    since = CheckRule.objects.get(pk=rule.pk).changed_at
    public_before = Article.objects.filter(pk__in=[article.pk for article in signed], first_published_at__lt=since)
    found = CheckUpFinding.objects.filter(rule="寒暄").values_list("article", flat=True)
    assert set(public_before.values_list("pk", flat=True)) <= set(found)
