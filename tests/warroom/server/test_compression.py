"""What is compressed on its way out, and what is not."""

import gzip
import json

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from incidents.models import Incident, Person
from warroom.server.compression import CompressionMiddleware

WORDS = "The error rate is back at 0.3 % in four of five regions. " * 40


def _through(answer: HttpResponseBase, accepts: str = "br, gzip") -> HttpResponseBase:
    request = RequestFactory().get("/", HTTP_ACCEPT_ENCODING=accepts)
    return CompressionMiddleware(lambda _: answer)(request)


def test_a_room_travels_at_a_fifth_of_its_size(client: Client, incident: Incident) -> None:
    client.force_login(incident.declared_by)
    plain = client.get(incident.get_absolute_url())

    small = client.get(incident.get_absolute_url(), HTTP_ACCEPT_ENCODING="gzip, deflate, br")

    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert incident.title in gzip.decompress(small.content).decode()
    assert len(small.content) < len(plain.content) / 5


def test_json_is_compressed() -> None:
    answer = _through(JsonResponse({"words": WORDS}))

    assert isinstance(answer, HttpResponse)
    assert json.loads(gzip.decompress(answer.content)) == {"words": WORDS}


def test_a_length_says_nothing_of_a_secret() -> None:
    """The same page has many lengths."""
    lengths = {len(_through(HttpResponse(WORDS)).content) for _ in range(60)}  # type: ignore[attr-defined]

    assert len(lengths) > 10


def test_who_cannot_read_it_is_sent_it_plain() -> None:
    answer = _through(HttpResponse(WORDS), accepts="identity")

    assert isinstance(answer, HttpResponse)
    assert answer.content.decode() == WORDS


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(WORDS, content_type="application/pdf"),
        HttpResponse(WORDS, content_type="application/octet-stream"),
        StreamingHttpResponse([WORDS], content_type="text/html"),
        FileResponse([WORDS.encode()], content_type="application/zip"),
    ],
    ids=["a document", "a captured file", "a stream", "a package"],
)
def test_files_and_streams_leave_as_they_are(answer: HttpResponseBase) -> None:
    assert not _through(answer).has_header("Content-Encoding")


def test_the_secret_of_forms_is_another_in_each_answer(client: Client, commander: Person) -> None:
    client.force_login(commander)
    tokens = {str(client.get("/declare/").context["csrf_token"]) for _ in range(3)}

    assert len(tokens) == 3
