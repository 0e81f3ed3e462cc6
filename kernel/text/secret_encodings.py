"""Private keys inside base64, as kubeconfigs and Kubernetes secrets hold them."""

import base64
import binascii
import re
from collections.abc import Iterator

from kernel.text.markers import SecretKind

_RUN = re.compile(
    r"(?<![\w+/=-])[A-Za-z0-9+/_-]{40,}+(?:[ \t]*+\r?\n[ \t]*+[A-Za-z0-9+/_-]{20,}+)*+={0,2}"
)
_SPACES = re.compile(r"\s+")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")


def find(text: str) -> Iterator[tuple[int, int, SecretKind]]:
    """Runs of base64, over several lines too, in which a private key stands."""
    for match in _RUN.finditer(text):
        if _KEY_BLOCK.search(_decoded(match[0])):
            yield match.start(), match.end(), SecretKind.PRIVATE_KEY


def _decoded(run: str) -> str:
    """What a run of base64 holds, as far as it is whole; "" when it is none."""
    plain = _SPACES.sub("", run).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain[: len(plain) // 4 * 4]).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
