"""Hundreds of requests of readers while articles are corrected, withdrawn and put back, in real processes."""

import json
import subprocess
import sys
from itertools import pairwise

import pytest

from tests.serving import ROOT, Newsroom

SCENE = """
from articles import baking
from articles.models import Section
from tests.cast import Cast
cast = Cast()
Section.objects.update(stages=1, same_person_allowed=True)
cast.news.refresh_from_db()
for _ in range(3):
    cast.publish(cast.article(title="第0版", summary="第0版", body="<p>第0版</p>", section=cast.news), by=cast.admin)
baking.bake_everything(processes=1)
"""
# Prints for each act when it returned, when the last of its pages was baked, and when it began, by the readers' clock.
ACTS = """
import json, sys, time
from django.contrib.auth.models import User
from articles import baking, editing, publishing, review
from articles.models import Article, BakeJob
by = User.objects.get(username="boss")

def settled():
    while BakeJob.objects.exists():
        time.sleep(0.01)
    return time.monotonic()

for version in range(1, 5):
    for number in (1, 2, 3):
        article = Article.objects.get(pk=number)
        began = time.monotonic()
        if number == 3 and version % 2:
            publishing.withdraw_article(article, by=by, reason="误")
            print(json.dumps(["withdrawn", number, version, time.monotonic(), settled(), began]), flush=True)
            continue
        if number == 3:
            publishing.put_back_article(article, by=by, reason="核实")
            print(json.dumps(["put back", number, version, time.monotonic(), settled(), began]), flush=True)
            continue
        article.title = article.summary = f"第{version}版"
        article.body = f"<p>第{version}版</p>" * 40
        editing.save_article(article, by=by, credits=[(c.role, c.person) for c in article.credits.all()], voiding=True)
        review.submit_article(article, by=by, note="数字有误")
        article.refresh_from_db()
        review.sign_off_reading(article, by=by, revision=article.latest.number)
        publishing.publish_correction(article, by=by)
        print(json.dumps(["corrected", number, version, time.monotonic(), settled(), began]), flush=True)
"""
REQUESTS, PROCESSES = 400, 2  # at least; they go on until the last act is done
ARTICLES = ("/a/1/", "/a/2/", "/a/3/")


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Return what was done and what readers saw."""
    newsroom = Newsroom(tmp_path_factory.mktemp("crowd"))
    newsroom.prepare()
    newsroom.run(SCENE)
    newsroom.serve()
    paths = ["/", "/a/1/", "/a/2/", "/a/3/", "/s/news/", "/feeds/all.atom"]
    files = [newsroom.folder / f"seen-{n}" for n in range(PROCESSES)]
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.readers", str(newsroom.port), str(REQUESTS), str(file), *paths], cwd=ROOT
        )
        for file in files
    ]
    done = [json.loads(line) for line in newsroom.run(ACTS).splitlines()]
    for file in files:
        file.with_name(f"{file.name}.stop").touch()
    assert [reader.wait() for reader in readers] == [0] * PROCESSES
    newsroom.stop()
    seen = sorted(json.loads(line) for file in files for line in file.read_text().splitlines())
    assert len(seen) >= REQUESTS * PROCESSES
    return done, seen


def test_no_reader_meets_an_error(story):
    assert {status for _at, _got, path, status, _versions, _parts in story[1] if path != "/a/3/"} == {200}
    assert {status for _at, _got, path, status, _versions, _parts in story[1] if path == "/a/3/"} <= {200, 410}


def test_no_page_is_half_of_one_text_and_half_of_another(story):
    shown = {
        (len(versions), parts)
        for _at, _got, path, status, versions, parts in story[1]
        if path in ARTICLES and status == 200
    }
    assert shown == {(1, 4)}
    assert len({versions[0] for _at, _got, path, _status, versions, _parts in story[1] if path == "/a/1/"}) > 2


def test_what_is_baked_is_what_readers_get(story):
    """A request that begins after the pages of an act are baked gets the text of that act or a later one."""
    done, seen = story
    checked = 0
    for what, number, version, _answered, settled, _began in done:
        if what == "corrected":
            after = [v[0] for at, _got, path, _status, v, _parts in seen if path == f"/a/{number}/" and at > settled]
            checked += len(after)
            assert all(shown >= version for shown in after)
    assert checked


def test_what_is_withdrawn_is_gone_when_the_act_has_answered(story):
    done, seen = story
    acts = [(what, answered, began) for what, number, _version, answered, _settled, began in done if number == 3]
    for (what, answered, _began), (_next, _answered, until) in pairwise(acts):
        if what == "withdrawn":
            # What was asked before the article was put back may be answered after that, on a busy machine.
            after = {s for at, got, path, s, _v, _parts in seen if path == "/a/3/" and answered < at and got < until}
            assert after == {410}
