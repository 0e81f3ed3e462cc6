"""Pages of closure packages: read, downloaded, built again, reviewed by admins, revised."""

import json
from collections.abc import AsyncIterator, Iterator
from difflib import unified_diff
from typing import Any

from asgiref.sync import sync_to_async
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django_htmx.http import HttpResponseClientRedirect

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from retros.models import Package
from retros.package import actions as packages
from retros.package import archive, integrity, markdown
from retros.package.build import LABELS
from retros.package.bundle import script
from retros.package.forms import PackageReviewForm, RetryForm, ReviseForm

FORMS = {
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "sh": "text/x-shellscript; charset=utf-8",
    "zip": "application/zip",
}


@requires("package.read")
def newest(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-42/package/``: the newest version, or that there is none yet."""
    last = Package.objects.light().filter(incident=incident).last()
    if last is not None:
        return HttpResponseRedirect(last.get_absolute_url())
    context = {"incident": incident, "bar": bar(incident, clock.now())}
    return render(request, "retros/package_none.html", context)


@requires("package.read")
def version(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """One version: sealed, in progress with how far it is, or failed with the reason."""
    form_class = PackageReviewForm if may("package.review", request.who) else RetryForm
    context = _context(request, incident, _find(incident, version))
    context["form"] = form_class(request=request)
    return render(request, "retros/package.html", context)


def _context(request: HttpRequest, incident: Incident, package: Package) -> dict[str, Any]:
    version = package.number
    is_newest = not Package.objects.filter(incident=incident, number__gt=version).exists()
    judged = Package.objects.unreviewed().filter(pk=package.pk).exists()
    verdict = getattr(package, "verdict", None)
    back = verdict is not None and not verdict.is_accepted
    may_ask = may("package.ask", request.who)
    versions = list(Package.objects.light().filter(incident=incident))
    return {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "package": package,
        "content": _content(package),
        "altered": integrity.content_problem(package) if package.is_made else "",
        "verdict": verdict,
        "remarks": list(package.remarks.select_related("answer__package")) if back else [],
        "versions": versions,
        "may_compare": any(row.is_made and row.number < version for row in versions),
        "is_newest": is_newest,
        "may_judge": judged and may("package.review", request.who),
        "awaits": judged,
        "may_revise": back and is_newest and may_ask,
        "may_ask": may_ask,
    }


def _content(package: Package) -> Any:
    """What the page shows; None where it is not made, or where its content cannot be read."""
    try:
        return json.loads(package.content) if package.is_made else None
    except ValueError:
        return None


def _find(incident: Incident, version: int) -> Package:
    rows = Package.objects.defer("pdf", "manifest").select_related(
        "incident", "closing__closed_by", "verdict__by"
    )
    return get_object_or_404(rows, incident=incident, number=version)


@requires("package.read")
def progress(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """The progress, polled by the page that waits; at its end the page is loaded again."""
    rows = Package.objects.light().filter(incident=incident)
    package = get_object_or_404(rows, number=version)
    if not package.is_waiting:
        return HttpResponseClientRedirect(package.get_absolute_url())
    return render(
        request, "retros/_package_progress.html", {"incident": incident, "package": package}
    )


@requires("package.ask")
def again(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """Try to build a failed package again."""

    def do(form: WarroomForm) -> str:
        package = packages.retry(
            request.actor, incident.pk, version, now=clock.now(), once=form.key
        )
        return package.get_absolute_url()

    package = _find(incident, version)
    return submit(
        request,
        "retros/package.html",
        RetryForm,
        do,
        context=lambda: _context(request, incident, package),
    )


@requires("package.review")
def judge(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """Accept it, or send it back with remarks."""

    def do(form: WarroomForm) -> str:
        assert isinstance(form, PackageReviewForm)
        options = {"now": clock.now(), "once": form.key}
        if request.POST.get("do") == "accept":
            packages.accept(request.actor, incident.pk, version, **options)
        else:
            packages.send_back(request.actor, incident.pk, version, form.remarks(), **options)
        return reverse("package-version", args=[incident.pk, version])

    package = _find(incident, version)
    return submit(
        request,
        "retros/package.html",
        PackageReviewForm,
        do,
        context=lambda: _context(request, incident, package),
    )


@requires("package.ask")
def revise(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """Answer the remarks, revise the note, and request a new version."""
    package = _find(incident, version)

    def do(form: WarroomForm) -> str:
        assert isinstance(form, ReviseForm)
        new = packages.revise(
            request.actor, incident.pk, version, form.revision(), now=clock.now(), once=form.key
        )
        return new.get_absolute_url()

    def context() -> dict[str, Any]:
        return {"incident": incident, "bar": bar(incident, clock.now()), "package": package}

    return submit(
        request,
        "retros/package_revise.html",
        ReviseForm,
        do,
        context=context,
        remarks=list(package.remarks.all()),
        initial={name: getattr(package, name) for name in LABELS},
    )


@requires("package.read")
def changes(request: HttpRequest, incident: Incident, version: int) -> HttpResponse:
    """What differs from the version before, line by line."""
    new = _made_package(incident, version)
    rows = Package.objects.filter(incident=incident, number__lt=version, state="made")
    old = rows.defer("pdf", "manifest").order_by("-number").first()
    if old is None:
        raise Http404("There is no version before it.")
    if answer := _altered(new) or _altered(old):
        return answer
    before, after = (_lines(version_row) for version_row in (old, new))
    diff = list(unified_diff(before, after, lineterm="", n=1))[2:]
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "package": new,
        "old": old,
        "lines": [(_SIGNS.get(line[:1], ""), line[1:]) for line in diff if line[:2] != "@@"],
    }
    return render(request, "retros/package_changes.html", context)


def _lines(package: Package) -> list[str]:
    return markdown.markdown(json.loads(package.content)).splitlines()


_SIGNS = {"+": "plus", "-": "minus"}


def _made_package(incident: Incident, version: int) -> Package:
    rows = Package.objects.select_related("incident", "closing")
    package = get_object_or_404(rows, incident=incident, number=version)
    if not package.is_made:
        raise Http404(f"Version {version} is not made.")
    return package


def _altered(package: Package) -> HttpResponse | None:
    """The answer in place of a package that is not what was sealed, status 409."""
    problem = integrity.problem(package)
    if not problem:
        return None
    reference = package.incident.reference
    text = (
        f"Closure package {package.number} of {reference} is not served: {problem}. It was changed"
        f" after it was sealed. Run manage.py verify_timeline {reference}, and compare with a copy"
        " that was kept elsewhere.\n"
    )
    return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")


@requires("package.read")
def download(request: HttpRequest, incident: Incident, version: int, form: str) -> HttpResponseBase:
    """A made version as ``md``, ``json``, ``pdf``, ``sh`` or ``zip``."""
    if form not in FORMS:
        raise Http404(f"There is no {form}.")
    package = _made_package(incident, version)
    if answer := _altered(package):
        return answer
    name = f"{incident.reference}-package-{version}.{form}"
    if form == "zip":
        response: HttpResponseBase = StreamingHttpResponse(_stream(archive.zip_pieces(package)))
    else:
        response = HttpResponse(_file(package, form))
    response["Content-Type"] = FORMS[form]
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _file(package: Package, form: str) -> bytes | str:
    if form == "pdf":
        return bytes(package.pdf)
    if form == "json":
        return package.content
    whole = json.loads(package.content)
    return markdown.markdown(whole) if form == "md" else script(whole)


async def _stream(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """One piece at a time: Django would read a synchronous iterator to its end before sending."""
    take = sync_to_async(next)
    while (piece := await take(pieces, None)) is not None:
        yield piece


@requires("package.queue")
def queue(request: HttpRequest) -> HttpResponse:
    """``GET /packages/``: what waits for an admin's review, the oldest first."""
    rows = Package.objects.light().unreviewed().select_related("incident", "closing__closed_by")
    rows = rows.order_by("made_at")
    context = {"waiting": list(rows[:MAX_QUEUE]), "total": rows.count()}
    return render(request, "retros/packages.html", context)


MAX_QUEUE = 50
"""Packages on the page of the queue, the oldest."""
