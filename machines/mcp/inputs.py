"""What tools are called with. Things of an incident are named as people name them: ``E-7``."""

from typing import Annotated, Literal

from pydantic import Field

from machines.mcp.tool import Arguments

Incident = Annotated[
    str,
    Field(
        pattern=r"^(INC-[0-9]{1,10})?$",
        description="The incident, as INC-42. A token of one incident may leave it out.",
    ),
]
Lane = Annotated[
    Literal["", "investigation", "mitigation", "communication", "verification"],
    Field(description="The lane. A token of one lane may leave it out, and writes in no other."),
]
EvidenceReference = Annotated[str, Field(pattern=r"^E-[0-9]{1,9}$", description="As E-7.")]
EvidenceList = Annotated[
    list[EvidenceReference],
    Field(max_length=50, description="Evidence of this incident that shows it, as E-7."),
]
Text = Annotated[
    str, Field(max_length=4000, description="In your own words. Secrets in it are masked.")
]


class Nothing(Arguments):
    """No arguments."""


class OfIncident(Arguments):
    incident: Incident = ""


class OfLane(OfIncident):
    lane: Lane = ""


class Writes(OfIncident):
    key: Annotated[
        str,
        Field(
            max_length=100,
            description="Of your choosing: sent again with the same key, it is recorded once.",
        ),
    ] = ""


class WritesInLane(Writes):
    lane: Lane = ""


class After(OfIncident):
    after: Annotated[int, Field(ge=0, lt=2**31, description="The number of the last entry.")] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class OneEvidence(OfIncident):
    evidence: EvidenceReference
    offset: Annotated[int, Field(ge=0, lt=2**31, description="Characters of it to skip.")] = 0


class Note(WritesInLane):
    text: Text


class Captured(WritesInLane):
    kind: Annotated[
        Literal["command", "log", "check", "metric", "link"],
        Field(description="A command that was run, an excerpt of a log, a failing check, a link."),
    ]
    title: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(description="The output as it was printed; at most 1 MiB.")] = ""
    command: Annotated[
        str, Field(max_length=4000, description="The command line, of a command.")
    ] = ""
    exit_code: Annotated[int | None, Field(ge=-(2**31), lt=2**31)] = None
    host: Annotated[str, Field(max_length=120)] = ""
    revision: Annotated[str, Field(max_length=80)] = ""
    url: Annotated[
        str, Field(pattern=r"^(https?://\S+)?$", max_length=900, description="A whole link.")
    ] = ""
    purpose: Annotated[
        Literal["general", "precheck", "rollback_check", "baseline", "verification"],
        Field(description="What it is for. A purpose other than general is a claim of yours."),
    ] = "general"


class Hypothesis(Writes):
    text: Text
    reproduction: Annotated[str, Field(description="How to see it, when that is known.")] = ""


class Verdict(Writes):
    hypothesis: Annotated[str, Field(pattern=r"^H-[0-9]{1,9}$", description="As H-1.")]
    verdict: Literal["confirmed", "ruled_out"]
    evidence: EvidenceList
    finding: Annotated[str, Field(description="What the evidence shows.")]


class Unknown(WritesInLane):
    text: Text


class Resolution(WritesInLane):
    unknown: Annotated[str, Field(pattern=r"^U-[0-9]{1,9}$", description="As U-1.")]
    resolution: Annotated[str, Field(description="What is known now.")]
    evidence: EvidenceList = []


class Recommended(WritesInLane):
    option: Annotated[
        str, Field(max_length=40, description="The code of an option, as flag, hotfix or rollback.")
    ]
    option_detail: Annotated[str, Field(max_length=200, description="To which revision, …")] = ""
    reasons: Text
    evidence: EvidenceList
    reversibility: Annotated[int, Field(ge=1, le=5, description="1 hard to undo, 5 at once.")]
    blast_radius: Annotated[int, Field(ge=1, le=5, description="1 little can get worse, 5 much.")]


class About(OfLane):
    about: Annotated[
        Literal[
            "decide",
            "sign",
            "execute",
            "verify",
            "accept_handoff",
            "publish",
            "freeze",
            "close",
            "severity",
            "phase",
            "roles",
        ],
        Field(description="What you would have done."),
    ]
