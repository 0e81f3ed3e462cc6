"""The picture of an incident as a drawing that stands alone: in a file, or set into the PDF. Pure.

The page draws the same positions by its own stylesheet; this one carries its colours with it.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = """
text { font: 12px 'Source Sans 3', 'Noto Sans', Arial, sans-serif; fill: #1f2328; }
.label { font-weight: 600; }
.owner { fill: #ffffff; font-weight: 600; }
.grid { stroke: #d5d9de; stroke-width: 1; }
.hour { stroke: #8b949e; stroke-width: 1; }
.spell { fill: #fdf0ef; stroke: #b3261e; stroke-dasharray: 4 3; }
.held { fill: #475569; }
.held-investigation { fill: #1d4ed8; }
.held-mitigation { fill: #9a3412; }
.held-communication { fill: #6d28d9; }
.held-verification { fill: #166534; }
.event { fill: #1f2328; }
.event-bad { fill: #b3261e; }
.event-good { fill: #166534; }
"""


def svg(drawing: Mapping[str, Any]) -> str:
    """A drawing of ``lanes.ownership.chart``, as ``asdict`` gave it."""
    width, height = drawing["width"], drawing["height"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        *(_box(gap) for gap in drawing["gaps"]),
        *(f'<path class="{line["css"]}" d="{line["path"]}"/>' for line in drawing["lines"]),
        *(_box(bar) for bar in drawing["bars"]),
        *(_text(text) for text in drawing["texts"]),
        *(_mark(mark) for mark in drawing["marks"] if "event" in mark["css"]),
        "</svg>",
    ]
    return "\n".join(parts)


def _box(box: Mapping[str, Any]) -> str:
    place = " ".join(f'{name}="{box[name]}"' for name in ("x", "y", "width", "height"))
    return f'<rect class="{box["css"]}" {place} rx="2"/>'


def _text(text: Mapping[str, Any]) -> str:
    css = f' class="{text["css"]}"' if text["css"] else ""
    place = f'x="{text["x"]}" y="{text["y"]}" text-anchor="{text["anchor"]}"'
    return f"<text{css} {place}>{escape(text['words'])}</text>"


def _mark(mark: Mapping[str, Any]) -> str:
    """A diamond; the word beside it says what it is."""
    half = mark["size"] / 2
    x, y = mark["x"] + half, mark["y"] + half
    r = half - 2
    path = f"M{x} {y - r}L{x + r} {y}L{x} {y + r}L{x - r} {y}Z"
    return f'<path class="{mark["css"]}" d="{path}"/>'
