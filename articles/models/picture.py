import posixpath

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .library_file import LibraryFile

# Widths in pixels of the WebP copies: for phones at one, two and three dots a pixel, for desktops.
RENDITION_WIDTHS = (480, 960, 1200, 1600)
# The last letter of a picture's file name tells which copies exist, since a signed text contains only the name:
# "s" for all, "w" for all but the square one, a hexadecimal digit if there is no copy of LATER_WIDTH either.
COPIES_MARK = "s"
LATER_WIDTH_MARKS = ("w", COPIES_MARK)
LATER_WIDTH = 1200
# The square copy is for the cards of messengers: WeChat requires at least 300 pixels, and less than 32 KB.
SQUARE_SIDE = 300
SQUARE_MAX_BYTES = 32_000
# The extension of an animation; still pictures are .jpg or .png.
ANIMATED = ".webp"


class Picture(LibraryFile):
    """图片: a re-encoded image in the library, identified by the hash of its bytes, with its credit and description.

    The name of its file is random: somebody with the same picture must not be able to find out whether we have it. An
    animation is a WebP file; its copies are stills, and one of them is a JPEG as wide as the animation.
    """

    file = models.ImageField(_("file"), upload_to="pictures", width_field="width", height_field="height")
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("Only the desk sees it."))
    alt = models.CharField(
        _("description for those who cannot see it"), max_length=200, blank=True, help_text=_("What the picture shows.")
    )
    caption = models.CharField(_("caption"), max_length=400, blank=True)
    credit = models.CharField(_("photo credit"), max_length=80, blank=True)
    licence = models.CharField(
        _("licence"), max_length=120, blank=True, help_text=_("By what right we use it: own, agreement, permission.")
    )
    fetched_from = models.CharField(_("fetched from"), max_length=2_000, blank=True, editable=False)

    # Messages for the uploader about what storing the file changed; set on upload, not saved.
    notes: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["name"], name="picture_name"),
            models.Index(fields=["file"], name="picture_file"),
        ]
        constraints = [models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="picture_has_a_size")]

    def __str__(self) -> str:
        return self.name or self.alt or self.sha256[:12]

    @property
    def url(self) -> str:
        return self.file.url

    @property
    def stored_names(self) -> list[str]:
        """The storage names of the picture and of its copies."""
        return picture_file_names(self.file.name, self.width)

    @property
    def still_url(self) -> str:
        """The URL of the picture, or of the JPEG shown in place of an animation in lists and elsewhere."""
        return still_of_picture(self.url, self.width)

    @property
    def renditions(self) -> list[tuple[int, str]]:
        """(width, URL) of each WebP copy, narrowest first. Computed without a query."""
        return picture_renditions(self.url, self.width)


def is_animation(url: str) -> bool:
    """Return True if the picture at `url`, or with this storage name, moves."""
    return url.endswith(ANIMATED)


def still_of_picture(url: str, width: int) -> str:
    """Return the URL of the JPEG shown in place of an animation; for a still picture, its own."""
    return f"{posixpath.splitext(url)[0]}-{width}.jpg" if is_animation(url) else url


def square_of_picture(url: str) -> str:
    """Return the URL of the square JPEG for the cards of messengers; "" for a picture from before there was one."""
    stem = posixpath.splitext(url)[0]
    return f"{stem}-square.jpg" if stem.endswith(COPIES_MARK) else ""


def picture_file_names(name: str, width: int) -> list[str]:
    """Return the storage names of a picture and of all its copies, the picture's own first."""
    copies = [copy for _width, copy in picture_renditions(name, width)]
    names = [name, *copies, square_of_picture(name), still_of_picture(name, width)]
    return list(dict.fromkeys(filter(None, names)))


def picture_renditions(url: str, width: int) -> list[tuple[int, str]]:
    """Return (width, URL) of each WebP copy of the picture at `url`, narrowest first; `width` is that of the original.

    Widths at or above the original's are replaced by one copy with the original's width.
    """
    stem = posixpath.splitext(url)[0]
    widths = rendition_widths(width)
    if not stem.endswith(LATER_WIDTH_MARKS) and width != LATER_WIDTH:
        widths = [w for w in widths if w != LATER_WIDTH]
    return [(w, f"{stem}-{w}.webp") for w in widths]


def rendition_widths(width: int) -> list[int]:
    """Return the widths of the copies that a new picture of this width gets, narrowest first."""
    return sorted({w for w in RENDITION_WIDTHS if w < width} | {min(width, RENDITION_WIDTHS[-1])})
