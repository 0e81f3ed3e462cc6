from kernel.text.content_checks import clean_lines
from kernel.text.masking import mask_secrets


def clean_text(text: str, max_length: int | None = None) -> str:
    """A text as it is stored: control characters removed, secrets masked, cut to its column.

    Every text that somebody types passes here, since a record is read by many and never changed. A
    mask may be longer than what it hides, so the length is limited afterwards.
    """
    return mask_secrets(clean_lines(text).strip()).text[:max_length]
