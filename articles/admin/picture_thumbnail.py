"""A small copy of a picture of the library, as the desk shows it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Picture
from ..sanitising import desk_addresses


def picture_thumbnail(picture: Picture, *, beside_its_name: bool = False, beside_its_words: bool = False) -> SafeString:
    """Return the smallest rendition as HTML, from where the desk may read it.

    It may be a link, which needs a name; with `beside_its_name`, its file name would be read out twice. Next to words
    that say what it belongs to, such as the title of an article, it is not read out.
    """
    words = picture.alt or ("" if beside_its_name else picture.name or _("picture"))
    width, address = picture.renditions[0]
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        desk_addresses(address),
        width,
        round(picture.height * width / picture.width),
        "" if beside_its_words else words,
    )
