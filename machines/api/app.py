"""The API, version 1 (docs/api.md)."""

from typing import Any

from ninja import NinjaAPI

from machines.api import briefs, me, problems, writing
from machines.api.doors import BearerToken, joined
from machines.api.reading.operations import READING


class Api(NinjaAPI):
    """django-ninja describes every answer as JSON; refusals are problems (RFC 9457)."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                answers = operation["responses"]
                operation["responses"] = {str(code): answers[code] for code in answers}
                for code, answer in answers.items():
                    content = answer.get("content", {})
                    if int(code) >= 400 and "application/json" in content:
                        content[problems.CONTENT_TYPE] = content.pop("application/json")
        return schema


api = Api(
    title="Warroom",
    version="1",
    description="Incidents, lanes and evidence for machines. See docs/api.md.",
    urls_namespace="api-1",
    auth=BearerToken(),
    openapi_url="openapi.json",
    docs_url=None,
)
problems.install(api)
api.add_router("", me.router)
api.add_router("", briefs.router)
api.add_router("", joined(*READING, *writing.routers))
