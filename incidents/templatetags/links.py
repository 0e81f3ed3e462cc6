"""Links in what people write: addresses, things of the incident, other incidents, people."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from incidents.models import Incident
from incidents.models.link_targets import LinkTargets, learn_links, targets_of
from incidents.rules.free_texts import free_texts
from kernel.text.mentions import Named, Part, parts

register = template.Library()


@register.filter(name="linked")
def linked_text(text: str | None, incident: Incident) -> SafeString:
    """What somebody wrote, with links to what it names: ``{{ note|linked:incident }}``.

    A list looks up what all of its texts name with ``learn_links`` first.
    """
    learn_links(incident, [text or ""])
    return linked(text or "", incident)


def linked(text: str, incident: Incident) -> SafeString:
    """``text`` as HTML, escaped, with what it names as links. No query: see ``learn_links``."""
    targets = targets_of(incident)
    return format_html_join("", "{}", ((_link(part, incident, targets),) for part in parts(text)))


def _link(part: Part, incident: Incident, targets: LinkTargets) -> str:
    if part.named == Named.URL:
        return format_html('<a href="{}" rel="noopener nofollow">{}</a>', part.value, part.text)
    if part.named == Named.NAME:
        name = targets.people.get(part.value.lower())
        href = f"{reverse('find')}?{urlencode({'q': part.value})}"
        return (
            format_html('<a href="{}" title="{}">{}</a>', href, name, part.text)
            if name
            else part.text
        )
    if part.named == Named.REFERENCE and (href := _href(part.value, incident, targets)):
        return format_html('<a href="{}">{}</a>', href, part.text)
    return part.text


def _href(reference: str, incident: Incident, targets: LinkTargets) -> str:
    kind, _, digits = reference.partition("-")
    number = int(digits)
    if kind == "E":
        return reverse("evidence", args=[incident.pk, number])
    if kind == "D":
        return reverse("decision", args=[incident.pk, number])
    if kind == "CP":
        return f"{reverse('timeline', args=[incident.pk])}?q={reference}"
    is_known = number == incident.pk or number in targets.incidents
    return reverse("room", args=[number]) if is_known else ""


def linked_data(data: Mapping[str, Any], incident: Incident) -> dict[str, Any]:
    """The data of an entry with its sentences as HTML."""
    sentences = free_texts(data)
    return {**data, **{name: linked(text, incident) for name, text in sentences.items()}}
