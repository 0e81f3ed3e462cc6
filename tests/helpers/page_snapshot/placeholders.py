"""What no run can repeat, replaced by words that every run has."""

import re
from collections.abc import Callable

_CSRF = re.compile(
    r"""(name="csrfmiddlewaretoken" value="|X-CSRFToken(?:&quot;|"|&#x22;): (?:&quot;|"|&#x22;))"""
    r"""[A-Za-z0-9]{32,64}"""
)
_RESET_KEY = re.compile(r"(/password/reset/key/[0-9A-Za-z]+-)[0-9a-z]+-[0-9a-f]{16,64}")
_MADE_MESSAGE_ID = re.compile(r"<\d{9,}\.\d+\.\d+@")
"""Python's own, for mails that bring none."""

_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_STATIC_TAGS = re.compile(
    r"""\s*(?:<script\b[^>]*\bsrc="[^"]*static/[^"]*"[^>]*></script>"""
    r"""|<link\b[^>]*\bhref="[^"]*static/[^"]*\.(?:css|js)"[^>]*>)"""
)
_STATIC_NAME = re.compile(r"/static/[A-Za-z0-9_./-]+\.(?:js|css)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?![\w-])")
_SLOW_PAGE = re.compile(
    r'(?s)\s*<tr>\s*<th scope="row">(?:(?!</tr>).)*data-label="Mean"(?:(?!</tr>).)*</tr>'
)
"""The slowest pages are others in every run."""

_MEASURED = ("/metrics", "/operations/", "/readyz", "/healthz")
"""Pages whose figures are measured in this very process."""


def stable(text: str, url: str = "") -> str:
    text = _CSRF.sub(r"\1<csrf>", text)
    text = without_keys(text)
    text = _MADE_MESSAGE_ID.sub("<made@", text)
    text = numbered(_UUID, "uuid")(text)
    text = without_static_names(text)
    if url.split("?")[0] in _MEASURED:
        head, _, body = text.partition("\n\n")
        body = re.sub("(?:<slow>)+", "<slow>", _SLOW_PAGE.sub("<slow>", body))
        text = f"{head}\n\n{_NUMBER.sub('<n>', body)}"
    return text


def without_keys(text: str) -> str:
    return _RESET_KEY.sub(r"\1<key>", text)


def static_names(text: str) -> set[str]:
    return set(_STATIC_NAME.findall(text))


def without_static_names(text: str) -> str:
    """Style sheets and scripts may be cut and named anew; which there are is listed elsewhere."""
    text = _STATIC_TAGS.sub("\n<static>", text)
    text = re.sub(r"(?:\s*<static>)+", "\n<static>", text)
    return _STATIC_NAME.sub("/static/<name>", text)


def numbered(pattern: re.Pattern[str], name: str) -> Callable[[str], str]:
    """Replaces each different find by its number, in the order of first appearance."""

    def replace(text: str) -> str:
        found: dict[str, int] = {}

        def number(match: re.Match[str]) -> str:
            return f"<{name}-{found.setdefault(match[0], len(found) + 1)}>"

        return pattern.sub(number, text)

    return replace
