"""Form fields of the desk for text: invisible characters are removed before it is validated; and what choices say."""

from collections.abc import Iterable, Iterator
from typing import cast

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from ..sanitising.text import visible_text


class VisibleCharField(forms.CharField):
    """A text field that removes invisible characters before it validates the text."""

    def to_python(self, value: object) -> str | None:
        text = super().to_python(value)
        if text is None:
            return None
        return "".join(visible_text(line) + end for line, end in _split_lines(text)).strip()


class VisibleSlugField(VisibleCharField, forms.SlugField):
    """A slug field that removes invisible characters before it validates the text."""


# Form fields by exact model field class; subclasses (addresses, e-mail) keep Django's form fields.
TEXT_FIELDS: dict[type[models.Field], type[forms.CharField]] = {
    models.CharField: VisibleCharField,
    models.TextField: VisibleCharField,
    models.SlugField: VisibleSlugField,
}


def _split_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield (line without its line break, line break)."""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        yield bare, line[len(bare) :]


NO_CHOICE = models.BLANK_CHOICE_DASH[0][1]


def name_no_choice(field: forms.ModelChoiceField | forms.TypedChoiceField) -> None:
    """Say in words that nothing is chosen yet, instead of Django's row of hyphens."""
    label = _("Choose one") if field.required else "–"
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = label if field.empty_label == NO_CHOICE else field.empty_label
    else:
        choices = cast(list[tuple[str, str]], list(cast(Iterable[object], field.choices)))
        field.choices = [(key, label if name == NO_CHOICE else name) for key, name in choices]
