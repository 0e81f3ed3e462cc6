"""How a time will be read, while it is typed: asked for by the fields themselves."""

from datetime import datetime, timedelta, tzinfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents.rules.wording import duration
from incidents.web.access import requires
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.typed_time import (
    EXAMPLES,
    Reading,
    Tense,
    UnreadableTime,
    ask_which,
    offset_of,
    read_time,
)

MAX_CHARACTERS = 40


@requires("account.use")  # a page of somebody who is signed out asks too, and learns nothing
@require_safe
@never_cache
def read(request: HttpRequest) -> HttpResponse:
    """``?tense=past&field=started_at&started_at=14:08``: a sentence, as plain text.

    ``begin`` names the parameter of the time from which this one counts.
    """
    now, zone = clock.now(), zone_of(request.user, request.COOKIES)
    tense = Tense.PAST if request.GET.get("tense") == Tense.PAST else Tense.FUTURE
    text = request.GET.get(request.GET.get("field", ""), "").strip()[:MAX_CHARACTERS]
    begin_text = request.GET.get(request.GET.get("begin", ""), "").strip()[:MAX_CHARACTERS]
    sentence = _sentence(text, begin_text, now, zone, tense) if text else ""
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8")


def _sentence(text: str, begin_text: str, now: datetime, zone: tzinfo, tense: Tense) -> str:
    try:
        begin = read_time(begin_text, now, zone, tense).moment if begin_text else None
    except UnreadableTime:
        begin = None
    try:
        reading = read_time(text, now, zone, tense, begin)
    except UnreadableTime as error:
        return error.sentence or f"Not a time yet. Write one such as {EXAMPLES}."
    if reading.other is not None:
        return ask_which(reading, zone)
    return f"Read as {describe(reading, now, zone)}."


def describe(reading: Reading, now: datetime, zone: tzinfo) -> str:
    """``Thu 5 March 2026, 14:08 +01:00, in 25 minutes``"""
    local = reading.moment.astimezone(zone)
    distance = reading.moment - now
    if abs(distance) < timedelta(minutes=1):
        from_now = "now"
    else:
        length = duration(abs(distance))
        from_now = f"in {length}" if distance > timedelta() else f"{length} ago"
    return f"{local:%a %-d %B %Y, %H:%M} {offset_of(reading.moment, zone)}, {from_now}"
