from machines.models.submission import Submission
from machines.models.token import Token, TokenQuerySet

__all__ = ["Submission", "Token", "TokenQuerySet"]
