from django.db import models


class TokenKind(models.TextChoices):
    PERSON = "person", "Person"
    SERVICE = "service", "Service"
    AGENT = "agent", "Agent"


class Scope(models.TextChoices):
    """What a service token may be allowed; a person's token has none and an agent's follow."""

    READ = "read", "Read incidents"
    FREEZES = "freezes", "Read freezes"
    EVIDENCE = "evidence", "Capture evidence"
    LANE = "lane", "Write in lanes: notes, unknowns, hypotheses"
    DECLARE = "declare", "Declare incidents"


PREFIXES = {TokenKind.PERSON: "wr_per_", TokenKind.SERVICE: "wr_svc_", TokenKind.AGENT: "wr_agt_"}
"""How each kind of token begins: scanners for leaked secrets know them by it."""
