"""Form fields of the desk for text: invisible characters are removed before it is validated."""

from collections.abc import Iterator

from django import forms
from django.db import models

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
