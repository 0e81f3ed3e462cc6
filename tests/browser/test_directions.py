"""What is written from right to left stands so, and what stands beside it stays in its place."""

import pytest

from incidents.actions import risks
from kernel import clock
from tests.browser.conftest import Visits
from tests.browser.world import World

HEBREW = "\u05db\u05e0\u05d9\u05e1\u05d4"
TEXT = f"{HEBREW} (EU-1)"

# Whose direction is not that of their own first letter.
LEANING = """text => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!walker.currentNode.data.includes(text) || !holder.checkVisibility()) continue;
    const { unicodeBidi } = getComputedStyle(holder);
    if (!["plaintext", "isolate"].includes(unicodeBidi)) found.push(holder.outerHTML.slice(0, 200));
  }
  return found;
}"""

# Where the two halves of the heading begin and end.
HALVES = """([first, second]) => {
  const { childNodes } = document.querySelector("h1");
  const node = [...childNodes].find((one) => one.data?.includes(first));
  return [first, second].map((part) => {
    const range = document.createRange();
    range.setStart(node, node.data.indexOf(part));
    range.setEnd(node, node.data.indexOf(part) + part.length);
    const { left, right } = range.getBoundingClientRect();
    return [left, right];
  });
}"""


@pytest.mark.case("T4")
def test_each_text_has_its_own_direction(visit: Visits, world: World) -> None:
    incident = world.declare(title=TEXT, evidence_channel="#here")
    mara, room = world.people["mara"].as_actor(), incident.get_absolute_url()
    world.note("mara", incident, TEXT)
    risks.add(mara, incident.pk, text=TEXT, owner=None, now=clock.now())
    page = visit("mara")

    leaning = {}
    for path in (room, f"{room}timeline/", f"{room}risks/", f"{room}lanes/mitigation/", "/"):
        page.goto(path)
        if found := page.evaluate(LEANING, HEBREW):
            leaning[path] = found
    assert leaning == {}

    page.goto(room)
    (word, _), (_, region) = page.evaluate(HALVES, [HEBREW, "(EU-1)"])
    assert region <= word
