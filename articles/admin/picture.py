"""The screen of pictures."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import pictures
from ..models import Picture
from .acting_user import acting_user
from .form_fields import NUMBER
from .pasting import fetch_picture_view
from .picture_library import MOST_USES, articles_with_picture, choose_picture_view, library_view
from .picture_thumbnail import picture_thumbnail
from .uploads import FileAdmin


@admin.register(Picture)
class PictureAdmin(FileAdmin[Picture]):
    store = staticmethod(pictures.store_picture)
    prepare = staticmethod(pictures.prepare_picture_upload)
    save_act = staticmethod(pictures.save_picture)
    words = ["alt", "caption", "credit", "licence"]
    readonly_fields = [
        "thumbnail",
        "size",
        "fetched_from",
        "ai_label",
        "content_credentials",
        "uploaded_at",
        "uploaded_by",
    ]
    fields = ["thumbnail", "name", *words, *readonly_fields[1:]]
    search_fields = ["name", "alt", "caption", "credit"]  # of a picture that is chosen by typing

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("fetch/", guarded(fetch_picture_view), name="articles_picture_fetch"),
            path("choose/", guarded(choose_picture_view), name="articles_picture_choose"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the library as a grid, instead of Django's list."""
        return library_view(self, request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Add the articles that show the picture, of those that the user may read."""
        context = dict(extra_context or {})
        if object_id and NUMBER.fullmatch(object_id) and (picture := Picture.objects.filter(pk=object_id).first()):
            context["uses"] = list(articles_with_picture(picture, acting_user(request))[:MOST_USES])
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> SafeString:
        return picture_thumbnail(picture)

    @admin.display(description=_("size"))
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"
