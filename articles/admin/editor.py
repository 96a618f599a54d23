"""The body editor: CKEditor 4 through django-ckeditor, with a short toolbar. Another editor would replace this file.

The server trusts nothing the editor sends: `articles.sanitising` cleans it. docs/decisions/editor.md describes the
risk of CKEditor's age and how it is contained. Our own plugins are in static/desk/editor/.
"""

from typing import Any

from ckeditor.widgets import CKEditorWidget
from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.forms import Media
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import pictures
from ..exchange.word_importing import WORD_ENDINGS
from ..sanitising import desk_addresses, held_pattern
from .form_fields import LIBRARY_CSS
from .uploads import limit_sentence

# Ours, in static/desk/editor/.
OUR_PLUGINS = [
    "newsroombody",
    "newsroomuploads",
    "newsroompictures",
    "newsroomattachments",
    "newsroomword",
    "newsroompasting",
    "newsroomtypography",
]
# All plugins that are loaded. Those not named here (spell checkers and converters on foreign servers, preview, iframes,
# forms, fonts, colours) do not run, nor do CKEditor's filters of pasted text: `sanitising` reads that. `divarea` edits
# in the page itself: an iframe would require a content security policy that allows inline scripts.
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
    "justify",
    "link",
    "list",
    "magicline",
    "maximize",
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
    ["BulletedList", "NumberedList", "Blockquote", "JustifyCenter", "JustifyRight"],
    ["Picture", "Attachment", "Word", "Table", "Link", "Unlink"],
    ["Undo", "Redo"],
    ["Typography"],
    ["Find", "Replace", "Maximize"],
]
# What the sanitiser keeps, in CKEditor's syntax; tests/test_editor.py compares the two. The editor removes everything
# else at once, so that users do not add styles that are lost on saving.
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
CLASSES = "p(align-center,align-right)"
# Placeholders in the text while a file is being uploaded; they are never saved.
UPLOAD_PLACEHOLDERS = "figure p img[data-widget,data-cke-upload-id]"
# The options that are the same in every language and for every user.
OPTIONS = {
    "defaultLanguage": "en",
    "skin": "moono-lisa",
    "versionCheck": False,  # it sends a request to cke4.ckeditor.com and shows a notice
    "customConfig": "",
    "stylesSet": False,
    "format_tags": "p;h2;h3;h4",
    "coreStyles_bold": {"element": "strong", "overrides": "b"},
    "entities": False,
    "height": "28rem",  # the minimum; it grows with the text (desk.css)
    "width": "100%",
    "tabSpaces": 0,
    "toolbarGroupCycling": False,  # arrow keys go through the whole toolbar, not through a group of it
    "linkDefaultProtocol": "https://",
    "linkShowAdvancedTab": False,
    "linkShowTargetTab": False,
    "dialog_noConfirmCancel": True,
    "disableNativeSpellChecker": False,
    "clipboard_handleImages": False,  # it would insert them as data: URLs, which the sanitiser removes
    "justifyClasses": ["align-left", "align-center", "align-right"],  # left has no class: it is the default
    "magicline_color": "#9d2b22",
}


# Decorates the views of pages with the editor: CKEditor 4 writes inline handlers (`onclick="…"`) into its toolbar.
with_editor_policy = csp_update({"script-src-attr": [UNSAFE_INLINE]})


class BodyWidget(CKEditorWidget):
    """The widget of the body. `with_source` adds the button that edits the HTML source."""

    with_source = False

    @property
    def media(self) -> Media:
        package = super().media
        names = [name.removeprefix("newsroom") for name in OUR_PLUGINS]
        ours = [f"desk/editor/{name}.js" for name in [*names, "rtf_pictures"]]
        # In one list with CKEditor's: merging with the media of other widgets keeps this order.
        css = {**package._css, "all": [*package._css.get("all", []), *LIBRARY_CSS]}
        return Media(css=css, js=[*package._js, "desk/picture_library.js", *ours])

    def format_value(self, value: Any) -> Any:
        """Return the text with addresses of files that the desk may read; the gate turns them back."""
        return desk_addresses(super().format_value(value) or "")

    def _set_config(self) -> None:
        """Replace the package's default configuration. The package calls this before each rendering."""
        self.config = editor_configuration(with_source=self.with_source)


def editor_configuration(*, with_source: bool = False) -> dict[str, Any]:
    """Return CKEditor's configuration in the active language."""
    attributes = [f"{name}[{names}]" for name, names in ATTRIBUTES.items()]
    return {
        **OPTIONS,
        "language": "zh-cn" if (get_language() or "").startswith("zh") else "en",
        "plugins": ",".join(PLUGINS),
        "toolbar": [*TOOLBAR, ["Source"]] if with_source else TOOLBAR,
        "allowedContent": "; ".join([ELEMENTS, *attributes, CLASSES, UPLOAD_PLACEHOLDERS]),
        **dict.fromkeys(("title", "applicationTitle"), _("Text")),  # names for screen readers; they would be "id_body"
        "newsroom": {
            "pictures": reverse("admin:articles_picture_upload"),
            "attachments": reverse("admin:articles_attachment_upload"),
            "library": reverse("admin:articles_picture_choose"),
            "most": settings.MAX_UPLOAD_BYTES,
            "most_played": settings.MAX_FILM_BYTES,
            "paste": reverse("admin:articles_article_paste"),
            "fetch": reverse("admin:articles_picture_fetch") if settings.FETCH_PICTURES else None,
            "icon": static("desk/editor/attachment.svg"),
            "word": {
                "take": reverse("admin:articles_article_word_take"),
                "icon": static("desk/editor/word.svg"),
                "endings": WORD_ENDINGS,
            },
            "typography": {
                "mend": reverse("admin:articles_article_typography"),
                "icon": static("desk/editor/typography.svg"),
            },
            "credit": pictures.credit_pattern(),
            "held": held_pattern(),
            "texts": _plugin_messages(),
        },
    }


def _plugin_messages() -> dict[str, str]:
    """Return the texts of our plugins."""
    return {**_file_messages(), **_word_messages(), **_paste_messages(), **_fetch_messages(), **_typography_messages()}


def _file_messages() -> dict[str, str]:
    return {
        "picture": _("Picture"),
        "attachment": _("Attachment"),
        "attachment_title": _("Attachment") + f" ({limit_sentence(takes_films=True)})",
        "picture_title": _("Picture, caption and credit"),
        "picture_file": _("Picture file"),
        "library": _("From the library"),
        "library_failed": _("The library did not answer. Check the connection, close this and try again."),
        "close": _("Close"),
        "picture_help": _("Pictures can also be dragged or pasted straight into the text.")
        + " "
        + limit_sentence(takes_films=False),
        "alt": _("What it shows, for people who cannot see it"),
        "caption": _("Caption"),
        "credit": _("Photographer"),
        "insert": _("Put into the text"),
        "change": _("Change"),
        "cancel": _("Cancel"),
        "placeholder": _("Caption. Double-click the picture to name the photographer."),
        "uploading": _("Uploading %s …"),
        "too_large": _("%s is too large.") + " " + limit_sentence(takes_films=True),
        "still_uploading": _("A file is still being uploaded. Save when it has arrived."),
        "upload_failed": _("%s could not be uploaded. Check the connection and try again."),
        "logged_out": _("You are logged out. Log in in another tab and upload again: your text is still here."),
    }


def _word_messages() -> dict[str, str]:
    return {
        "word": _("Word file"),
        "word_question": _("“%s” is a document. Put its text into the article, or attach the file?"),
        "word_insert": _("Put its text in"),
        "word_attach": _("Attach the file"),
        "word_reading": _("Reading %s …"),
        "word_offer": _("The document names:"),
        "word_unknown": _("Not in the lists yet; add them with the plus sign: %s"),
        "word_source": _("Source: %s"),
        "word_use": _("Enter them"),
        "word_leave": _("Leave it"),
    }


def _paste_messages() -> dict[str, str]:
    return {
        "pasting": _("Reading the pasted content …"),
        "still_pasting": _("The pasted text is still being read. Save once it is inserted."),
        "paste_failed": _("The pasted content could not be read with its layout; only its text was inserted. %s"),
        "paste_offline": _("The server did not answer; check the connection."),
        "nothing_pasted": _("The pasted content contains nothing that can be kept."),
        "local_pictures": _(
            "Pictures that were not copied: %s. WPS and Word leave them out; upload them with the picture button, "
            "or drag the files into the text. Their places are held in the text."
        ),
        "heading_place": _("%s is within a heading, where no picture can be. Put it into a separate paragraph."),
        "foreign_pictures": _(
            "Pictures of another site: %s. Their places are held in the text; if we may use them, "
            "have them fetched, or save them on this computer and upload them with the picture button."
        ),
    }


def _fetch_messages() -> dict[str, str]:
    return {
        "fetch_title": _("Fetch pictures of another site?"),
        "fetch_count": _("Pictures: %s, from"),
        "fetch_right": _("Right to use them: agreement, permission …"),
        "fetch_source": _("Whose they are (source)"),
        "fetch": _("Fetch them"),
        "fetch_not": _("Leave the places empty"),
        "fetching": _("Fetching pictures: %s left …"),
    }


def _typography_messages() -> dict[str, str]:
    return {
        "typography": _("Mend the typography"),
        "typography_reading": _("Looking at the typography …"),
        "typography_changes": _("Changes: %s. Nothing is changed yet."),
        "typography_apply": _("Change them all"),
        "typography_right": _("The typography is right: nothing to change."),
        "typography_failed": _("The typography could not be checked; nothing was changed. %s"),
        "typography_edited": _("The text has been changed in the meantime; start again."),
    }
