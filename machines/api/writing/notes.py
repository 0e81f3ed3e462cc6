"""Notes on the timeline."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.vocabulary import LaneKind
from lanes import actions
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers
from machines.api.writing.bodies import Text
from machines.api.writing.lookups import call, lane_of

router = Router(tags=["Lanes"])


class NoteBody(Body):
    """Without a lane it is of none; an agent's is of its own."""

    text: Text = Field(max_length=100_000)
    lane: LaneKind | None = None


class NoteWritten(Written):
    seq: int
    lane: str
    text: str


@router.post(
    "/incidents/{int:number}/notes", response=answers(NoteWritten), operation_id="add_note"
)
@writes("note.add")
def add_note(request: TokenRequest, number: int, payload: NoteBody) -> NoteWritten:
    """Write a note on the timeline. Secrets in it are masked, ``@name`` notifies a person."""
    lane = lane_of(request, payload.lane or "")
    entry = actions.add_note(
        request.actor, number, text=payload.text, lane=str(lane), **call(request)
    )
    return NoteWritten(
        reference=f"#{entry.seq}",
        link=f"{reverse('timeline', args=[number])}?before={entry.seq + 1}",
        seq=entry.seq,
        lane=entry.lane,
        text=entry.data["text"],
    )
