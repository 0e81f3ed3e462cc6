"""Django's admin for tokens: to look at. They are made and revoked on the pages of Warroom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from incidents.admin import ForAdmins
from machines.models import Token


@admin.register(Token)
class TokenAdmin(ForAdmins, admin.ModelAdmin):
    list_display = ["name", "kind", "owner", "prefix", "made_at", "ends_at", "last_used_at"]
    list_filter = ["kind", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    fields = [
        *("name", "kind", "owner", "prefix", "scopes", "lane", "incident", "made_at", "ends_at"),
        *("ends_with_incident", "revoked_at", "revoked_by", "revoked_reason"),
        *("last_used_at", "last_used_from", "uses", "refused"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
