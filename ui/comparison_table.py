"""What two models found in one text, as an HTML table."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ui import render
from ui.findings import Compared, Finding

MOST_ROWS = 200


def comparison_table(found: Sequence[Compared], first: str, second: str) -> str:
    """Return counts and a table that begins with what only one model found, as safe HTML.

    Args:
        found: In the order of the rows.
        first: Name of one model.
        second: Name of the other.
    """
    if not found:
        return render.note("Neither model found anything.")
    only_first = sum(one.second is None for one in found)
    only_second = sum(one.first is None for one in found)
    both = len(found) - only_first - only_second
    words = f"{both} found by both, {only_first} only by {first}, {only_second} only by {second}"
    head = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in ("What", "Value", "Place", first, second))
    rows = "".join(_row(one) for one in found[:MOST_ROWS])
    more = f"<p>… and {len(found) - MOST_ROWS:,} more.</p>" if len(found) > MOST_ROWS else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'{render.note(words)}<div class="wb-table" tabindex="0">{table}</div>{more}'


def _row(one: Compared) -> str:
    found, shares = one.finding, (one.first, one.second)
    place = "" if found.start is None else f"{found.start}–{found.end}"
    cells = (_what(found), found.text, place, *("—" if share is None else render.percent(share) for share in shares))
    written = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr class="wb-differs">{written}</tr>' if None in shares else f"<tr>{written}</tr>"


def _what(found: Finding) -> str:
    if found.part == "entities":
        return found.field
    return found.part if found.field == "label" else f"{found.part} · {found.field}"
