"""The screen of pictures."""

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import pictures
from ..models import Picture
from .pasting import fetch_picture_view
from .picture_thumbnail import picture_thumbnail
from .uploads import FileAdmin


@admin.register(Picture)
class PictureAdmin(FileAdmin[Picture]):
    store = staticmethod(pictures.store_picture)
    prepare = staticmethod(pictures.prepare_picture_upload)
    save_act = staticmethod(pictures.save_picture)
    words = ["alt", "caption", "credit", "licence"]
    readonly_fields = ["thumbnail", "size", "fetched_from", "ai_label", "uploaded_at", "uploaded_by"]
    fields = ["thumbnail", "name", *words, *readonly_fields[1:]]
    list_display = ["thumbnail", "name", "alt", "credit", "size", "uploaded_at"]
    list_display_links = ["thumbnail", "name"]
    search_fields = ["name", "alt", "caption", "credit"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(fetch_picture_view)
        return [path("fetch/", view, name="articles_picture_fetch"), *super().get_urls()]

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> SafeString:
        return picture_thumbnail(picture)

    @admin.display(description=_("size"))
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"
