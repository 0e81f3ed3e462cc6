"""A message to a chat or paging service, by the Apprise library.

``comms.rules.chat`` says which services and options, the guard where requests may lead.
One address is one place: of two, one could be told twice when the other fails.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import unquote

from comms.delivery import Handed, Refused
from comms.delivery.guarded_requests import Sending, fence, sending
from comms.rules import chat
from kernel.refusal import Violation
from kernel.text.masking import mask_secrets

GONE = 410
LINE = 200
"""Characters of what a service answered that are kept."""

CUT = "\n…\n"
HIDDEN = "…"


def send(address: str, title: str, body: str, handed: Handed) -> None:
    """Tell one place. ``handed`` is called when a connection stands and nothing was written yet.

    Plain text; where it is too long for the service its last paragraph is kept. Raises ``Refused``
    for what will never be taken, otherwise ``OSError`` with what the service said, without secrets.
    """
    if found := problems(address):
        raise Refused(found[0].sentence)
    plugin = _plugin(address)
    with sending(handed) as now:
        taken = _notify(plugin, title, body)
    if now.fault is not None and not isinstance(now.fault, OSError):
        raise now.fault
    if not taken or not now.left:
        raise _why(now, address)


def problems(address: str) -> tuple[Violation, ...]:
    """Every reason why this address cannot be told; reaches nobody."""
    if found := chat.violations(address):
        return found
    plugin, options = _plugin(address), _options(address)
    scheme = address.partition("://")[0].lower()
    name = chat.SERVICES[scheme].name
    if plugin is None:
        words = f"This is not a whole address of {name}; see how Apprise writes it."
        return (Violation("S-ADDRESS", words, "address"),)
    if found := chat.odd_options(scheme, options):
        return found
    if len(plugin) != 1:
        words = "One address is one place. Add each channel or person by itself."
        return (Violation("S-ADDRESS", words, "address"),)
    return ()


def shown(address: str) -> str:
    """The address as far as it is no secret, as Apprise itself writes it in logs."""
    scheme = address.partition("://")[0]
    plugin = None if chat.violations(address) else _plugin(address)
    if plugin is None:
        return f"{scheme}://{HIDDEN}"
    return unquote(str(plugin.url(privacy=True)).partition("?")[0])


@cache
def _library() -> Any:
    """Apprise with all its plugins, fenced in: a second and 20 MB, so not before it is needed."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    NotificationManager().load_modules()
    fence("apprise")
    return apprise


@cache
def _asset() -> Any:
    """Nothing is kept on disk, nothing read from there, no picture linked that others serve."""
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
    """None for what Apprise does not understand."""
    return _library().Apprise.instantiate(address, asset=_asset())


def _options(address: str) -> list[str]:
    """As Apprise reads them; it could read more than we do."""
    from apprise.plugins import url_to_dict

    return list((url_to_dict(address) or {}).get("qsd", {}))


def _notify(plugin: Any, title: str, body: str) -> bool:
    """False also where a plugin stumbles over an answer."""
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
    except Exception:  # noqa: BLE001  (what was answered says more than how a plugin stumbled)
        return False


def _fitting(body: str, most: int) -> str:
    """``body`` in at most so many characters, with its last paragraph: there stands the link."""
    if len(body) <= most:
        return body
    rest, _, last = body.rpartition("\n\n")
    room = most - len(last) - len(CUT)
    return rest[:room].rstrip() + CUT + last if rest and room > 0 else body[:most]


def _why(now: Sending, address: str) -> Exception:
    if now.answer is None:
        name = type(now.fault).__name__ if now.fault else "nothing was sent"
        return OSError(f"no answer ({name})")
    status = now.answer.status_code
    if status == GONE:
        return Refused("The address is gone (410).")
    said = _masked(" ".join(now.answer.text.split()), address)[:LINE]
    return OSError(f"answered {status}{': ' if said else ''}{said}")


def _masked(text: str, address: str) -> str:
    """Services repeat what they were given: nothing of the address stays, and no other secret."""
    parts = re.split(r"[/@:?&=#,+;]", unquote(address.partition("://")[2]))
    for part in sorted(parts, key=len, reverse=True):
        if len(part) > 3:
            text = text.replace(part, HIDDEN)
    return mask_secrets(text).text
