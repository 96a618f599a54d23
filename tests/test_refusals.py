"""Every refusal carries problems with an id, a message and perhaps a hint, all defined as constants."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from articles import baking, discarding, editing, placing, publishing, refusals, review, scheduling
from articles.models import Article, ArticleIsGone
from articles.refusals import Problem, Refusal

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(p for p in (ROOT / "articles").rglob("*.py") if "migrations" not in p.parts)


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def problems_in(value):
    if isinstance(value, Problem):
        yield value
    elif isinstance(value, dict):
        yield from (problem for entry in value.values() for problem in problems_in(entry))


def catalogue():
    """(module, problem) for every constant, including imported ones."""
    modules = [importlib.import_module(name_of(path)) for path in SOURCES]
    return [(m.__name__, problem) for m in modules for value in vars(m).values() for problem in problems_in(value)]


def all_classes(base=Refusal):
    for cls in base.__subclasses__():
        yield cls
        yield from all_classes(cls)


def test_ids_are_unique_and_begin_with_the_name_of_their_module():
    found = catalogue()
    assert len({id(problem) for _module, problem in found}) > 100
    by_id = {}
    for _module, problem in found:
        assert by_id.setdefault(problem.id, problem) is problem, f"{problem.id} is the id of two problems"
    for module, problem in found:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", problem.id), problem.id
        homes = {name for name, other in found if other is problem}
        stems = {part for home in homes for part in home.split(".")[1:]}
        prefix = problem.id.partition(".")[0]
        singular = prefix.removesuffix("s")  # hits.… may stand in the module of a hit
        fits = (stem in (prefix, singular) or stem.startswith(f"{prefix}_") for stem in stems)
        assert any(fits), f"{problem.id} in {module}"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_problem_has_a_sentence(language):
    with translation.override(language):
        for _module, problem in catalogue():
            assert str(problem.message).strip(), problem.id
            assert str(problem).startswith(str(problem.message)), problem.id


def test_the_sentences_of_one_problem_say_the_same_in_both_languages():
    """The same placeholders, so that filling in fails in neither language."""
    for _module, problem in catalogue():
        said = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                said[language] = set(re.findall(r"%\((\w+)\)", f"{problem.message}{problem.hint}"))
        assert said["en"] == said["zh-hans"], problem.id


def test_what_is_raised_comes_from_the_catalogue():
    """A message built where it is raised would have no id."""
    names = {cls.__name__ for cls in all_classes()}
    assert {"CannotPublish", "WouldVoid", "RefusedFile", "NotEvidence", "AlreadyBaking", "ApiError"} <= names
    raised = 0
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            name = ast.unparse(call.func if isinstance(call, ast.Call) else call).rpartition(".")[2] if call else ""
            if name not in names:
                continue
            raised += 1
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            assert isinstance(call, ast.Call), f"{where}: a refusal without a problem"
            assert call.args, f"{where}: a refusal without a problem"
            for inside in (inside for arg in call.args for inside in ast.walk(arg) if isinstance(inside, ast.Call)):
                assert ast.unparse(inside.func) not in ("_", "gettext", "Problem"), f"{where}: no constant"
    assert raised > 100


def test_every_exception_with_a_sentence_for_people_is_a_refusal():
    """Exceptions derived directly from ValueError or Exception are for programmers, and listed here."""
    ours = {"LimitMet", "Refusal", "RenderFailed", "UnknownPlace", "Unsatisfiable"}
    ours |= {"WrongNote", "WrongProof", "WrongStamp"}  # formats of the public log, which strangers' tools read, too
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and {ast.unparse(b) for b in node.bases} & {"ValueError", "Exception"}:
                assert node.name in ours, f"{path.relative_to(ROOT)}: {node.name}"


def test_a_refusal_says_all_its_problems_and_is_known_by_the_first():
    first = Problem("a.first", "%(what)s is missing.", "Add 100 %.")
    refusal = Refusal(first, Problem("a.second", "That, too."))
    assert str(refusal) == "%(what)s is missing. Add 100 %. That, too."
    assert (refusal.id, refusal.message, refusal.hint) == ("a.first", "%(what)s is missing.", "Add 100 %.")
    filled = Problem("a.first", "%(what)s is missing.", "Add %(what)s.", "body").filled(what="It")
    assert filled == Problem("a.first", "It is missing.", "Add It.", "body")


def test_sentences_are_translated_when_they_are_shown():
    refusal = publishing.CannotPublish(publishing.URGENT_READ_ALREADY)
    with translation.override("zh-hans"):
        chinese = str(refusal.problems[0])
    with translation.override("en"):
        assert str(refusal.problems[0]) == "All readings of the text are complete. Publish it the usual way."
    assert re.search("[一-龥]", chinese)


ACTS = {
    "publish": lambda cast, a: publishing.publish_article(a, by=cast.editor),
    "correct": lambda cast, a: publishing.publish_correction(a, by=cast.editor),
    "publish_urgent": lambda cast, a: publishing.publish_urgent(a, by=cast.chief, reason="汛情"),
    "withdraw": lambda cast, a: publishing.withdraw_article(a, by=cast.chief, reason="有误"),
    "put_back": lambda cast, a: publishing.put_back_article(a, by=cast.chief, reason="核实"),
    "submit": lambda cast, a: review.submit_article(a, by=cast.writer),
    "sign_off": lambda cast, a: review.sign_off_reading(a, by=cast.editor, revision=1),
    "hand_on": lambda cast, a: review.hand_on_reading(a, by=cast.editor, to=cast.head, reason="出差"),
    "unschedule": lambda cast, a: scheduling.unschedule_article(a, by=cast.editor),
    "discard": lambda cast, a: discarding.discard_draft(a, by=cast.writer),
    "place": lambda cast, a: placing.set_placing(a, by=cast.editor, pinned_until=None, expires_at=None, cover=None),
    "save": lambda cast, a: editing.save_article(a, by=cast.writer),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.django_db
def test_every_act_on_an_article_that_is_gone_is_refused(cast, act):
    article = cast.article(by=cast.writer)
    discarding.discard_draft(Article.objects.get(pk=article.pk), by=cast.writer)
    with translation.override("en"), pytest.raises(ArticleIsGone, match="no longer exists") as refusal:
        ACTS[act](cast, article)
    assert isinstance(refusal.value, refusals.Refusal)
    assert isinstance(refusal.value, Article.DoesNotExist)
    assert refusal.value.id == "article.is_gone"


def test_a_command_ends_with_the_sentence_of_what_was_refused(monkeypatch):
    def refuse():
        raise publishing.CannotPublish(publishing.URGENT_NOT_SUBMITTED)

    monkeypatch.setattr(baking, "require_own_store", refuse)
    with translation.override("en"), pytest.raises(CommandError, match="has not been submitted. Its writer submits it"):
        call_command("bake")


def test_sentences_are_joined_as_their_language_does():
    assert refusals.join_sentences(["读者看不到本稿。", "", "请直接修改草稿。"]) == "读者看不到本稿。请直接修改草稿。"
    assert refusals.join_sentences(["还不能发布：", "没有来源。"]) == "还不能发布：没有来源。"
    assert refusals.join_sentences(["Readers do not see it.", "Change it."]) == "Readers do not see it. Change it."
    assert str(refusals.Problem("refusals.x", "不行。", "改。")) == "不行。改。"
