from django.urls import URLPattern, path

from retros.backlog import list_views as backlog_list
from retros.backlog import views as backlog
from retros.closing import views as gate
from retros.metrics import views as numbers
from retros.package import views as package
from retros.review import views as retro
from retros.watch import views as watch

urlpatterns: list[URLPattern] = [
    path("backlog/", backlog_list.backlog, name="backlog-all"),
    path("backlog/csv/", backlog_list.download, name="backlog-csv"),
    path("backlog/add/", backlog_list.add, name="backlog-add"),
    path("INC-<int:number>/backlog/", backlog.backlog, name="backlog"),
    path("INC-<int:number>/HARD-<int:item>/", backlog.item, name="backlog-item"),
    path("INC-<int:number>/gate/", gate.gate, name="gate"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/csv/", numbers.download, name="numbers-csv"),
    path("packages/", package.queue, name="packages"),
    path("INC-<int:number>/package/", package.newest, name="package"),
    path("INC-<int:number>/package/<int:version>/", package.version, name="package-version"),
    path("INC-<int:number>/watch/", watch.watch, name="watch"),
    path("INC-<int:number>/watch/fire/", watch.fire, name="watch-fire"),
    path("INC-<int:number>/reopen/", watch.reopen, name="reopen"),
    path("INC-<int:number>/retro/", retro.page, name="retro"),
    path("INC-<int:number>/retro/<int:closing>/", retro.page, name="retro-of"),
    path("INC-<int:number>/retro/<int:closing>/<slug:kind>/", retro.look, name="retro-look"),
    path(
        "INC-<int:number>/retro/<int:closing>/<slug:kind>/draft/", retro.draft, name="retro-draft"
    ),
    path("INC-<int:number>/retro/<int:closing>/<slug:kind>/add/", retro.thought, name="retro-add"),
]

for _step in ("begin", "done", "drop", "reopen"):
    _at = f"INC-<int:number>/HARD-<int:item>/{_step}/"
    urlpatterns.append(path(_at, backlog.step, {"name": _step}, f"backlog-{_step}"))

for _name in ("progress", "again", "judge", "revise", "changes"):
    _at = f"INC-<int:number>/package/<int:version>/{_name}/"
    urlpatterns.append(path(_at, getattr(package, _name), name=f"package-{_name}"))
_at = "INC-<int:number>/package/<int:version>/package.<slug:form>"
urlpatterns.append(path(_at, package.download, name="package-download"))
