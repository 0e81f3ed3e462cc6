"""Django's admin for subscribers and deliveries; messages are not editable."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from comms.actions import outbox
from comms.delivery.personal import person_of
from comms.models import Delivery, Subscriber
from comms.subscribers.masked_addresses import masked
from incidents.admin import ForAdmins
from kernel import clock


class _ReadOnly(ForAdmins):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Subscriber)
class SubscriberAdmin(_ReadOnly, admin.ModelAdmin):
    """Read-only: people subscribe and leave by themselves."""

    list_display = ["shown", "kind", "audience", "asked_at", "confirmed_at", "left_at"]
    list_filter = ["kind", "audience", ("left_at", admin.EmptyFieldListFilter)]
    fields = ["shown", "kind", "name", "audience", "surfaces", "asked_at", "confirmed_at"]

    @admin.display(description="address")
    def shown(self, obj: Subscriber) -> str:
        return masked(obj)


@admin.register(Delivery)
class DeliveryAdmin(_ReadOnly, admin.ModelAdmin):
    """Deliveries that were given up can be sent again."""

    list_display = ["pk", "whom", "channel", "state", "attempts", "next_try_at", "last_error"]
    list_filter = ["state", "channel"]
    list_select_related = ["notice__person", "subscriber", "tested_by"]
    fields = [*list_display, "sent_at"]
    actions = ["send_again"]

    @admin.display(description="to")
    def whom(self, obj: Delivery) -> str:
        if (person := person_of(obj)) is not None:
            return str(person)
        return masked(obj.subscriber) if obj.subscriber else ""

    @admin.action(description="Send again what was given up or not heard of")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = outbox.resend(list(queryset.values_list("pk", flat=True)), clock.now())
        messages.success(request, f"{count} will be sent again.")
