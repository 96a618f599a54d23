"""Screens of uploaded files: one form to add, one address where the editor's button, drag and paste arrive."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..assignments import permissions
from ..refusals import Refusal
from ..uploads import may_describe_upload
from .newsroom_admin import NewsroomAdmin


class FileAdmin(NewsroomAdmin):
    """A screen for files that `store` keeps: adding uploads one, changing changes the words about it by
    `save_act`.

    `prepare` reads and checks an upload, or raises RefusedFile; `store` takes what it returns as well as an upload.
    """

    duty = permissions.Duty.WRITE
    everywhere = False
    store: Callable[..., Any]
    prepare: Callable[[UploadedFile], Any]
    words: list[str] = []  # the fields one may fill in beside the file

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_describe_upload(request.user, obj) if obj else super().has_change_permission(request)

    def get_form(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> Any:
        if obj:
            return super().get_form(request, obj, **kwargs)
        return forms.modelform_factory(
            self.model,
            form=type("UploadForm", (UploadForm,), {"prepare": staticmethod(self.prepare)}),
            fields=self.words,
        )

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return ["upload", *self.words] if obj is None else [*self.fields]

    def get_urls(self) -> list[Any]:
        name = f"articles_{self.opts.model_name}_upload"
        return [path("upload/", self.admin_site.admin_view(self.upload), name=name), *super().get_urls()]

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> models.Model:
        if change:
            return super().save_form(request, form, change)
        words = {field: form.cleaned_data[field] for field in self.words}
        return self.store(form.cleaned_data["upload"], by=request.user, **words)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)

    def upload(self, request: HttpRequest) -> JsonResponse:
        """Store the file of the field `upload` and answer as CKEditor wants it: where it is, or why it was refused."""
        upload = request.FILES.get("upload")
        if request.method != "POST" or upload is None:
            return _refusal_response(_("No file arrived. Choose one and try again."), 400)
        try:
            stored = self.store(upload, by=request.user)
        except Refusal as refusal:
            return _refusal_response(str(refusal), 422)
        except PermissionDenied as refusal:
            return _refusal_response(str(refusal), 403)
        facts = {"uploaded": 1, "fileName": upload.name, "url": stored.url, "name": stored.name}
        return JsonResponse({**facts, "notes": list(getattr(stored, "notes", ()))})


class UploadForm(forms.ModelForm):
    upload = forms.FileField(label=gettext_lazy("file"))
    prepare: Callable[[UploadedFile], Any]

    def clean_upload(self) -> Any:
        """The prepared file; what `store` would refuse is refused here, so that the sentence is shown beside the field."""
        try:
            return self.prepare(self.cleaned_data["upload"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def save_m2m(self) -> None:
        """The admin calls it after every form; an uploaded file has no such relations."""


def _refusal_response(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"uploaded": 0, "error": {"message": sentence}}, status=status)
