"""The mutation testing of `make mutants`: each kind of change is made, sentences are left alone, every verb has tests."""

from pathlib import Path

import pytest

from tests.mutants.mutations import find_mutations
from tests.mutants.related_tests import ALSO, find_verbs, related_tests

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("x = a < b", ["x = (a <= b)"]),
        ("x = a and b", ["x = (a or b)", "x = (b)", "x = (a)"]),
        ("x = a + b", ["x = (a - b)"]),
        ("x = 400", ["x = 401"]),
        ("x = True", ["x = False"]),
        ("x = 'a'", ["x = 'ax'"]),
        ("x = not a", ["x = (a)"]),
        ("x = {a, b}", ["x = {b}", "x = {a}"]),
        ("x: int = 1", ["x: int = 2"]),
        ("rows.filter(a, b=c)", ["pass", "rows.filter(b=c)", "rows.filter(a)"]),
        ("if a: b()", ["if (not a): b()", "if a: pass"]),
        ("a.b = c", ["pass"]),
        ("x = a[:4]", ["x = a", "x = a[:5]"]),
        ("def f(a: 'B') -> 'C':\n    '''D'''\n    return a", ["def f(a: 'B') -> 'C':\n    '''D'''\n    return None"]),
        ("x = Problem('a.b', _('c'), field='d')", ["x = Problem('a.b', _('c'), field='dx')"]),
        ("from a import b\n__all__ = ['b']\nlog.info('c')\nx = _('d')\nraise E('e')", []),
        ("x = '汉'; y = 1", ["x = '汉x'; y = 1", "x = '汉'; y = 2"]),
    ],
)
def test_each_kind_of_change_is_made_in_its_place_and_nothing_else_is(source, mutants):
    assert [mutation.source for mutation in find_mutations(source)] == mutants


def test_a_mutant_says_its_line():
    assert [mutation.line for mutation in find_mutations("a = b\n\nc = 1\n")] == [3]


@pytest.mark.parametrize("module", find_verbs(ROOT))
def test_every_verb_has_related_tests(module):
    assert related_tests(ROOT, module)


def test_every_line_of_the_table_is_of_a_verb():
    verbs = find_verbs(ROOT)
    assert [key for key in ALSO if not any(module.startswith(key) for module in verbs)] == []


def test_a_module_without_tests_is_named():
    with pytest.raises(LookupError, match=r"articles/nowhere\.py has no tests"):
        related_tests(ROOT, "articles/nowhere.py")
