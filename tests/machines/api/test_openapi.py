"""The API keeps what its OpenAPI document promises, whatever it is asked: by schemathesis.

Each operation is asked with values that the document allows and with some that it does not, by a
token of each kind: no 500, no status and no form of an answer that is not documented.
"""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from incidents.models import Incident, Person
from machines.api.app import api
from machines.vocabulary import Scope, TokenKind
from tests.helpers.tiers import in_tier
from tests.helpers.tokens import agent_token, person_token, service_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = settings(
    max_examples=in_tier(test=1, prove=60),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)


def test_the_document_is_openapi() -> None:
    validate(api.get_openapi_schema())


@pytest.mark.django_db(transaction=True)  # a server gives its connection back after each request
@pytest.mark.parametrize("kind", TokenKind)
def test_answers_are_as_documented(kind: TokenKind, staffed: Incident, commander: Person) -> None:
    """Takes some ten seconds: every operation of the API, several times."""
    made = {
        TokenKind.PERSON: lambda: person_token(commander),
        TokenKind.SERVICE: lambda: service_token(commander, *Scope),
        TokenKind.AGENT: lambda: agent_token(commander, incident=staffed),
    }
    headers = {"Authorization": f"Bearer {made[kind]()}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    asked, broken = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        asked += 1
        try:
            _ask(operation, staffed.pk, headers)
        except FailureGroup as failures:
            broken += [f"{operation.label}: {failure}" for failure in failures.exceptions]
    assert broken == []
    assert asked > 60


def _ask(operation: Any, number: int, headers: dict[str, str]) -> None:
    @EXAMPLES
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        if "number" in (case.path_parameters or {}):
            case.path_parameters["number"] = number
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    ask()
