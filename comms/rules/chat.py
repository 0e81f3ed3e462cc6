"""May this Apprise address be told? Pure: whether it is whole is for Apprise's own parser to say.

Apprise can also run programs, write to logs, send mail, read files named in an address and pass on
to further addresses. So services are named here, each with the options that change no more than
where in the service a message goes and how it looks. Whatever is not named is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from kernel.refusal import Violation

Found = tuple[Violation, ...]

LONGEST = 500

_ADDRESS = re.compile(r"([a-z0-9]+)://[\x21-\x7e]+", re.IGNORECASE)


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
"""By what an address starts with. Each speaks https, or http to a server of one's own."""


def violations(address: str) -> Found:
    """Every reason why it cannot."""
    if not address or len(address) > LONGEST:
        return (Violation("S-ADDRESS", "Say where updates should go.", "address"),)
    match = _ADDRESS.fullmatch(address)
    if match is None:
        words = "Write the address as Apprise does, without spaces: slack://… or ntfys://…"
        return (Violation("S-ADDRESS", words, "address"),)
    scheme = match[1].lower()
    if scheme not in SERVICES:
        words = f"{scheme}:// is not a service that can be told. Choose one of: {names()}."
        return (Violation("S-SERVICE", words, "address"),)
    return odd_options(scheme, _options(address))


def odd_options(scheme: str, options: Iterable[str]) -> Found:
    """Options that are not named above; ``scheme`` is one of ``SERVICES``."""
    odd = sorted(set(options) - SERVICES[scheme].options)
    if not odd:
        return ()
    words = f"These options cannot be set here: {', '.join(odd)}."
    return (Violation("S-OPTION", words, "address"),)


def names() -> str:
    return ", ".join(sorted({one.name for one in SERVICES.values()}, key=str.lower))


def _options(address: str) -> list[str]:
    """As Apprise reads them: from the first question mark on, with or without a value."""
    pairs = re.split("[&;]", address.partition("?")[2])
    return [unquote(pair.partition("=")[0]).strip().lower() for pair in pairs if pair]
