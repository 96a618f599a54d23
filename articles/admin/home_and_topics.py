"""The screen of topics, and the page on which the home page or a topic is arranged: blocks with slots of articles."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import home_and_topics, proposing
from ..arrangement_facts import ArrangedBlock
from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..home_and_topics import MOST_BLOCKS
from ..models import Block, ProposedChange, Topic
from .acting_user import acting_user
from .home_and_topics_forms import ArrangementForms, BlockForms, SlotForm, list_block_errors, shown_blocks
from .proposed_change import WAITS, ProposingAdmin

# Values of the small buttons: action, block, slot. They move or remove a block or a slot, or add a slot to a block.
MOVE = re.compile(r"(up|down|remove|add)-(\d{1,2})(?:-(\d{1,2}))?")
NEW_BLOCK: dict[str, Any] = {
    "kind": Block.Kind.LIST,
    "title": "",
    "count": 6,
    "fills": True,
    "section": "",
    "keyword": "",
    "open": True,
}


def arrange_view(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """Arrange the home page, or the topic with this key. Every button sends all forms, so that no input is lost."""
    if not permissions.has_duty_everywhere(acting_user(request), Duty.ARRANGE):
        raise PermissionDenied
    topic = get_object_or_404(Topic, pk=key) if key else None
    if request.method != "POST":
        return _arrangement_response(request, topic, ArrangementForms.of_saved(topic))
    sent = ArrangementForms.of_sent(request.POST)
    act = request.POST.get("act", "")
    button = MOVE.fullmatch(act)
    if button:
        goes_on = sent.apply_button(button[1], int(button[2]), int(button[3]) if button[3] else None)
    elif act == "add":
        sent.blocks.append((NEW_BLOCK.copy(), []))
        goes_on = f"b{len(sent.blocks) - 1}-kind"
    else:
        return _save_or_preview(request, topic, sent, preview=act == "preview")
    return _arrangement_response(request, topic, sent, goes_on=goes_on)


def _save_or_preview(
    request: HttpRequest, topic: Topic | None, sent: ArrangementForms, *, preview: bool
) -> HttpResponse:
    """Save what was sent, or redirect to its preview; show the forms with errors if it is not valid."""
    shown = sent.build_forms(bound=True)
    # A list, so that every form is validated and shows its errors.
    if [form for block, slots in shown for form in (block, *slots) if not form.is_valid()]:
        return _arrangement_response(request, topic, sent, shown)
    arranged = [
        ArrangedBlock(block.save(commit=False), [slot.save(commit=False) for slot in slots]) for block, slots in shown
    ]
    try:
        if preview:
            return redirect(home_and_topics.arrangement_preview_url(topic, arranged))
        proposed = home_and_topics.save_arrangement(topic, arranged, by=acting_user(request), based_on=sent.based_on)
    except ValidationError as refusal:
        return _arrangement_response(request, topic, sent, shown, refusal.messages)
    if proposed:
        messages.warning(request, WAITS)
    else:
        messages.success(request, _("Saved. Readers see it in a moment."))
    return redirect(request.path)


def _arrangement_response(
    request: HttpRequest,
    topic: Topic | None,
    arrangement: ArrangementForms,
    shown: list[BlockForms] | None = None,
    problems: list[str] | None = None,
    *,
    goes_on: str = "",
) -> HttpResponse:
    """Render the page. `shown` are bound forms that have errors; `problems` are sentences of a refusal.

    `goes_on`: see `apply_button`.
    """
    context = {
        **admin.site.each_context(request),
        "title": _("Arrange “%(topic)s”") % {"topic": topic} if topic else _("Arrange the home page"),
        "topic": topic,
        "blocks": shown_blocks(arrangement, shown or arrangement.build_forms(bound=False)),
        "problems": problems,
        "error_targets": list_block_errors(shown or []),
        "goes_on": goes_on,
        "based_on": arrangement.based_on,
        "may_add": len(arrangement.blocks) < MOST_BLOCKS,
        "media": SlotForm().media,
        "readers": topic.get_absolute_url() if topic else reverse("home"),
        "waiting": proposing.waiting_change(
            ProposedChange.Kind.ARRANGEMENT, topic.pk if topic else ProposedChange.HOME
        ),
    }
    return TemplateResponse(request, "admin/home_and_topics.html", context)


def arrangement_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of this module's views, for the desk to register."""
    return [
        path("front/", site.admin_view(arrange_view), name="arrange_home"),
        path("articles/topic/<int:key>/arrange/", site.admin_view(arrange_view), name="arrange_topic"),
    ]


@admin.register(Topic)
class TopicAdmin(ProposingAdmin[Topic]):
    save_act = staticmethod(home_and_topics.save_topic)
    list_display = ["title", "state", "position", "arranged"]
    list_filter = ["state"]
    search_fields = ["title", "slug"]
    autocomplete_fields = ["banner"]
    prepopulated_fields = {"slug": ["title"]}
    fields = ["title", "slug", "introduction", "banner", "state", "position"]

    @admin.display(description=gettext_lazy("blocks"))
    def arranged(self, topic: Topic) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:arrange_topic", args=[topic.pk]), _("Arrange"))
