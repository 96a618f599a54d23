"""A choice of accounts, which names each by its person and its user name."""

from django import forms
from django.contrib.auth.models import User

from .. import audit


class AccountChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return audit.name_with_account(obj)
