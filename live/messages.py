"""What browsers are told, as JSON text. The polling endpoint answers with the same shapes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from incidents.panels.renderers import Fragment
from incidents.rules.next_change import NextChange


def encode(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def entries(fragments: Sequence[Fragment]) -> dict[str, Any]:
    """New timeline entries, oldest first; ``seq`` is the last of them."""
    return {
        "type": "entries",
        "seq": fragments[-1].seq,
        "entries": [
            {"seq": f.seq, "html": f.html, "announce": f.announce, "say": f.say} for f in fragments
        ],
    }


def panels(seq: int, html: Mapping[str, str], moment: NextChange | None) -> dict[str, Any]:
    """Panels by name, as they stand after entry ``seq``, and when time alone changes the room."""
    return {"type": "panels", "seq": seq, "panels": dict(html), "moment": ahead(moment)}


def ahead(moment: NextChange | None) -> dict[str, Any] | None:
    """A moment at which a page has to look again; ``duties``: also at what is next to do."""
    return {"at": moment.at.isoformat(), "duties": moment.duties} if moment else None


def bye(reason: str) -> dict[str, Any]:
    """The connection ends for good; ``reason`` is a sentence for the person."""
    return {"type": "bye", "reason": reason}


def live(seq: int) -> dict[str, Any]:
    """Everything up to ``seq`` was sent, the rest follows as it happens."""
    return {"type": "live", "seq": seq}


def degraded(seq: int) -> dict[str, Any]:
    """Pushes may be late: the browser polls beside its socket until ``live`` comes."""
    return {"type": "degraded", "seq": seq}


def blind(seq: int) -> dict[str, Any]:
    """The record cannot be read: nothing new can be shown until ``live`` or ``degraded`` comes."""
    return {"type": "blind", "seq": seq}


def pong(seq: int) -> dict[str, Any]:
    """The answer to the browser's "ping": the way to the server is open."""
    return {"type": "pong", "seq": seq}


def presence(html: str) -> dict[str, Any]:
    """Who is in the room now; "" when nobody knows."""
    return {"type": "presence", "html": html}


ASK: dict[str, Any] = {"type": "ask"}
"""Are you still there? A browser that is answers "here"."""

DUTIES: dict[str, Any] = {"type": "duties"}
RELOAD: dict[str, Any] = {"type": "reload"}
