"""A choice of accounts, which names each by its person and its user name."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from .. import audit


class AccountChoiceField(forms.ModelChoiceField):
    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **{"empty_label": gettext_lazy("Choose a colleague"), **facts})

    def label_from_instance(self, obj: User) -> str:
        return audit.name_with_account(obj)
