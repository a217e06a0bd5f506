"""Small pieces of HTML, with every text escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell: text, a small line under it, and the cell's class."""

    text: str
    below: str = ""
    kind: str = ""


def table(heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, kind: str = "", width: str = "none") -> str:
    """A table whose first column names the rows; it scrolls where the screen is narrow.

    Examples
    --------
    >>> table(["Queue", "Level"], [[Cell("a<b"), Cell("81%")]]).partition("<tbody>")[2]
    '<tr><th scope="row">a&lt;b</th><td>81%</td></tr></tbody></table></div>'
    """
    head = "".join(f'<th scope="col">{html.escape(h)}</th>' for h in heads)
    body = "".join(f"<tr>{''.join(_cell(c, first=i == 0) for i, c in enumerate(row))}</tr>" for row in rows)
    opening = f'<div class="scroll"><table class="delta {kind}" style="max-width:{width}">'
    return f"{opening}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(cell: Cell, *, first: bool) -> str:
    below = f"<small>{html.escape(cell.below)}</small>" if cell.below else ""
    kind = f' class="{cell.kind}"' if cell.kind else ""
    inside = html.escape(cell.text) + below
    return f'<th scope="row"{kind}>{inside}</th>' if first else f"<td{kind}>{inside}</td>"


def listing(items: Sequence[str], *, kind: str, label: str = "", ordered: bool = False) -> str:
    """A list of finished pieces of HTML."""
    tag = "ol" if ordered else "ul"
    name = f' aria-label="{html.escape(label)}"' if label else ""
    return f'<{tag} class="{kind}"{name}>{"".join(items)}</{tag}>'
