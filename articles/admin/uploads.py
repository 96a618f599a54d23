"""Base class of the screens of uploaded files, with the address to which the body editor uploads."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, URLPattern, path, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..duty_assignments import permissions
from ..models import Attachment, Picture
from ..refusals import Refusal
from ..sanitising import desk_addresses
from ..uploads import may_describe_upload
from .acting_user import acting_user
from .desk_access import record_refused_page
from .newsroom_admin import NewsroomAdmin, Row


class FileAdmin(NewsroomAdmin[Row]):
    """A screen of files: adding a row uploads a file, changing it edits the words about the file through `save_act`.

    `prepare` reads and checks an upload, or raises RefusedFile. `store` saves an upload, or what `prepare` returned.
    """

    duty = permissions.Duty.WRITE
    everywhere = False
    store: Callable[..., Any]
    prepare: Callable[[UploadedFile], Any]
    words: list[str] = []  # the fields of the form for adding, except the file
    takes_films = False

    class Media:
        js = ("desk/upload.js",)

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        if isinstance(obj, Picture | Attachment):
            return may_describe_upload(acting_user(request), obj)
        return super().has_change_permission(request)

    def get_form(
        self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        return forms.modelform_factory(
            self.model,
            form=type(
                "UploadForm", (UploadForm,), {"prepare": staticmethod(self.prepare), "takes_films": self.takes_films}
            ),
            fields=self.words,
        )

    def get_fields(self, request: HttpRequest, obj: Row | None = None) -> list[Any]:
        return ["upload", *self.words] if obj is None else list(super().get_fields(request, obj))

    def get_urls(self) -> list[URLPattern]:
        name = f"articles_{self.opts.model_name}_upload"
        return [path("upload/", self.admin_site.admin_view(self.upload), name=name), *super().get_urls()]

    def save_form(self, request: HttpRequest, form: forms.ModelForm, change: bool) -> models.Model:
        if change:
            return super().save_form(request, form, change)
        words = {field: form.cleaned_data[field] for field in self.words}
        return self.store(form.cleaned_data["upload"], by=acting_user(request), **words)

    def save_model(self, request: HttpRequest, obj: Row, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)

    def upload(self, request: HttpRequest) -> JsonResponse:
        """Store the file of the field `upload`. The response is JSON in CKEditor's format: its address, or an error."""
        upload = request.FILES.get("upload")
        if request.method != "POST" or upload is None:
            return upload_refusal(_("No file arrived. Choose one and try again."), 400)
        try:
            stored = self.store(upload, by=acting_user(request))
        except Refusal as refusal:
            return upload_refusal(str(refusal), 422)
        except PermissionDenied as refusal:
            record_refused_page(request, acting_user(request), str(refusal))
            return upload_refusal(str(refusal), 403)
        return stored_response(stored, upload.name)


def limit_sentence(*, takes_films: bool) -> str:
    """Return how large a file may be."""
    megabytes, films = settings.MAX_UPLOAD_BYTES // 2**20, settings.MAX_FILM_BYTES // 2**20
    if not takes_films:
        return _("At most %(megabytes)d MB.") % {"megabytes": megabytes}
    return _("At most %(megabytes)d MB; films and recordings at most %(films)d MB.") % {
        "megabytes": megabytes,
        "films": films,
    }


class UploadForm(forms.ModelForm):
    upload = forms.FileField(label=gettext_lazy("file"))
    prepare: Callable[[UploadedFile], Any]
    takes_films = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["upload"]
        field.help_text = limit_sentence(takes_films=self.takes_films)
        # For static/desk/upload.js.
        field.widget.attrs |= {
            "data-most": settings.MAX_UPLOAD_BYTES,
            "data-large": _("The file is larger than %s MB; make it smaller and choose it again."),
            "data-sending": _("Sending the file …"),
            "data-failed": _("The file did not arrive. Check the connection and try again."),
        }
        if self.takes_films:
            field.widget.attrs["data-most-played"] = settings.MAX_FILM_BYTES

    def clean_upload(self) -> Any:
        """Return the prepared file. Refuses what `store` would refuse, so that the error is shown at the field."""
        try:
            return self.prepare(self.cleaned_data["upload"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def save_m2m(self) -> None:
        """Do nothing. The admin calls this after every form, but `store` has saved the row."""


def is_upload(request: HttpRequest) -> bool:
    """Return True if a script of the form sends a file, a paste, a body or unsaved text, and reads the answer."""
    try:
        # A session that cannot be read is met before the address is resolved.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return False
    return (match.url_name or "").endswith(
        ("_upload", "_paste", "_picture_fetch", "_word_take", "_keep", "_typography", "_typed")
    )


def stored_response(stored: Picture | Attachment, name: str | None) -> JsonResponse:
    """Answer, in CKEditor's format, that the file called `name` is stored."""
    facts = {"uploaded": 1, "fileName": name, "url": desk_addresses(stored.url), "name": stored.name}
    return JsonResponse({**facts, "notes": list(getattr(stored, "notes", ()))})


def upload_refusal(sentence: str, status: int) -> JsonResponse:
    """Answer, in CKEditor's format, that nothing is stored, and why."""
    return JsonResponse({"uploaded": 0, "error": {"message": sentence}}, status=status)
