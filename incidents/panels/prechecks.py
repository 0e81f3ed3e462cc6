"""The minimal precheck commands as blocks to copy. Playbook, "Minimal precheck command set"."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from incidents.models import Incident, Surface
from incidents.rules.evidence import PRECHECK_COMMANDS
from incidents.rules.wording import listed
from incidents.vocabulary import EvidenceKind


@dataclass(frozen=True, slots=True)
class Block:
    """``id`` is unique among the ids of a page; ``capture`` leads to the form with all filled in
    but the output."""

    name: str
    id: str
    lines: tuple[str, ...]
    capture: str


def blocks(incident: Incident, surfaces: Iterable[Surface]) -> list[Block]:
    """A block for each surface with its own health check, and one for all others together."""
    surfaces = tuple(surfaces)
    rows = [_block(incident, s.name, s.slug, s.health_check) for s in surfaces if s.health_check]
    others = [surface.name for surface in surfaces if not surface.health_check]
    if others or not rows:
        rows.append(_block(incident, listed(others), ""))
    return rows


def _block(incident: Incident, name: str, slug: str, *health_check: str) -> Block:
    lines = (*PRECHECK_COMMANDS, *health_check)
    room = incident.get_absolute_url()
    filled = {"kind": EvidenceKind.COMMAND.value, "command": " && ".join(lines), "next": room}
    href = f"{reverse('capture', args=[incident.pk])}?{urlencode(filled)}"
    return Block(name, f"precheck-of-{slug}", lines, href)
