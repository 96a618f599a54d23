"""The body editor: CKEditor 4 through django-ckeditor, with a short toolbar. The one file to replace it in.

The server trusts nothing that comes from it: `articles.sanitising` is the gate. What its age means and how the risk is
contained: docs/decisions/editor.md. What CKEditor lacks is in static/desk/editor/.
"""

from typing import Any

from ckeditor.widgets import CKEditorWidget
from django.conf import settings
from django.forms import Media
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

# Ours, in static/desk/editor/.
OUR_PLUGINS = ["newsroombody", "newsroomuploads", "newsroompictures", "newsroomattachments"]
# All that is loaded of CKEditor; what is not named here (spell checkers and converters on foreign servers, preview,
# iframes, forms, fonts, colours) does not run. `divarea` edits in the page itself: an iframe would ask the desk's
# policy to allow inline scripts.
PLUGINS = [
    "a11yhelp",
    "basicstyles",
    "blockquote",
    "clipboard",
    "contextmenu",
    "divarea",
    "enterkey",
    "entities",
    "find",
    "format",
    "htmlwriter",
    "indentlist",
    "link",
    "list",
    "magicline",
    "maximize",
    "pastefromgdocs",
    "pastefromlibreoffice",
    "pastefromword",
    "pastetext",
    "removeformat",
    "showborders",
    "sourcearea",
    "tab",
    "table",
    "tableselection",
    "tabletools",
    "toolbar",
    "undo",
    "uploadwidget",
    "widget",
    *OUR_PLUGINS,
]
TOOLBAR = [
    ["Format", "Bold", "RemoveFormat"],
    ["BulletedList", "NumberedList", "Blockquote"],
    ["Picture", "Attachment", "Table", "Link", "Unlink"],
    ["Undo", "Redo"],
    ["Find", "Replace", "Maximize"],
]
# What the gate keeps, in CKEditor's words; tests/test_editor.py holds the two together. The editor drops the rest at
# once, so that nobody styles a text whose styles are gone after saving.
ELEMENTS = (
    "p h2 h3 h4 strong em u s sub sup cite br hr ul li blockquote figure figcaption table caption thead tbody tfoot tr"
)
ATTRIBUTES = {
    "a": "!href,rel",
    "img": "!src,alt,width,height",
    "ol": "start",
    "th": "scope,colspan,rowspan",
    "td": "colspan,rowspan",
}
# While a file is on its way, its place in the text is held by one of these; they are never part of what is saved.
HELD_PLACES = "figure p img[data-widget,data-cke-upload-id]"


class BodyWidget(CKEditorWidget):
    """The body's field. `with_source` shows the button for the HTML source: for those who know what they do there."""

    with_source = False

    @property
    def media(self) -> Media:
        package = super().media
        ours = [f"desk/editor/{name.removeprefix('newsroom')}.js" for name in OUR_PLUGINS]
        # One list, so that merging with other widgets' files keeps ours behind CKEditor's.
        return Media(css=package._css, js=[*package._js, *ours])

    def _set_config(self) -> None:
        """Called by the package before each rendering; what it made of its own defaults is replaced whole."""
        self.config = editor_configuration(with_source=self.with_source)


def editor_configuration(*, with_source: bool = False) -> dict[str, Any]:
    """CKEditor's configuration in the language that is active."""
    return {
        "language": "zh-cn" if (get_language() or "").startswith("zh") else "en",
        "defaultLanguage": "en",
        "skin": "moono-lisa",
        "plugins": ",".join(PLUGINS),
        "toolbar": [*TOOLBAR, ["Source"]] if with_source else TOOLBAR,
        "versionCheck": False,  # it calls cke4.ckeditor.com, and nags
        "customConfig": "",
        "stylesSet": False,
        "allowedContent": "; ".join(
            [ELEMENTS, *(f"{name}[{names}]" for name, names in ATTRIBUTES.items()), HELD_PLACES]
        ),
        "format_tags": "p;h2;h3;h4",
        "coreStyles_bold": {"element": "strong", "overrides": "b"},
        "entities": False,
        "height": "28rem",  # at least; it grows with the text (desk.css)
        "width": "100%",
        "tabSpaces": 0,
        "linkDefaultProtocol": "https://",
        "linkShowAdvancedTab": False,
        "linkShowTargetTab": False,
        "dialog_noConfirmCancel": True,
        "clipboard_handleImages": False,  # it would put them into the text as data:, which the gate drops
        "magicline_color": "#9d2b22",
        "newsroom": {
            "pictures": reverse("admin:articles_picture_upload"),
            "attachments": reverse("admin:articles_attachment_upload"),
            "kept": f"{settings.MEDIA_URL}pictures/",
            "icon": static("desk/editor/attachment.svg"),
            "credit": _credit_pattern(),
            "texts": _plugin_messages(),
        },
    }


def _credit_pattern() -> str:
    """How a caption names the photographer, %s; readers see it, so that it is in their language, not the editor's."""
    with override(settings.LANGUAGE_CODE):
        return _("Photo: %s")


def _plugin_messages() -> dict[str, str]:
    """What our plugins say."""
    return {
        "picture": _("Picture"),
        "attachment": _("Attachment"),
        "picture_title": _("Picture, caption and credit"),
        "picture_file": _("Picture file"),
        "picture_help": _("Pictures can also be dragged or pasted straight into the text."),
        "alt": _("What it shows, for those who cannot see it"),
        "caption": _("Caption"),
        "credit": _("Photographer"),
        "insert": _("Put into the text"),
        "change": _("Change"),
        "cancel": _("Cancel"),
        "placeholder": _("Caption. Double-click the picture to name the photographer."),
        "uploading": _("Uploading %s …"),
        "still_uploading": _("A file is still being uploaded. Save when it has arrived."),
        "upload_failed": _("%s could not be uploaded. Check the connection and try again."),
        "logged_out": _("You are logged out. Log in in another tab and upload again: your text is still here."),
        "local_pictures": _(
            "Pictures that did not come along: %s. WPS and Word keep them back when copying; upload them with the "
            "picture button, or drag the files into the text."
        ),
        "foreign_pictures": _(
            "Pictures of another site were left out: %s. If we may use them, save them on this computer and upload "
            "them with the picture button."
        ),
    }
