"""The access rule: a duty applies to its section and the sections below it, and nowhere else."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles.duty_assignments import permissions
from articles.duty_assignments.permissions import DUTIES_OF, Duty, Role
from articles.models import Section
from tests.cast import make_section, make_user


class DutiesReachDown(TestCase):
    @given(
        tree=st.lists(st.integers(min_value=-1, max_value=6), min_size=1, max_size=7),
        held=st.sets(st.integers(min_value=-1, max_value=6), max_size=3),
    )
    def test_may_and_sections_agree_with_the_plain_meaning(self, tree, held):
        """`tree[i]` is the parent of section i (-1: none); `held` are the sections of the duty (-1: all)."""
        sections = []
        for index, parent in enumerate(tree):
            above = sections[parent] if 0 <= parent < index and sections[parent].level < 3 else None
            sections.append(make_section(f"s{index}", f"s{index}", parent=above))
        user = make_user("u")
        for index in held:
            if index < len(sections):
                user.assignments.create(duty=Duty.WRITE, section=sections[index] if index >= 0 else None)
        covered = {s.pk for i, s in enumerate(sections) if -1 in held or held & {sections.index(a) for a in lineage(s)}}
        assert {s.pk for s in sections if permissions.has_duty(user, Duty.WRITE, s)} == covered
        assert set(permissions.sections_with_duty(user, Duty.WRITE).values_list("pk", flat=True)) == covered
        assert not permissions.sections_with_duty(user, Duty.PUBLISH).exists()


def lineage(section):
    while section:
        yield section
        section = section.parent


def test_an_inactive_account_may_nothing(cast):
    for user in (cast.chief, cast.admin):
        user.is_active = False
        assert not permissions.has_duty(user, Duty.WRITE, cast.news)
        assert not permissions.has_duty_anywhere(user, Duty.WRITE)
        assert not permissions.has_duty_everywhere(user, Duty.ARRANGE)
        assert not permissions.sections_with_duty(user, Duty.WRITE).exists()


def test_a_superuser_may_everything(cast):
    assert permissions.has_duty(cast.admin, Duty.PUBLISH, cast.towns)
    assert permissions.sections_with_duty(cast.admin, Duty.WRITE).count() == Section.objects.count()


def test_everywhere_is_more_than_somewhere(cast):
    assert permissions.has_duty_anywhere(cast.culture_editor, Duty.WRITE)
    assert not permissions.has_duty_everywhere(cast.culture_editor, Duty.WRITE)
    assert permissions.has_duty_everywhere(cast.chief, Duty.ARRANGE)


def test_a_refusal_names_who_where_and_what_is_missing(cast):
    with pytest.raises(PermissionDenied, match="stranger.*要闻"):
        permissions.require_duty(cast.stranger, Duty.PUBLISH, cast.news)
    with pytest.raises(PermissionDenied, match="stranger"):
        permissions.require_duty_anywhere(cast.stranger, Duty.WRITE)


def test_the_roles_are_those_of_a_newsroom():
    assert {role.value: {duty.value for duty in duties} for role, duties in DUTIES_OF.items()} == {
        "correspondent": {"write"},
        "reporter": {"write", "read"},
        "editor": {"write", "first"},
        "head": {"write", "second", "publish"},
        "chief": {"write", "final", "publish", "withdraw", "urgent", "arrange", "rules", "roster"},
        "system": {"accounts"},
        "security": {"grant"},
        "auditor": {"audit"},
    }
    assert set(DUTIES_OF) == set(Role)


def test_a_duty_for_the_whole_newsroom_is_asked_for_by_name(cast):
    permissions.require_duty_everywhere(cast.chief, Duty.ARRANGE)
    permissions.require_duty_anywhere(cast.culture_editor, Duty.WRITE)
    with pytest.raises(PermissionDenied, match="culture-editor"):
        permissions.require_duty_everywhere(cast.culture_editor, Duty.WRITE)


def test_a_superuser_holds_no_duty_that_was_not_assigned(cast):
    """This distinguishes breaking the glass from acting by duty."""
    assert not permissions.has_assignment(cast.admin, Duty.URGENT, cast.news)
    assert permissions.has_assignment(cast.chief, Duty.URGENT, cast.towns)
    assert permissions.has_duty_anywhere(cast.admin, Duty.URGENT)
    assert permissions.has_duty_everywhere(cast.admin, Duty.URGENT)


def test_each_reading_has_its_duty_and_the_last_is_final():
    assert [
        [permissions.duty_of_stage(stage, stages).value for stage in range(1, stages + 1)] for stages in (1, 3, 5)
    ] == [["final"], ["first", "second", "final"], ["first", "second", "third", "fourth", "final"]]
