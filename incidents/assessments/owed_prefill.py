"""What follows from an act that can be undone, for the record that it owes.

Two things only a person knows: why at once, and which signal proves that it worked. The rest
follows from the option's reach and its place on the ladder, or stays blank.
"""

from incidents.assessments.decision import impacted, offered
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision
from incidents.rules.decision import Offer, not_followed_by, postures
from incidents.rules.decision.own_option import judged_step
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import REACH_WORDS, Confidence, Option, Reach

_WORSE: dict[str, str] = {
    Option.FLAG: "What the flag covers is off for everybody until it is switched on again",
    Option.ROLLBACK: "Every change since that revision is away until it is rolled forward",
    Option.WRITE_FREEZE: "Nothing can be written until the freeze is lifted",
    Option.REVOCATION: "Whoever needs the access is locked out until it is given back",
    Option.THROTTLING: "Part of the requests wait or are refused until it is lifted",
    Option.HOLD: "What is hit stays hit while we observe",
}
"""What a reversible option does to those who are not the problem."""


def statements(facts: IncidentFacts, owed: Decision) -> dict[str, str]:
    """Texts by field of the form; empty for an act that could not simply be undone."""
    if owed.reach != Reach.REVERSIBLE:
        return {}
    label = first_lower(owed.option_label)
    texts = {
        "confidence": Confidence.L1.value,
        "reversibility": f"At once, by undoing it ({label})",
        "blast_radius": _WORSE.get(owed.option) or f"No further than this: {owed.own_reach_reason}",
        "deviation_reason": _deviation(facts, owed),
    }
    if owed.own_reach_reason:
        texts["reversibility"] = f"At once: {owed.own_reach_reason}"
    for offer in offered(facts):
        if offer.rung and offer.option != owed.option:
            texts[f"rejected_{offer.option}"] = _rejected(offer, facts, owed)
    return {name: text for name, text in texts.items() if text}


def _deviation(facts: IncidentFacts, owed: Decision) -> str:
    """Why it leaves a default posture: what the posture asks for is still open."""
    step = judged_step(owed.option, None) if owed.option != Option.OWN else owed.nearest_step
    left = not_followed_by(step, postures(owed.severity, impacted(facts)))
    if not left:
        return ""
    asked = listed(default.summary for default in left)
    return f"It came first because it is undone at once; {asked} can still follow"


def _rejected(offer: Offer, facts: IncidentFacts, owed: Decision) -> str:
    """Why another step of the ladder did not come first, where reach or order say so."""
    label = first_lower(owed.option_label)
    if offer.reach != Reach.REVERSIBLE:
        return f"{offer.label} is {first_lower(REACH_WORDS[offer.reach])}, {label} is reversible"
    acted = next((o for o in offered(facts) if o.option == owed.option), None)
    if acted is not None and 0 < acted.rung < offer.rung:
        return f"{offer.label} is further down the ladder, where the fastest to undo comes first"
    defaults = postures(owed.severity, impacted(facts))
    follows = [d for d in defaults if owed.option in d.options and offer.option not in d.options]
    return f"The default response is another: {follows[0].summary}" if follows else ""
