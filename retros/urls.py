from django.urls import URLPattern, path

from retros.views import backlog, backlog_list, gate, watch

urlpatterns: list[URLPattern] = [
    path("backlog/", backlog_list.backlog, name="backlog-all"),
    path("backlog/csv/", backlog_list.download, name="backlog-csv"),
    path("backlog/add/", backlog_list.add, name="backlog-add"),
    path("INC-<int:number>/backlog/", backlog.backlog, name="backlog"),
    path("INC-<int:number>/HARD-<int:item>/", backlog.item, name="backlog-item"),
    path("INC-<int:number>/gate/", gate.gate, name="gate"),
    path("INC-<int:number>/gate/summary/", gate.summary, name="gate-summary"),
    path("INC-<int:number>/watch/", watch.watch, name="watch"),
    path("INC-<int:number>/watch/fire/", watch.fire, name="watch-fire"),
    path("INC-<int:number>/reopen/", watch.reopen, name="reopen"),
]

for _step in ("begin", "done", "drop", "reopen"):
    _at = f"INC-<int:number>/HARD-<int:item>/{_step}/"
    urlpatterns.append(path(_at, backlog.step, {"name": _step}, f"backlog-{_step}"))
