"""Resources: an evidence item, a brief, and the newest closure package of an incident."""

import json
import re

from django.http import Http404

from incidents.models import Incident
from incidents.permissions import require
from machines.brief import NOTICE, incident_brief
from machines.mcp import inputs, reading
from machines.mcp.caller import Caller
from retros.models import Package
from retros.vocabulary import PackageState

EVIDENCE = "warroom://{incident}/evidence/{evidence}"
BRIEF = "warroom://{incident}/brief"
PACKAGE = "warroom://{incident}/package"

TEMPLATES = {
    EVIDENCE: "One evidence item with the beginning of its output, as the tool “evidence” has it.",
    BRIEF: "Where an incident stands, as the tool “incident_brief” has it.",
    PACKAGE: "The newest closure package of an incident that was closed.",
}
MAX_INCIDENTS = 20

_URI = re.compile(
    r"warroom://(?P<incident>INC-[0-9]{1,10})/"
    r"(?:evidence/(?P<evidence>E-[0-9]{1,9})|(?P<page>brief|package))"
)


def read(caller: Caller, uri: str) -> str:
    """The resource as JSON. Raises ``Http404`` and ``NotPermitted``."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise Http404(f"There is no resource {uri}.")
    if match["evidence"]:
        arguments = inputs.OneEvidence(incident=match["incident"], evidence=match["evidence"])
        return reading.evidence(caller, arguments).model_dump_json()
    incident = caller.incident(match["incident"])
    if match["page"] == "brief":
        require("room.view", caller.actor, incident)
        return incident_brief(incident, caller.now).model_dump_json()
    require("package.read", caller.actor, incident)
    return _package(incident)


def listed(caller: Caller) -> list[tuple[str, str]]:
    """The briefs of the incidents in progress that the caller may enter: address and name."""
    found = reading.incidents(caller, inputs.Nothing()).incidents[:MAX_INCIDENTS]
    return [(BRIEF.format(incident=line.reference), f"Brief of {line.reference}") for line in found]


def _package(incident: Incident) -> str:
    """Its content is canonical JSON already: it is wrapped, and stays byte for byte."""
    made = Package.objects.filter(incident=incident, state=PackageState.MADE).order_by("-number")
    package = made.only("number", "sha256", "content").first()
    if package is None:
        raise Http404(f"{incident.reference} has no closure package.")
    return (
        f'{{"version":{package.number},"sha256":"{package.sha256}",'
        f'"untrusted":{{"notice":{json.dumps(NOTICE)},"package":{package.content}}}}}'
    )
