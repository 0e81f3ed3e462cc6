"""Text that people and machines bring in: masked, rendered, judged. Pure functions."""

from warroom.kernel.text.ansi import ansi_to_html, ansi_to_plain
from warroom.kernel.text.masking import Masked, mask_secrets
from warroom.kernel.text.plain import (
    clean_lines,
    has_content,
    normalise_reason,
    same_reason,
    says_nothing,
)

__all__ = [
    "Masked",
    "ansi_to_html",
    "ansi_to_plain",
    "clean_lines",
    "has_content",
    "mask_secrets",
    "normalise_reason",
    "same_reason",
    "says_nothing",
]
