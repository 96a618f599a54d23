"""Word files at the desk: their text for the editor, drafts from several files, and articles as .docx."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from .. import persons, sanitising, uploads
from ..bylines import CreditLine
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..exchange import word_exporting, word_importing
from ..models import Credit, Revision, Section, Source
from ..refusals import Refusal, join_sentences
from .acting_user import acting_user
from .article_screen import ArticleScreen
from .draft_section import DraftSectionForm
from .uploads import upload_refusal

MOST_FILES = 50  # of one form; dropped files are sent one by one
MOST_CREDITS_OFFERED = 30


class WordFilesForm(DraftSectionForm):
    """The section of the drafts that Word files become. The files are read from the request: there may be several."""

    @property
    def accepted(self) -> str:
        """The extensions of readable files, in the format of <input accept>."""
        return ",".join(f".{ending}" for ending in word_importing.WORD_ENDINGS)


def take_word_view(request: HttpRequest) -> JsonResponse:
    """Return the text of the file in the field `upload` as JSON, for the editor; nothing but its pictures is stored."""
    upload = request.FILES.get("upload")
    if request.method != "POST" or upload is None:
        return upload_refusal(_("No file arrived. Choose one and try again."), HTTPStatus.BAD_REQUEST)
    try:
        taken = word_importing.take_word_upload(upload, by=acting_user(request))
    except Refusal as refusal:
        return upload_refusal(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), HTTPStatus.FORBIDDEN)
    source = Source.objects.filter(name=taken.source).first() if taken.source else None
    return JsonResponse(
        {
            "uploaded": 1,
            "title": taken.title,
            "subtitle": taken.subtitle,
            "html": sanitising.desk_addresses(taken.html),
            "notes": taken.notes,
            "source": {"name": taken.source, "key": source.pk if source else None} if taken.source else None,
            "credits": [_offered_credit(credit) for credit in taken.credits[:MOST_CREDITS_OFFERED]],
        }
    )


def _offered_credit(credit: CreditLine) -> dict[str, Any]:
    """Return a credit with the person's key, if exactly one is known by this name and unit."""
    role, name, unit = credit
    people = persons.creditable_people().filter(name=name, **({"unit": unit} if unit else {}))[:2]
    person = people[0] if len(people) == 1 else None
    label = f"{Credit.Role(role).label}：{name}"
    return {"role": role, "label": label, "key": person.pk if person else None, "person": str(person or name)}


def import_word_view(request: HttpRequest) -> HttpResponse:
    """Make a draft of each file in the field `files`; the answer, a page or JSON, has a line for each.

    The draft of a single file is opened: by a script, which sends several one by one and this one with `alone`.
    """
    if not permissions.has_duty_anywhere(acting_user(request), Duty.WRITE):
        raise PermissionDenied(_("Articles are for those who work on them."))
    form = WordFilesForm(request)
    lines = []
    if request.method == "POST" and form.is_valid():
        files = request.FILES.getlist("files")
        if not files:
            form.add_error(None, _("No file arrived. Choose one and try again."))
        if len(files) > MOST_FILES:
            form.add_error(None, _("Only the first %(most)d files were read; send the others.") % {"most": MOST_FILES})
        lines = [_import_line(file, form.cleaned_data["section"], request) for file in files[:MOST_FILES]]
    in_script = request.headers.get("Accept") == "application/json"
    opened = _announce_draft(request, lines) if "alone" in request.POST or not in_script else ""
    if in_script:
        errors = [sentence for sentences in form.errors.values() for sentence in sentences]
        return JsonResponse({"lines": lines, "errors": errors})
    if opened:
        return redirect(opened)
    context = {**admin.site.each_context(request), "title": _("Drafts from Word files"), "form": form, "lines": lines}
    return TemplateResponse(request, "admin/articles/article/word_files.html", context)


def _announce_draft(request: HttpRequest, lines: list[dict[str, Any]]) -> str:
    """Return the address of the draft of a single file, and leave its line to the form; '' for several, or no draft."""
    if len(lines) != 1 or not lines[0]["address"]:
        return ""
    line = lines[0]
    messages.add_message(request, messages.SUCCESS if line["done"] else messages.WARNING, line["said"])
    if line["notes"]:
        messages.warning(request, join_sentences(line["notes"]))
    return str(line["address"])


def _import_line(upload: UploadedFile, section: Section, request: HttpRequest) -> dict[str, Any]:
    """Import one file. Returns its name, a sentence about it, the notes, and the draft's address if it may be read."""
    user = acting_user(request)
    line: dict[str, Any] = {"name": uploads.clean_name(upload.name), "done": False, "notes": [], "address": ""}
    try:
        imported = word_importing.import_word_upload(upload, section, by=user)
    except (Refusal, PermissionDenied, ValidationError) as refusal:
        sentences = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
        return {**line, "said": " ".join(sentences)}
    article = imported.article
    line |= {"done": not imported.already, "notes": [*imported.notes]}
    if article.discarded_at is None and reading.may_read_article(user, article):
        line["address"] = reverse("admin:articles_article_change", args=[article.pk])
        said = _("Already a draft: “%(title)s”.") if imported.already else _("Draft created: “%(title)s”.")
        return {**line, "said": said % {"title": article.title}}
    return {**line, "said": _("Already imported, as number %(number)d.") % {"number": article.pk}}


# --- Out ---------------------------------------------------------------------------------------------------------


def article_word_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """Send the working copy as .docx; if readers see just this text, as the edition that it is."""
    article = screen.get_article(request, number)
    live = article.live
    edition = live if live and live.revision_id == article.newest.pk else None
    data = word_exporting.export_word_file(article, article.newest, by=acting_user(request), edition=edition)
    return _word_response(data, f"{number}-{article.title}.docx")


def edition_word_view(screen: ArticleScreen, request: HttpRequest, number: int, edition: int) -> HttpResponse:
    """Send an edition as .docx."""
    article = screen.get_article(request, number)
    chosen = article.editions.select_related("revision").filter(number=edition).first()
    if chosen is None:
        raise Http404
    data = word_exporting.export_word_file(article, chosen.revision, by=acting_user(request), edition=chosen)
    return _word_response(data, f"{number}-{chosen.title}-{edition}.docx")


def comparison_word_view(
    screen: ArticleScreen, request: HttpRequest, number: int, before: int, after: int
) -> HttpResponse:
    """Send what changed between two revisions (花脸稿) as .docx."""
    article = screen.get_article(request, number)
    rows = Revision.objects.select_related("created_by__person").filter(article=article, number__in=(before, after))
    found = {row.number: row for row in rows}
    if before not in found or after not in found:
        raise Http404
    data = word_exporting.export_comparison(article, found[before], found[after], by=acting_user(request))
    return _word_response(data, f"{number}-{article.title}-{before}-{after}.docx")


def _word_response(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=uploads.CONTENT_TYPES["docx"])
    name = uploads.clean_name(name.replace("/", "／"))
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
