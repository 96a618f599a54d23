"""Where the errors of a form, and the problems of an article, are to be put right: what lists them leads there."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django import forms
from django.urls import reverse

from ..models import Article
from ..refusals import Problem

# The ids of the parts of the article's form that are not called after their fields.
PARTS = {"credits": "credits-group"}


class ErrorTarget(NamedTuple):
    """An error, the name of its field and the id of the element to go to; both are '' where it is of the whole form.

    `is_marked` is False where nothing on the page is marked for it. `tick` is the check box that is the answer to it.
    """

    sentence: str
    label: str = ""
    target: str = ""
    is_marked: bool = True
    tick: forms.BoundField | None = None


def list_error_targets(form: forms.BaseForm, formsets: Iterable[forms.BaseFormSet]) -> list[ErrorTarget]:
    """Return every error of the form and of the rows below it, each with its target.

    A form may have `error_targets`: ids of elements that errors of no field lead to, by the errors' codes; and
    `error_ticks`: names of the check boxes that are the answer to such an error, likewise.
    """
    targets = [*_targets_of_whole(form), *_targets_of_fields(form)]
    for formset in formsets:
        group = f"{formset.prefix}-group"
        targets += [ErrorTarget(str(sentence), target=group) for sentence in formset.non_form_errors()]
        for row in formset.forms:
            targets += [ErrorTarget(str(sentence), target=group) for sentence in row.non_field_errors()]
            targets += _targets_of_fields(row)
    return targets


def _targets_of_whole(form: forms.BaseForm) -> Iterator[ErrorTarget]:
    places, ticks = getattr(form, "error_targets", {}), getattr(form, "error_ticks", {})
    for error in form.non_field_errors().as_data():
        tick = form[ticks[error.code]] if error.code in ticks else None
        for sentence in error:
            yield ErrorTarget(str(sentence), target=places.get(error.code, ""), is_marked=False, tick=tick)


def _targets_of_fields(form: forms.BaseForm) -> Iterator[ErrorTarget]:
    for field in form:
        for sentence in field.errors:
            yield ErrorTarget(str(sentence), str(field.label), field.id_for_label or field.auto_id)


def link_problems(article: Article, problems: Iterable[Problem]) -> list[tuple[Problem, str]]:
    """Return each problem with the address of the field that it is about, or '' if it is not about a field."""
    form, placing = (reverse(f"admin:articles_article_{page}", args=[article.pk]) for page in ("change", "placing"))
    return [
        (
            problem,
            placing
            if problem.field == "expires_at"
            else f"{form}#{PARTS.get(problem.field, f'id_{problem.field}')}"
            if problem.field
            else "",
        )
        for problem in problems
    ]
