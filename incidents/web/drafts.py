"""The answer to a form that saves itself while somebody types."""

from typing import Any

from django.http import HttpResponse, JsonResponse

from incidents.models import Draft
from incidents.web.forms import DraftForm


def draft_response(form: DraftForm, draft: Draft | None, over: dict[str, Any]) -> HttpResponse:
    """The answer to a form that saved itself; ``over`` when there is nothing to save any more."""
    if draft is None:
        return JsonResponse(over, status=409)
    saved_at = draft.saved_at.isoformat()
    if form.overtaken(draft):
        return JsonResponse({"elsewhere": saved_at}, status=409)
    return JsonResponse({"saved_at": saved_at})
