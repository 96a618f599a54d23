"""批量修改: the same change of many public articles, proposed, read once, and carried out article by article.

    replacing      words by other words, in the texts of an article
    proposing      who may change which articles so; what waits is a set with the whole text of each
    reading        its readers sign every text, untick some, or reject the set
    carrying_out   each article is saved, signed and published as a correction by the ordinary acts

An item holds the content that its article would have. Its readers sign that content's digest and the set's note. An
item is refused unless saving the article gives exactly this digest, so law 1 holds as for every other text.
"""

from .carrying_out import (
    CannotCarryOut,
    carry_out_change_set,
    continue_change_sets,
    may_carry_out,
    stop_change_set,
)
from .proposing import (
    MOST_ITEMS,
    CannotPropose,
    TextChange,
    items_of_open_sets,
    propose_change_set,
    reason_against_change,
)
from .reading import (
    CannotReadSet,
    change_sets_for,
    change_sets_to_act_on,
    end_change_set,
    items_waiting_for,
    may_end,
    may_tick,
    read_items,
    readable_items,
    tick_items,
)
from .replacing import REPLACED_TEXTS, FoundWords, Replacement

__all__ = [
    "MOST_ITEMS",
    "REPLACED_TEXTS",
    "CannotCarryOut",
    "CannotPropose",
    "CannotReadSet",
    "FoundWords",
    "Replacement",
    "TextChange",
    "carry_out_change_set",
    "change_sets_for",
    "change_sets_to_act_on",
    "continue_change_sets",
    "end_change_set",
    "items_of_open_sets",
    "items_waiting_for",
    "may_carry_out",
    "may_end",
    "may_tick",
    "propose_change_set",
    "read_items",
    "readable_items",
    "reason_against_change",
    "stop_change_set",
    "tick_items",
]
