"""The owner graph: who stands where, who is tied to whom."""

from lanes.ownership.owner_graph import Owning, drawn


def owning(label: str, owner: str = "", offered: str = "") -> Owning:
    return Owning(label, f"lane-{label.lower()}", f"is-{label.lower()}", owner, offered)


def test_everybody_stands_once_in_the_order_of_what_they_own():
    graph = drawn([owning("Command", "Mara"), owning("Mitigation", "Ken"), owning("Other", "Mara")])

    assert [node.words for node in graph.people] == ["Mara", "Ken"]
    assert [tie.css for tie in graph.ties] == ["hour"] * 3
    assert len({node.y for node in graph.roles}) == 3
    assert graph.words == "Command: Mara. Mitigation: Ken. Other: Mara."


def test_an_offer_is_a_dashed_tie_to_who_may_own_nothing_yet():
    graph = drawn([owning("Mitigation", "Ken", "Noor")])

    assert [node.words for node in graph.people] == ["Ken", "Noor"]
    assert [tie.css for tie in graph.ties] == ["hour", "tie"]
    assert graph.words == "Mitigation: Ken, offered to Noor."


def test_a_gap_is_tied_to_nobody_who_stands_last_and_once():
    graph = drawn(
        [owning("Command", "Mara"), owning("Mitigation"), owning("Other", offered="Noor")]
    )

    assert [(node.words, node.is_gap) for node in graph.people] == [
        ("Mara", False),
        ("Noor", False),
        ("Nobody", True),
    ]
    assert [node.is_gap for node in graph.roles] == [False, True, True]
    assert [tie.css for tie in graph.ties] == ["hour", "tie-bad", "tie-bad", "tie"]


def test_it_is_as_high_as_the_longer_side():
    few = drawn([owning("Command", "Mara")])
    many = drawn([owning("Command", "Mara", "Noor")])

    assert many.height > few.height
    assert max(node.y for node in many.people) < many.height
