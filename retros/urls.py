from django.urls import URLPattern, path

from retros.views import backlog

urlpatterns: list[URLPattern] = [
    path("INC-<int:number>/backlog/", backlog.backlog, name="backlog"),
    path("INC-<int:number>/HARD-<int:item>/", backlog.item, name="backlog-item"),
]

for _step in ("begin", "done", "drop", "reopen"):
    _at = f"INC-<int:number>/HARD-<int:item>/{_step}/"
    urlpatterns.append(path(_at, backlog.step, {"name": _step}, f"backlog-{_step}"))
