"""The tables of how an incident ends, a module for each noun."""

from retros.models.backlog import BacklogItem
from retros.models.closing import CheckIn, Closing, Ended, Statement
from retros.models.package import Package, PackageVerdict, Remark, RemarkAnswer
from retros.models.review import Addendum, Answer, LookBack, LookBackDraft

__all__ = [
    "Addendum",
    "Answer",
    "BacklogItem",
    "CheckIn",
    "Closing",
    "Ended",
    "LookBack",
    "LookBackDraft",
    "Package",
    "PackageVerdict",
    "Remark",
    "RemarkAnswer",
    "Statement",
]
