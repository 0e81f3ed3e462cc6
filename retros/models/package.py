"""The tables of closure packages: a version for each closing, and for each one sent back."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models.protection import append_only, no_truncate
from retros.vocabulary import SECTIONS, PackageState, Verdict


class PackageQuerySet(models.QuerySet["Package"]):
    def waiting(self) -> "PackageQuerySet":
        return self.filter(state=PackageState.WAITING)

    def latest_of_each(self) -> "PackageQuerySet":
        """The newest version of every incident."""
        newer = Package.objects.filter(
            incident=models.OuterRef("incident"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer))

    def unreviewed(self) -> "PackageQuerySet":
        """Built, the newest of an incident that is closed or watched, and not reviewed yet."""
        ended = self.filter(incident__status__in=["watching", "closed"])
        return ended.latest_of_each().filter(state=PackageState.MADE, verdict__isnull=True)

    def light(self) -> "PackageQuerySet":
        """Without the large columns."""
        return self.defer("content", "manifest", "pdf", "anchor")


class Package(models.Model):
    """A version of an incident's closure package (playbook, "Incident closure review package").

    ``anchor`` is of the sealing, signed, and goes into the zip; versions from before have none.
    ``content`` is canonical JSON and ``sha256`` its hash; ``pdf`` and ``manifest`` were made of it.
    The four texts of the note are those of the closing, or as they were revised when the version
    before was sent back. Once made, the database refuses every change.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="packages"
    )
    closing = models.ForeignKey("retros.Closing", on_delete=models.PROTECT, related_name="packages")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=PackageState, default=PackageState.WAITING)
    asked_at = models.DateTimeField()
    happened = models.TextField()
    path = models.TextField()
    uncertain = models.TextField()
    need = models.TextField()
    step = models.CharField(max_length=60, blank=True)
    done = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    content = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    words = models.PositiveIntegerField(default=0)
    manifest = models.TextField(blank=True)
    pdf = models.BinaryField(default=bytes)
    anchor = models.TextField(blank=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="package_number_once"),
            models.CheckConstraint(
                name="package_state_known", condition=Q(state__in=PackageState.values)
            ),
            models.CheckConstraint(
                name="package_made_whole",
                condition=~Q(state=PackageState.MADE)
                | (Q(made_at__isnull=False) & ~Q(content="") & ~Q(manifest="") & ~Q(pdf=b"")),
            ),
            models.CheckConstraint(
                name="package_failed_says_why",
                condition=~Q(state=PackageState.FAILED) | ~Q(error=""),
            ),
            models.CheckConstraint(name="package_done_in_percent", condition=Q(done__lte=100)),
        ]
        indexes = [
            models.Index(
                name="package_waiting",
                fields=["asked_at"],
                condition=Q(state=PackageState.WAITING),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="package_sealed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state=PackageState.MADE),
            ),
            pgtrigger.ReadOnly(
                name="package_as_asked",
                fields=["incident", "closing", "number", "happened", "path", "uncertain", "need"],
            ),
            pgtrigger.Trigger(
                name="package_hash_holds",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state=PackageState.MADE),
                func="""
                    IF NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
                        RAISE EXCEPTION 'the hash of a package is that of its content';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="package_stays", operation=pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"Closure package {self.number} of {self.incident.reference}"

    @property
    def is_made(self) -> bool:
        return self.state == PackageState.MADE

    @property
    def is_waiting(self) -> bool:
        return self.state == PackageState.WAITING

    @property
    def has_failed(self) -> bool:
        return self.state == PackageState.FAILED

    def get_absolute_url(self) -> str:
        return reverse("package-version", args=[self.incident_id, self.number])


class PackageVerdict(models.Model):
    """An admin's verdict on a package: accepted, or sent back with remarks."""

    package = models.OneToOneField(
        Package, primary_key=True, on_delete=models.PROTECT, related_name="verdict"
    )
    verdict = models.CharField(max_length=9, choices=Verdict)
    by = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="package_verdict_known", condition=Q(verdict__in=Verdict.values)
            )
        ]
        triggers = append_only("package_verdict_is_final")

    def __str__(self) -> str:
        return f"{self.package}: {self.get_verdict_display()}"

    @property
    def is_accepted(self) -> bool:
        return self.verdict == Verdict.ACCEPTED


class Remark(models.Model):
    """What has to be improved in one section of a package that was sent back."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="remarks")
    section = models.CharField(max_length=8)
    text = models.CharField(max_length=1000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["package", "section"], name="remark_once_a_section"),
            models.CheckConstraint(name="remark_in_words", condition=~Q(text="")),
        ]
        triggers = append_only("remark_is_final")

    def __str__(self) -> str:
        return self.text

    @property
    def label(self) -> str:
        """The section as the page calls it."""
        return SECTIONS.get(self.section, self.section)


class RemarkAnswer(models.Model):
    """How the next version answers a remark."""

    remark = models.OneToOneField(
        Remark, primary_key=True, on_delete=models.PROTECT, related_name="answer"
    )
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="answers")
    text = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.CheckConstraint(name="remark_answer_in_words", condition=~Q(text=""))]
        triggers = append_only("remark_answer_is_final")

    def __str__(self) -> str:
        return self.text
