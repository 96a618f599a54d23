"""The screen of topics, and the page on which the home page or a topic is arranged: blocks with slots of articles."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
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
from ..models import Article, Block, ProposedChange, Slot, Topic
from ..models.article import ArticleQuerySet
from ..models.home_and_topics import MOST_LINES
from .acting_user import acting_user
from .article_screen import public_title
from .day_inputs import MinuteInput
from .newsroom_admin import EARLIEST, NUMBER, NumberedChoice
from .proposed_change import WAITS, ProposingAdmin

# Values of the small buttons: action, block, slot. They move or remove a block or a slot, or add a slot to a block.
MOVE = re.compile(r"(up|down|remove|add)-(\d{1,2})(?:-(\d{1,2}))?")


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = ["kind", "title", "count", "fills", "section", "keyword"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section = self.fields["section"]
        if isinstance(section, forms.ModelChoiceField):
            section.empty_label = _("All sections")


class ArticleChoiceField(forms.ModelChoiceField):
    """A choice of articles by their public titles: whoever arranges pages need not read drafts."""

    def __init__(self, queryset: ArticleQuerySet, **kwargs: Any) -> None:
        super().__init__(queryset.select_related("live"), **kwargs)

    def label_from_instance(self, obj: Article) -> str:
        return public_title(obj)


class SlotForm(forms.ModelForm):
    until = forms.DateTimeField(
        label=gettext_lazy("until"),
        required=False,
        widget=MinuteInput,
    )

    class Meta:
        model = Slot
        fields = ["article", "title", "picture", "until"]
        field_classes = {"article": ArticleChoiceField}
        widgets = {name: NumberedChoice(Slot._meta.get_field(name), admin.site) for name in ("article", "picture")}

    def clean_article(self) -> Article:
        article = self.cleaned_data["article"]
        if article.live_id is None:
            raise forms.ValidationError(_("Readers do not see this article; publish it first, or choose another."))
        return article

    def clean_until(self) -> datetime | None:
        until = self.cleaned_data["until"]
        if until and until < EARLIEST:
            raise forms.ValidationError(_("This is not a valid date; write it like 2026-05-31."))
        return until


# A block's form data and those of its slots.
BlockData = tuple[dict[str, Any], list[dict[str, Any]]]
# A block's form and those of its slots.
BlockForms = tuple[BlockForm, list[SlotForm]]


class ArrangementForms:
    """The data of the page's forms, saved or not, and the version of the arrangement that the user started from."""

    def __init__(self, blocks: list[BlockData], based_on: int) -> None:
        self.blocks = blocks
        self.based_on = based_on

    @classmethod
    def of_saved(cls, topic: Topic | None) -> "ArrangementForms":
        """Return the data of the saved arrangement."""
        based_on = home_and_topics.arrangement_version(topic)
        blocks = [
            (
                forms.model_to_dict(block, BlockForm.Meta.fields),
                [forms.model_to_dict(slot, SlotForm.Meta.fields) for slot in slots],
            )
            for block, slots in home_and_topics.arranged_blocks(topic)
        ]
        return cls(blocks, based_on)

    @classmethod
    def of_sent(cls, data: QueryDict) -> "ArrangementForms":
        """Return the data that was sent, cut one block and one slot above the limits, which saving still refuses."""
        blocks = []
        for b in range(MOST_BLOCKS + 1):
            if f"b{b}-kind" not in data:
                break
            block: dict[str, Any] = {name: data.get(f"b{b}-{name}", "") for name in BlockForm.Meta.fields}
            block |= {"fills": bool(block["fills"]), "section": _numeric_key(block["section"])}
            blocks.append((block, _sent_slots(data, b)))
        return cls(blocks, int(_numeric_key(data.get("based_on")) or 0))

    def apply_button(self, action: str, block: int, slot: int | None) -> str:
        """Do what a small button says; nothing if its block or slot does not exist.

        Returns the name of the field, or the value of the button, at which the keyboard goes on.
        """
        if block >= len(self.blocks):
            return ""
        if action == "add":
            self.blocks[block][1].append({"article": "", "picture": "", "title": "", "until": ""})
            return f"b{block}s{len(self.blocks[block][1]) - 1}-article"
        rows: list[Any] = self.blocks if slot is None else self.blocks[block][1]
        place = block if slot is None else slot
        other = place + {"up": -1, "down": 1}.get(action, 0)
        if action == "remove" and place < len(rows):
            del rows[place]
            other = min(place, len(rows) - 1)
        elif place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        else:
            other = place
        if not rows:
            return "add" if slot is None else f"add-{block}"
        return f"{action}-{other}" if slot is None else f"{action}-{block}-{other}"

    def build_forms(self, *, bound: bool) -> list[BlockForms]:
        """Return the forms to render; `bound` ones validate their data and show errors."""

        def build_form(form: type[forms.ModelForm], values: dict[str, Any], prefix: str) -> Any:
            if bound:
                return form(_prefixed_values(values, prefix), prefix=prefix)
            return form(initial=values, prefix=prefix)

        return [
            (
                build_form(BlockForm, block, f"b{b}"),
                [build_form(SlotForm, slot, f"b{b}s{s}") for s, slot in enumerate(slots)],
            )
            for b, (block, slots) in enumerate(self.blocks)
        ]


def _sent_slots(data: QueryDict, b: int) -> list[dict[str, Any]]:
    """Return the data of the slots that were sent for block number `b`."""
    slots: list[dict[str, Any]] = []
    for s in range(MOST_LINES + 1):
        prefix = f"b{b}s{s}"
        if f"{prefix}-title" not in data:
            break
        slots.append(
            {
                "article": _numeric_key(data.get(f"{prefix}-article")),
                "picture": _numeric_key(data.get(f"{prefix}-picture")),
                "title": data[f"{prefix}-title"],
                "until": data.get(f"{prefix}-until", ""),
            }
        )
    return slots


def _numeric_key(text: object) -> str:
    """Return the text if it is a number, else ''."""
    return text if isinstance(text, str) and NUMBER.fullmatch(text) else ""


def _prefixed_values(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {f"{prefix}-{name}": value for name, value in values.items() if value not in (None, "", False)}


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
        sent.blocks.append(({"kind": Block.Kind.LIST, "count": 6, "fills": True}, []))
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
        "blocks": shown or arrangement.build_forms(bound=False),
        "problems": problems,
        "wrong": bool(shown),
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
