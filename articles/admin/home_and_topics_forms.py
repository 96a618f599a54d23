"""The forms with which the home page or a topic is arranged, and the lines that say what each block shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import home_and_topics
from ..home_and_topics import MOST_BLOCKS
from ..models import Article, Block, Section, Slot, Topic
from ..models.article import ArticleQuerySet
from ..models.home_and_topics import MOST_LINES
from .article_screen import public_title
from .day_inputs import MinuteInput
from .error_targets import ErrorTarget, list_error_targets
from .form_fields import EARLIEST, NUMBER, NumberedChoice


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
    """A choice of articles by their public titles: people who arrange pages need not read drafts."""

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


# A block's form data and those of its slots; `open`: whether its fields are shown.
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
            block["open"] = bool(data.get(f"b{b}-open"))
            blocks.append((block, _sent_slots(data, b)))
        return cls(blocks, int(_numeric_key(data.get("based_on")) or 0))

    def apply_button(self, action: str, block: int, slot: int | None) -> str:
        """Do what a small button says; nothing if its block or slot does not exist.

        Returns the name of the field, or the value of the button, that gets the keyboard focus.
        """
        if block >= len(self.blocks):
            return ""
        if slot is not None or action == "add":
            self.blocks[block][0]["open"] = True
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


@dataclass(frozen=True)
class ShownBlock:
    """A block as the page shows it: a line, and its forms, which are open if it is new or has errors.

    `name` is its kind and its title, or where it takes its articles from; `chosen` are the titles of its articles.
    """

    form: BlockForm
    slots: list[SlotForm]
    name: str
    shows: str
    chosen: list[str]
    is_open: bool


def shown_blocks(arrangement: ArrangementForms, forms_of_blocks: list[BlockForms]) -> list[ShownBlock]:
    """Return the blocks with their lines. Two queries, whatever the number of blocks."""
    sections = {str(key): name for key, name in Section.objects.values_list("pk", "name")}
    titles = _titles_of(slot["article"] for _block, slots in arrangement.blocks for slot in slots)
    return [
        ShownBlock(
            form,
            slot_forms,
            name=_name_of(block, sections),
            shows=_spell_shown(block, len(slots)),
            chosen=[slot["title"] or titles.get(str(slot["article"]), "") for slot in slots],
            is_open=bool(block.get("open")) or any(shown.errors for shown in (form, *slot_forms)),
        )
        for (block, slots), (form, slot_forms) in zip(arrangement.blocks, forms_of_blocks, strict=True)
    ]


def list_block_errors(forms_of_blocks: list[BlockForms]) -> list[ErrorTarget]:
    """Return every error of bound forms, named after its block and article, with the field that it leads to."""
    targets = []
    for b, (block, slots) in enumerate(forms_of_blocks):
        name = _("Block %(number)s") % {"number": b + 1}
        for s, form in enumerate((block, *slots)):
            row = " · ".join((name, _("article %(number)s of the block") % {"number": s})) if s else name
            for error in list_error_targets(form, ()):
                label = f"{row} · {error.label}" if error.label else row
                targets.append(error._replace(label=label, target=error.target or form["title"].id_for_label))
    return targets


def _titles_of(keys: Iterable[Any]) -> dict[str, str]:
    """Return the public titles of the articles with these keys, by key."""
    numbers = {int(key) for key in keys if key}
    found = Article.objects.with_live_edition().filter(pk__in=numbers).select_related("live") if numbers else []
    return {str(article.pk): public_title(article) for article in found}


def _name_of(block: dict[str, Any], sections: dict[str, str]) -> str:
    kind = dict(Block.Kind.choices).get(block["kind"], "")
    told = block["title"] or sections.get(str(block["section"]), "") or block["keyword"]
    return " · ".join(str(word) for word in (kind, told) if word)


def _spell_shown(block: dict[str, Any], chosen: int) -> str:
    """Say how many articles a block shows, and who chooses them."""
    facts = {"chosen": chosen, "count": block["count"]}
    if not block["fills"]:
        return ngettext("%(chosen)d chosen article", "%(chosen)d chosen articles", chosen) % facts
    if chosen:
        return _("%(chosen)d chosen, filled with the newest up to %(count)s") % facts
    return _("automatically the newest %(count)s") % facts
