"""The type of a captured file, by its bytes alone: the sender's content type is not trusted."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

BINARY = "application/octet-stream"

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def media_type(content: bytes) -> str:
    """The type of a raster image that browsers may show, else plain bytes. Never SVG or HTML."""
    for magic, image_type in _MAGIC.items():
        if content.startswith(magic):
            return image_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return BINARY


def plain_name(name: str, max_length: int = 200) -> str:
    """The file's own name without folders and control characters, shortened before its ending."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in base if c.isprintable()).strip(" .")
    stem, dot, ending = base.rpartition(".")
    if len(base) <= max_length or not dot or len(ending) > 20:
        return base[:max_length]
    return stem[: max_length - len(ending) - 1] + dot + ending


_NOT_IN_ARCHIVES = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
"""Signs that a file name has on no Windows."""


def archive_name(name: str, max_bytes: int) -> str:
    """The file's own name as every system can unpack it, its ending kept; "" when none is left.

    The caller puts something before it, so that no name of a device is left alone (``CON.txt``).
    """
    base = plain_name(name).translate(_NOT_IN_ARCHIVES)
    stem, dot, ending = base.rpartition(".")
    if not dot or len(ending) > 20:
        stem, dot, ending = base, "", ""
    room = max(0, max_bytes - len((dot + ending).encode()))
    return (stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending).rstrip(" .")


@dataclass(frozen=True, slots=True)
class FileText:
    """A file read as text: its byte order ``mark``, then ``text`` in ``encoding``."""

    text: str
    encoding: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Another text as a file of the same sort; what the encoding lacks becomes "?"."""
        return self.mark + text.encode(self.encoding, "replace")


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before that of UTF-16, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")

_CONTROL = tuple(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x08\x1b")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
MAX_ODD_SHARE = 50
"""One character in so many may be a control character."""

_LOOK_BYTES = 4096
"""Text of two or four bytes a letter has a zero within so many."""


def text_of(content: bytes) -> FileText | None:
    """The content as text, by its byte order mark or by trying; None for anything else."""
    mark, encoding = _mark_of(content)
    if mark:
        return _decoded(content, encoding, mark)
    if (text := _decoded(content, "utf-8")) is not None and "\x00" not in text.text:
        return text
    if b"\x00" in content[:_LOOK_BYTES] and media_type(content) == BINARY:
        wide = (_decoded(content, encoding) for encoding in _WIDE)
        return next((text for text in wide if text and _is_mostly_ascii(text.text)), None)
    return None


def nearly_text(content: bytes) -> FileText | None:
    """The content read all the same, if at most 2 % of it are control characters.

    A log with a stray byte, or cut in the middle of a letter, must still have its secrets masked.
    """
    mark, encoding = _mark_of(content)
    if mark:
        return FileText(content[len(mark) :].decode(encoding, "replace"), encoding, mark)
    if media_type(content) != BINARY:
        return None
    odd = sum(content.count(byte) for byte in _CONTROL)
    is_text = odd * MAX_ODD_SHARE <= len(content)
    return FileText(content.decode("latin-1"), "latin-1") if is_text else None


def _mark_of(content: bytes) -> tuple[bytes, str]:
    return next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", ""))


def _decoded(content: bytes, encoding: str, mark: bytes = b"") -> FileText | None:
    try:
        return FileText(content[len(mark) :].decode(encoding), encoding, mark)
    except UnicodeDecodeError:
        return None


def _is_mostly_ascii(text: str) -> bool:
    """Any bytes in pairs are letters of UTF-16; a log of it is mostly ASCII all the same."""
    odd = len(_ODD.findall(text))
    return odd * MAX_ODD_SHARE <= len(text) <= 2 * sum(map(str.isascii, text))


_READABLE = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")


def readable_runs(content: bytes) -> Iterator[tuple[int, str]]:
    """Texts within a binary file, each with where it starts: behind an image's header, say."""
    for match in _READABLE.finditer(content):
        yield match.start(), match[0].decode("ascii")
