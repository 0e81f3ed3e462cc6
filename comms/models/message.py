"""Published messages. They never change: a correction is a new message that names the old one."""

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from comms.models.public_code import public_code
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.models import Draft
from incidents.models.protection import append_only, no_truncate
from incidents.vocabulary import Confidence, Severity

if TYPE_CHECKING:
    from incidents.models import Incident


class Message(models.Model):
    """What every message has. ``number`` counts within its incident and kind.

    ``correction`` says what was wrong with the one that it ``corrects``.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    correction = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="%(class)s_number_once"),
            models.CheckConstraint(
                name="%(class)s_correction_in_words",
                condition=Q(corrects__isnull=True, correction="")
                | (Q(corrects__isnull=False) & ~Q(correction="")),
            ),
            models.CheckConstraint(
                name="%(class)s_corrects_another",
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"{self._meta.verbose_name} {self.number}".capitalize()


class Update(Message):
    """A stakeholder update (playbook, "Stakeholder update").

    ``headline`` is what readers call the incident. ``unknowns`` are one or two sentences, or
    none and ``no_unknowns`` says why. ``next_at`` is the promise; only a recovery may go without.
    Nothing else of an incident is ever shown outside the room. One that ``ends_reporting`` tells
    the followers of an incident that it is restricted now, and is on no page.
    """

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    audience = models.CharField(max_length=12, choices=Audience)
    progress = models.CharField(max_length=13, choices=Progress)
    headline = models.CharField(max_length=120)
    impact = models.TextField(max_length=2000)
    mitigation = models.TextField(max_length=2000)
    unknowns = models.JSONField(default=list)
    no_unknowns = models.CharField(max_length=500, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    severity = models.CharField(max_length=1, choices=Severity)
    ends_reporting = models.BooleanField(default=False, db_default=False)

    class Meta(Message.Meta):
        abstract = False
        constraints = [
            *Message.Meta.constraints,
            models.CheckConstraint(
                name="update_says_something",
                condition=~Q(headline="") & ~Q(impact="") & ~Q(mitigation=""),
            ),
            models.CheckConstraint(
                name="update_names_unknowns_or_says_why_none",
                condition=(Q(unknowns=[]) & ~Q(no_unknowns=""))
                | (~Q(unknowns=[]) & Q(no_unknowns="")),
            ),
            models.CheckConstraint(
                name="update_promises_the_next",
                condition=Q(next_at__gt=F("published_at"))
                | Q(next_at__isnull=True, progress=Progress.RECOVERED),
            ),
            models.CheckConstraint(
                name="update_words_known",
                condition=Q(audience__in=Audience.values) & Q(progress__in=Progress.values),
            ),
        ]
        indexes = [
            models.Index(name="update_of_incident", fields=["incident", "-published_at"]),
            models.Index(name="update_by_audience", fields=["audience", "-published_at"]),
            models.Index(
                name="update_promised",
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
            ),
        ]
        triggers = append_only("update_stays")

    def get_absolute_url(self) -> str:
        return reverse("update", args=[self.incident_id, self.number])


class UpdateSurface(models.Model):
    """The state of a surface in an update."""

    update = models.ForeignKey(Update, on_delete=models.PROTECT, related_name="surface_states")
    surface = models.ForeignKey("incidents.Surface", on_delete=models.PROTECT, related_name="told")
    state = models.CharField(max_length=20, choices=SurfaceState)
    public_name = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001
    """What readers were told that it is called; empty where it was not for them to know."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["update", "surface"], name="update_surface_once"),
            models.CheckConstraint(
                name="update_surface_state_known",
                condition=Q(state__in=SurfaceState.values),
            ),
        ]
        triggers = append_only("update_surface_stays")

    def __str__(self) -> str:
        return f"{self.surface}: {self.get_state_display()}"


class Escalation(Message):
    """An internal engineering escalation (playbook, "Internal engineering escalation")."""

    severity = models.CharField(max_length=1, choices=Severity)
    summary = models.CharField(max_length=160)
    impact = models.TextField(max_length=2000)
    decision = models.TextField(max_length=1000)
    ask = models.CharField(max_length=500)
    next_at = models.DateTimeField()
    owner = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    receivers = models.PositiveIntegerField(
        null=True, help_text="How many it went to; empty where nobody counted."
    )

    class Meta(Message.Meta):
        abstract = False
        constraints = [
            *Message.Meta.constraints,
            models.CheckConstraint(
                name="escalation_says_something",
                condition=~Q(summary="") & ~Q(impact="") & ~Q(decision="") & ~Q(ask=""),
            ),
        ]
        triggers = append_only("escalation_stays")

    def get_absolute_url(self) -> str:
        return reverse("escalation", args=[self.incident_id, self.number])


class LeadershipNote(Message):
    """Playbook, "Leadership handoff note template"."""

    happened = models.TextField(max_length=2000)
    path = models.TextField("why this path", max_length=2000)
    confidence = models.CharField(max_length=1, choices=Confidence)
    uncertain = models.TextField("what remains uncertain", max_length=2000)
    need = models.TextField("what we need from leadership", max_length=2000)
    owner = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")

    class Meta(Message.Meta):
        abstract = False
        constraints = [
            *Message.Meta.constraints,
            models.CheckConstraint(
                name="leadershipnote_says_something",
                condition=~Q(happened="") & ~Q(path="") & ~Q(uncertain="") & ~Q(need=""),
            ),
        ]
        triggers = append_only("leadership_note_stays")

    def get_absolute_url(self) -> str:
        return reverse("leadership-note", args=[self.incident_id, self.number])


class Bulletin(models.Model):
    """The public name of an incident, assigned with its first public update."""

    incident = models.OneToOneField(
        "incidents.Incident", on_delete=models.PROTECT, related_name="bulletin"
    )
    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    opened_at = models.DateTimeField()

    class Meta:
        triggers = append_only("bulletin_stays")

    def __str__(self) -> str:
        return self.code


class MessageDraft(Draft):
    """An author's private draft of a message."""

    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    author = models.ForeignKey("incidents.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind", "author"], name="message_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} draft of {self.author}"


class Lapse(models.Model):
    """A promised update that did not come in time; it asks for an explanation.

    An update made the promise, or an escalation.
    """

    update = models.OneToOneField(
        Update, null=True, blank=True, on_delete=models.PROTECT, related_name="lapse"
    )
    escalation = models.OneToOneField(
        Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="lapse"
    )
    noticed_at = models.DateTimeField()
    explanation = models.CharField(max_length=500, blank=True)
    explained_by = models.ForeignKey(
        "incidents.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    explained_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="lapse_explained_in_words",
                condition=Q(explained_at__isnull=True, explanation="")
                | (Q(explained_at__isnull=False) & ~Q(explanation="")),
            ),
            models.CheckConstraint(
                name="lapse_of_one",
                condition=Q(update__isnull=False, escalation__isnull=True)
                | Q(update__isnull=True, escalation__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="lapse_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="lapse_as_noticed", fields=["update", "escalation", "noticed_at"]
            ),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"Lapse of {self.message}"

    @staticmethod
    def of_incident(incident: "Incident") -> Q:
        return Q(update__incident=incident) | Q(escalation__incident=incident)

    @staticmethod
    def of_message(kind: str, incident: "Incident", number: int) -> Q:
        """``kind`` is ``update`` or ``escalation``."""
        return Q(**{f"{kind}__incident": incident, f"{kind}__number": number})

    @property
    def message(self) -> Message:
        """The one that made the promise."""
        message = self.update or self.escalation
        # A constraint holds it.
        assert message is not None
        return message
