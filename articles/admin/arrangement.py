"""Topics, and the one screen on which the home page or a topic is arranged: blocks as cards, articles as rows."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import arranging
from ..arranging import MOST_BLOCKS, ArrangedBlock
from ..assignments import permissions
from ..assignments.permissions import Duty
from ..models import Block, Slot, Topic
from ..models.arrangement import MOST_LINES
from .newsroom_admin import EARLIEST, NUMBER, NewsroomAdmin

# What the small buttons say: to move or take away a block or a slot of it, or to add a slot to it.
MOVE = re.compile(r"(up|down|remove|add)-(\d{1,2})(?:-(\d{1,2}))?")


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = ["kind", "title", "count", "fills", "section", "keyword"]


class SlotForm(forms.ModelForm):
    until = forms.DateTimeField(
        label=gettext_lazy("until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = Slot
        fields = ["article", "title", "picture", "until"]
        widgets = {name: AutocompleteSelect(Slot._meta.get_field(name), admin.site) for name in ("article", "picture")}

    def clean_article(self) -> Any:
        article = self.cleaned_data["article"]
        if article.live_id is None:
            raise forms.ValidationError(_("Readers do not see this article; publish it first, or choose another."))
        return article

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < EARLIEST:
            raise forms.ValidationError(_("This is no day; write it like 2026-05-31."))
        return until


class ArrangementForms:
    """What stands on the screen, saved or not: each block with the data of its form and those of its slots' forms."""

    def __init__(self, blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
        self.blocks = blocks

    @classmethod
    def of_saved(cls, topic: Topic | None) -> "ArrangementForms":
        return cls(
            [
                (
                    forms.model_to_dict(block, BlockForm.Meta.fields),
                    [forms.model_to_dict(s, SlotForm.Meta.fields) for s in slots],
                )
                for block, slots in arranging.arranged_blocks(topic)
            ]
        )

    @classmethod
    def of_sent(cls, data: Any) -> "ArrangementForms":
        """From what was sent; whatever is no form of ours is left out, and nobody sends more than a page holds."""
        blocks = []
        for b in range(MOST_BLOCKS + 1):
            if f"b{b}-kind" not in data:
                break
            slots = []
            for s in range(MOST_LINES + 1):
                if f"b{b}s{s}-title" not in data:
                    break
                slots.append(
                    {
                        "article": _block_key(data.get(f"b{b}s{s}-article")),
                        "picture": _block_key(data.get(f"b{b}s{s}-picture")),
                        "title": data[f"b{b}s{s}-title"],
                        "until": data.get(f"b{b}s{s}-until", ""),
                    }
                )
            facts = {name: data.get(f"b{b}-{name}", "") for name in BlockForm.Meta.fields}
            blocks.append(({**facts, "fills": bool(facts["fills"]), "section": _block_key(facts["section"])}, slots))
        return cls(blocks)

    def move(self, what: str, block: int, slot: int | None) -> None:
        """Do what a small button says; nothing where there is nothing to do."""
        if block >= len(self.blocks):
            return
        if what == "add":
            self.blocks[block][1].append({"article": "", "picture": "", "title": "", "until": ""})
            return
        rows: list[Any] = self.blocks if slot is None else self.blocks[block][1]
        place = block if slot is None else slot
        other = place + {"up": -1, "down": 1}.get(what, 0)
        if what == "remove" and place < len(rows):
            del rows[place]
        elif place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]

    def forms(self, *, bound: bool) -> list[tuple[BlockForm, list[SlotForm]]]:
        """The forms to print; `bound` ones say what is wrong."""

        def made(form: type[forms.ModelForm], facts: dict[str, Any], prefix: str) -> Any:
            return form(_data_attributes(facts, prefix), prefix=prefix) if bound else form(initial=facts, prefix=prefix)

        return [
            (made(BlockForm, block, f"b{b}"), [made(SlotForm, slot, f"b{b}s{s}") for s, slot in enumerate(slots)])
            for b, (block, slots) in enumerate(self.blocks)
        ]


def arrange_view(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """The screen; each button sends all of it, so that nothing typed is lost, with a script or without."""
    if not permissions.has_duty_everywhere(request.user, Duty.ARRANGE):
        raise PermissionDenied
    topic = get_object_or_404(Topic, pk=key) if key else None
    if request.method != "POST":
        return _arrangement_response(
            request, topic, ArrangementForms.of_saved(topic), arranging.arrangement_version(topic)
        )
    based_on = int(_block_key(request.POST.get("based_on")) or 0)
    sent = ArrangementForms.of_sent(request.POST)
    act = request.POST.get("act", "")
    found = MOVE.fullmatch(act)
    if found:
        sent.move(found[1], int(found[2]), int(found[3]) if found[3] else None)
    elif act == "add":
        sent.blocks.append(({"kind": Block.Kind.LIST, "count": 6, "fills": True}, []))
    else:
        return _save_or_preview(request, topic, sent, based_on, preview=act == "preview")
    return _arrangement_response(request, topic, sent, based_on)


def _save_or_preview(
    request: HttpRequest, topic: Topic | None, sent: ArrangementForms, based_on: int, *, preview: bool
) -> HttpResponse:
    """Save what was sent, or show it as it would be; with sentences beside what is wrong."""
    shown = sent.forms(bound=True)
    if [form for block, slots in shown for form in (block, *slots) if not form.is_valid()]:
        return _arrangement_response(request, topic, sent, based_on, shown)
    arranged = [
        ArrangedBlock(block.save(commit=False), [slot.save(commit=False) for slot in slots]) for block, slots in shown
    ]
    try:
        if preview:
            return redirect(arranging.arrangement_preview_url(topic, arranged))
        arranging.save_arrangement(topic, arranged, by=request.user, based_on=based_on)
    except ValidationError as refusal:
        return _arrangement_response(request, topic, sent, based_on, shown, refusal.messages)
    messages.success(request, _("Saved. Readers see it in a moment."))
    return redirect(request.path)


def _arrangement_response(
    request: HttpRequest,
    topic: Topic | None,
    screenful: ArrangementForms,
    based_on: int,
    shown: list[tuple[BlockForm, list[SlotForm]]] | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Arrange “%(topic)s”") % {"topic": topic} if topic else _("Arrange the home page"),
        "topic": topic,
        "blocks": shown or screenful.forms(bound=False),
        "problems": problems,
        "wrong": bool(shown),
        "based_on": based_on,
        "may_add": len(screenful.blocks) < MOST_BLOCKS,
        "media": SlotForm().media,
        "readers": topic.get_absolute_url() if topic else reverse("home"),
    }
    return TemplateResponse(request, "admin/arrange.html", context)


def _block_key(text: Any) -> str:
    return text if isinstance(text, str) and NUMBER.fullmatch(text) else ""


def _data_attributes(facts: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in facts.items() if value not in (None, "", False)}


def arrangement_urls(site: admin.AdminSite) -> list[Any]:
    """The addresses, for the desk to register."""
    return [
        path("front/", site.admin_view(arrange_view), name="arrange_home"),
        path("articles/topic/<int:key>/arrange/", site.admin_view(arrange_view), name="arrange_topic"),
    ]


@admin.register(Topic)
class TopicAdmin(NewsroomAdmin):
    save_act = staticmethod(arranging.save_topic)
    list_display = ["title", "state", "position", "arranged"]
    list_filter = ["state"]
    search_fields = ["title", "slug"]
    autocomplete_fields = ["banner"]
    prepopulated_fields = {"slug": ["title"]}
    fields = ["title", "slug", "introduction", "banner", "state", "position"]

    @admin.display(description=gettext_lazy("blocks"))
    def arranged(self, topic: Topic) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:arrange_topic", args=[topic.pk]), _("Arrange"))
