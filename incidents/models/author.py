from django.db import models

from kernel.actor import Actor, ActorKind


class Authored(models.Model):
    """Columns that name the actor of a write: a person, an agent or the program."""

    actor_kind = models.CharField(
        max_length=6, choices=[(k.value, k.name.title()) for k in ActorKind]
    )
    actor_name = models.CharField(max_length=160)
    actor = models.ForeignKey(
        "incidents.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def is_agent(self) -> bool:
        return self.actor_kind == ActorKind.AGENT

    @staticmethod
    def columns(actor: Actor) -> dict[str, object]:
        return {"actor_kind": actor.kind.value, "actor_name": actor.name, "actor_id": actor.id}
