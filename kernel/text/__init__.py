"""Text that people and machines bring in: masked, rendered, judged. Pure functions."""

from kernel.text.ansi import ansi_to_html, ansi_to_plain
from kernel.text.clean import clean_text
from kernel.text.content_checks import (
    clean_lines,
    has_content,
    normalise_reason,
    same_reason,
    says_nothing,
)
from kernel.text.masking import Masked, mask_secrets

__all__ = [
    "Masked",
    "ansi_to_html",
    "ansi_to_plain",
    "clean_lines",
    "clean_text",
    "has_content",
    "mask_secrets",
    "normalise_reason",
    "same_reason",
    "says_nothing",
]
