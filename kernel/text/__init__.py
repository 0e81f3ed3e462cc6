"""Text that people and machines bring in: masked, rendered, judged. Pure functions."""

from kernel.text.ansi import ansi_to_html, ansi_to_plain
from kernel.text.clean import clean_line, clean_text, masked_raw, one_line
from kernel.text.content_checks import (
    clean_lines,
    has_content,
    normalise_name,
    normalise_reason,
    same_reason,
    says_nothing,
)
from kernel.text.controls import drop_controls, show_controls
from kernel.text.masking import Masked, mask_secrets, secret_spans

__all__ = [
    "Masked",
    "ansi_to_html",
    "ansi_to_plain",
    "clean_line",
    "clean_lines",
    "clean_text",
    "drop_controls",
    "has_content",
    "mask_secrets",
    "masked_raw",
    "normalise_name",
    "normalise_reason",
    "one_line",
    "same_reason",
    "says_nothing",
    "secret_spans",
    "show_controls",
]
