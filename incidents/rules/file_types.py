"""The type of a captured file, by its bytes alone: the sender's content type is not trusted."""

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


def nearly_text(content: bytes) -> str | None:
    """The content decoded as latin-1, if at most 2 % of its bytes are control characters.

    A log with a stray byte, or cut in the middle of a letter, must still have its secrets masked.
    """
    if not content or media_type(content) != BINARY:
        return None
    odd = sum(content.count(byte) for byte in _CONTROL)
    return content.decode("latin-1") if odd * 50 <= len(content) else None


_CONTROL = tuple(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x08\x1b")


def text_of(content: bytes) -> tuple[str, str] | None:
    """The content as text with its encoding, when it is text; None for anything else."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else (text, encoding)
