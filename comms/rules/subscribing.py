"""May this address subscribe to updates? Pure: sending to it shows whether it answers.

``S-KIND``: a subscriber is told by mail, by webhook or in a chat service.
``S-NAME``: a subscriber that an admin adds has a name.
``S-KNOWN``: an address subscribes once.
"""

from dataclasses import dataclass

from comms.rules import address as addresses
from comms.rules import chat
from comms.rules.address import Violations
from comms.vocabulary import SubscriberKind
from kernel.refusal import Violation


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    kind: str
    address: str


def violations(requested: SubscriptionRequest) -> Violations:
    """Every reason why it cannot."""
    address = requested.address
    if requested.kind not in SubscriberKind.values:
        return (Violation("S-KIND", "Choose email, a webhook, or a chat service.", "kind"),)
    if requested.kind == SubscriberKind.APPRISE:
        return chat.violations(address)
    if problems := addresses.presence_violations(address):
        return problems
    if requested.kind == SubscriberKind.EMAIL:
        return addresses.mail_violations(address)
    return addresses.webhook_violations(address)


def add_violations(name: str, *, is_known: bool) -> Violations:
    """Why an admin cannot add a subscriber of this name."""
    problems = []
    if not name:
        problems.append(Violation("S-NAME", "Say what it is called in lists.", "name"))
    if is_known:
        problems.append(Violation("S-KNOWN", "This address gets updates already.", "address"))
    return tuple(problems)
