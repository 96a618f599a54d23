"""The screen of pictures."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import pictures
from ..models import Picture
from ..sanitising import desk_addresses
from .uploads import FileAdmin


def picture_thumbnail(picture: Picture) -> SafeString:
    """Return the smallest rendition as HTML, from where the desk may read it."""
    width, address = picture.renditions[0]
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        desk_addresses(address),
        width,
        round(picture.height * width / picture.width),
        picture.alt or picture.name or _("picture"),  # it may be a link, which needs a name
    )


@admin.register(Picture)
class PictureAdmin(FileAdmin[Picture]):
    store = staticmethod(pictures.store_picture)
    prepare = staticmethod(pictures.prepare_picture_upload)
    save_act = staticmethod(pictures.save_picture)
    words = ["alt", "caption", "credit", "licence"]
    fields = ["thumbnail", "name", *words, "size", "ai_label", "uploaded_at", "uploaded_by"]
    readonly_fields = ["thumbnail", "size", "ai_label", "uploaded_at", "uploaded_by"]
    list_display = ["thumbnail", "name", "alt", "credit", "size", "uploaded_at"]
    list_display_links = ["thumbnail", "name"]
    search_fields = ["name", "alt", "caption", "credit"]

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> SafeString:
        return picture_thumbnail(picture)

    @admin.display(description=_("size"))
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"
