"""Rows of a table without cells, as hidden ones become: cells that span them span fewer rows."""

import re
from bisect import bisect_left

from .nodes import BlockBox

_ROWSPAN = re.compile(r' rowspan="([0-9]{1,3})"')


def shorten_rowspans(group: BlockBox) -> None:
    """Shorten the cells of a group of rows by the rows without cells, which are removed as all that is empty."""
    rows = [row for row in group.children if isinstance(row, BlockBox)]
    empty = [place for place, row in enumerate(rows) if not row.children]
    for place, row in enumerate(rows if empty else ()):
        for cell in row.children:
            found = _ROWSPAN.search(cell.attributes) if isinstance(cell, BlockBox) else None
            if found and isinstance(cell, BlockBox):
                spanned = int(found[1])
                left = spanned - (bisect_left(empty, place + spanned) - bisect_left(empty, place))
                written = f' rowspan="{left}"' if left > 1 else ""
                cell.attributes = _ROWSPAN.sub(written if left < spanned else found[0], cell.attributes)
