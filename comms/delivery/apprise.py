"""Send a message to a chat or paging service with the Apprise library.

``comms.rules.chat`` lists the allowed services and options, the guard checks the network addresses.
One address is one place: of two, one could get the message twice when the other fails.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import unquote

from comms.delivery import Gone, OnHandover, Refused
from comms.delivery.guarded_requests import Sending, fence, sending
from comms.rules import address as addresses
from comms.rules import chat
from comms.rules.address import Violations
from kernel.text.masking import mask_secrets

GONE = 410
MAX_EXCERPT_CHARACTERS = 200
"""At most so many characters of an answer are kept."""

CUT = "\n…\n"
HIDDEN = "…"


def send(address: str, title: str, body: str, on_handover: OnHandover) -> None:
    """Send plain text. ``on_handover`` is called once connected, before anything is written.

    A text that is too long for the service keeps its last paragraph. Raises ``Refused`` for what
    will never be accepted, otherwise ``OSError`` with the service's answer, without secrets.
    """
    if refusals := address_violations(address):
        raise Refused(refusals[0].sentence)
    plugin = _plugin(address)
    with sending(on_handover) as now:
        taken = _notify(plugin, title, body)
    if now.fault is not None and not isinstance(now.fault, OSError):
        raise now.fault
    if not taken or not now.left:
        raise _why(now, address)


def address_violations(address: str) -> Violations:
    """Every reason why updates cannot be sent to this address; sends nothing."""
    if violations := chat.violations(address):
        return violations
    plugin, options = _plugin(address), _options(address)
    scheme = address.partition("://")[0].lower()
    name = chat.SERVICES[scheme].name
    if violations := addresses.whole_violations(name, is_whole=plugin is not None):
        return violations
    if violations := chat.option_violations(scheme, options):
        return violations
    return addresses.place_violations(len(plugin))


def masked_address(address: str) -> str:
    """The address without its secrets, as Apprise itself logs it."""
    scheme = address.partition("://")[0]
    plugin = None if chat.violations(address) else _plugin(address)
    if plugin is None:
        return f"{scheme}://{HIDDEN}"
    return unquote(str(plugin.url(privacy=True)).partition("?")[0])


@cache
def _library() -> Any:
    """Apprise with all its plugins, guarded. Loaded lazily: it takes a second and 20 MB."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    NotificationManager().load_modules()
    fence("apprise")
    return apprise


@cache
def _asset() -> Any:
    """Stores nothing on disk, reads nothing from there, links no pictures."""
    return _library().AppriseAsset(
        app_id="Warroom",
        app_desc="Warroom",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask="",
        http_redirects=False,
        async_mode=False,
        interpret_emojis=False,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
        storage_mode="memory",
    )


def _plugin(address: str) -> Any:
    """None for an address that Apprise does not understand."""
    return _library().Apprise.instantiate(address, asset=_asset())


def _options(address: str) -> list[str]:
    """The options as Apprise parses them, which may be more than we parse."""
    from apprise.plugins import url_to_dict

    return list((url_to_dict(address) or {}).get("qsd", {}))


def _notify(plugin: Any, title: str, body: str) -> bool:
    """False also when a plugin fails on an answer."""
    from apprise import NotifyFormat, NotifyType, OverflowMode

    try:
        return bool(
            plugin.notify(
                title=title,
                body=_fitting(body, plugin.body_maxlen - len(title) - 2),
                notify_type=NotifyType.INFO,
                body_format=NotifyFormat.TEXT,
                overflow=OverflowMode.TRUNCATE,
            )
        )
    except Exception:  # noqa: BLE001  (the answer says more than the plugin's error)
        return False


def _fitting(body: str, limit: int) -> str:
    """Shorten ``body`` to ``limit`` characters but keep its last paragraph, which has the link."""
    if len(body) <= limit:
        return body
    rest, _, last = body.rpartition("\n\n")
    room = limit - len(last) - len(CUT)
    return rest[:room].rstrip() + CUT + last if rest and room > 0 else body[:limit]


def _why(now: Sending, address: str) -> Exception:
    if now.answer is None:
        name = type(now.fault).__name__ if now.fault else "nothing was sent"
        return OSError(f"no answer ({name})")
    status = now.answer.status_code
    if status == GONE:
        return Gone()
    excerpt = _masked(" ".join(now.answer.text.split()), address)[:MAX_EXCERPT_CHARACTERS]
    return OSError(f"answered {status}{': ' if excerpt else ''}{excerpt}")


def _masked(text: str, address: str) -> str:
    """Remove the parts of the address and other secrets, since services echo their input."""
    parts = re.split(r"[/@:?&=#,+;]", unquote(address.partition("://")[2]))
    for part in sorted(parts, key=len, reverse=True):
        if len(part) > 3:
            text = text.replace(part, HIDDEN)
    return mask_secrets(text).text
