"""What the three statements of a record ask of each option, as an example in the empty field."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from incidents.vocabulary import Option


@dataclass(frozen=True, slots=True)
class Hints:
    """By the name of the field."""

    reversibility: str = "In how many minutes, by what"
    blast_radius: str = "For whom, and for how long"
    verification: str = "Which figure, below what, for how long"


USUAL = Hints()

_OF_OPTION: Mapping[str, Hints] = {
    Option.FLAG: Hints(
        "In how many seconds the flag is on again, and where it is cached",
        "What else hangs on this flag, and who loses it",
    ),
    Option.HOTFIX: Hints(
        "How the change is taken back, and how long its release takes",
        "What else runs through the changed code",
    ),
    Option.ROLLBACK: Hints(
        "How long going forward again takes, and what stands in the way: a migration, data",
        "What was released since and goes with it, and who is cut off meanwhile",
    ),
    Option.WRITE_FREEZE: Hints(
        "Who lifts it, and what happens to writes that wait",
        "Who cannot write, and for how long they can bear it",
    ),
    Option.REPLAY: Hints(
        "How a replayed entry is taken back, and until when",
        "What happens to an entry that is replayed twice",
        "Which totals agree, on both sides, after which entries",
    ),
    Option.REVOCATION: Hints(
        "How access is given back, and to whom by mistake",
        "Who is locked out besides those who should be",
        "Which request is refused now that was let in before",
    ),
    Option.THROTTLING: Hints(
        "In how many seconds the limit is lifted, and how the backlog drains",
        "Who waits, and how much of it is lost",
        "Which queue shrinks, below what, for how long",
    ),
    Option.HOLD: Hints(
        "What makes you act after all, and how fast you then can",
        "What grows while you wait, and how far",
        "Which figure you watch, and at what value you stop waiting",
    ),
    Option.ROLLOUT: Hints(
        "How it is taken back from everyone, and how long that takes",
        "Who gets it now that did not have it, and what breaks for them",
    ),
}


def hints(option: str, signal: str = "") -> dict[str, str]:
    """For an option, or for none yet; ``signal`` is the scenario's, which the run shows gone."""
    of_option = asdict(_OF_OPTION.get(option, USUAL))
    if signal and of_option["verification"] == USUAL.verification:
        of_option["verification"] += f". It began with: {signal}"
    return of_option
