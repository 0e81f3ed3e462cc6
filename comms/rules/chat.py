"""May updates be sent to this Apprise address? Pure: Apprise's own parser checks its details.

Apprise can also run programs, write to logs, send mail, read files named in an address and pass on
to further addresses. So this is an allowlist of services, each with the options that only change
where in the service a message goes and how it looks. Everything else is refused.

``S-SERVICE``: the address is of a listed service.
``S-OPTION``: the address sets only listed options.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from comms.rules import address as addresses
from comms.rules.address import Violations
from kernel.refusal import Violation


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    options: frozenset[str] = field(default_factory=frozenset)


def _service(name: str, options: str = "") -> Service:
    return Service(name, frozenset(options.split()))


_FEISHU = _service("Feishu", "token")
_GOTIFY = _service("Gotify", "priority")
_MATRIX = _service("Matrix", "mode to token msgtype version e2ee")
_MATTERMOST = _service("Mattermost", "mode to channel channels team botname")
_NEXTCLOUD = _service("Nextcloud Talk", "secret silent url_prefix")
_NTFY = _service("ntfy", "mode auth token to priority xtags")
_ROCKET = _service("Rocket.Chat", "mode to webhook")
_SPLUNK = _service("Splunk On-Call", "route routing_key entity_id apikey")
_WEBEX = _service("Webex", "mode to token")

SERVICES = {
    "dingtalk": _service("DingTalk", "secret to token"),
    "discord": _service("Discord", "thread avatar footer"),
    "feishu": _FEISHU,
    "gchat": _service("Google Chat", "workspace key token thread"),
    "gotify": _GOTIFY,
    "gotifys": _GOTIFY,
    "ilert": _service("ilert", "priority key route"),
    "incidentio": _service("incident.io", "source token"),
    "lark": _service("Lark"),
    "matrix": _MATRIX,
    "matrixs": _MATRIX,
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "nctalk": _NEXTCLOUD,
    "nctalks": _NEXTCLOUD,
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "opsgenie": _service("Opsgenie", "region priority tags entity alias to"),
    "pagerduty": _service("PagerDuty", "region severity class group dedup"),
    "pagertree": _service("PagerTree", "urgency tags"),
    "pover": _service("Pushover", "priority sound to key"),
    "rocket": _ROCKET,
    "rockets": _ROCKET,
    "signl4": _service("SIGNL4", "service location alerting_scenario filtering"),
    "slack": _service("Slack", "to token mode footer"),
    "spike": _service("Spike.sh"),
    "splunk": _SPLUNK,
    "squadcast": _service("Squadcast", "region priority key"),
    "tgram": _service("Telegram", "to thread topic silent preview"),
    "victorops": _SPLUNK,
    "webex": _WEBEX,
    "workflows": _service("Microsoft Teams", "id sig ver api-version powerautomate pa"),
    "wxteams": _WEBEX,
    "zoom": _service("Zoom", "mode token"),
    "zulip": _service("Zulip", "to token"),
}
"""Services by URL scheme. Each uses https, or http to a self-hosted server."""


def violations(address: str) -> Violations:
    """Every reason why they cannot."""
    if problems := addresses.presence_violations(address):
        return problems
    if problems := addresses.apprise_violations(address):
        return problems
    scheme = address.partition("://")[0].lower()
    if scheme not in SERVICES:
        sentence = (
            f"{scheme}:// is not a service that can be told. Choose one of: {service_names()}."
        )
        return (Violation("S-SERVICE", sentence, "address"),)
    return option_violations(scheme, _options(address))


def option_violations(scheme: str, options: Iterable[str]) -> Violations:
    """Options that are not listed above; ``scheme`` is one of ``SERVICES``."""
    unknown = sorted(set(options) - SERVICES[scheme].options)
    if not unknown:
        return ()
    sentence = f"These options cannot be set here: {', '.join(unknown)}."
    return (Violation("S-OPTION", sentence, "address"),)


def service_names() -> str:
    return ", ".join(sorted({service.name for service in SERVICES.values()}, key=str.lower))


def _options(address: str) -> list[str]:
    """As Apprise reads them: from the first question mark on, with or without a value."""
    pairs = re.split("[&;]", address.partition("?")[2])
    return [unquote(pair.partition("=")[0]).strip().lower() for pair in pairs if pair]
