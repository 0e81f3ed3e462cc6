"""Why something was not done: the server is away, or it said no."""


class Away(Exception):
    """The server cannot answer now: no connection, an error of its own, or too many requests."""


class Refusal(Exception):
    """The server said no. ``violations`` have ``code``, ``sentence``, ``field`` and ``link``."""

    def __init__(self, status: int, detail: str, violations: list[dict[str, str]]) -> None:
        super().__init__(detail)
        self.status, self.detail, self.violations = status, detail, violations

    @property
    def sentences(self) -> list[str]:
        """Every reason, with the field that it is about and where to go."""
        if not self.violations:
            return [self.detail]
        return [sentence_of(violation) for violation in self.violations]


def sentence_of(violation: dict[str, str]) -> str:
    """Its code and sentence, the field that mends it and where to go."""
    parts = [f"{violation.get('code', '')} {violation.get('sentence', '')}".strip()]
    if field := violation.get("field"):
        parts.append(f"(field: {field})")
    if link := violation.get("link"):
        parts.append(link)
    return " ".join(parts)
