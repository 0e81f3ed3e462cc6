"""The owner graph: who stands where, who is tied to whom."""

from lanes.ownership.owner_graph import Ownership, draw_graph


def owning(label: str, owner: str = "", offered: str = "") -> Ownership:
    return Ownership(label, f"lane-{label.lower()}", f"is-{label.lower()}", owner, offered)


def test_everybody_stands_once_in_the_order_of_what_they_own():
    graph = draw_graph(
        [owning("Command", "Mara"), owning("Mitigation", "Ken"), owning("Other", "Mara")]
    )

    assert [node.label for node in graph.people] == ["Mara", "Ken"]
    assert [tie.css for tie in graph.ties] == ["hour"] * 3
    assert len({node.y for node in graph.roles}) == 3
    assert graph.description == "Command: Mara. Mitigation: Ken. Other: Mara."


def test_an_offer_is_a_dashed_tie_to_who_may_own_nothing_yet():
    graph = draw_graph([owning("Mitigation", "Ken", "Noor")])

    assert [node.label for node in graph.people] == ["Ken", "Noor"]
    assert [tie.css for tie in graph.ties] == ["hour", "tie"]
    assert graph.description == "Mitigation: Ken, offered to Noor."


def test_a_gap_is_tied_to_nobody_who_stands_last_and_once():
    graph = draw_graph(
        [owning("Command", "Mara"), owning("Mitigation"), owning("Other", offered="Noor")]
    )

    assert [(node.label, node.is_gap) for node in graph.people] == [
        ("Mara", False),
        ("Noor", False),
        ("Nobody", True),
    ]
    assert [node.is_gap for node in graph.roles] == [False, True, True]
    assert [tie.css for tie in graph.ties] == ["hour", "tie-bad", "tie-bad", "tie"]


def test_it_is_as_high_as_the_longer_side():
    few = draw_graph([owning("Command", "Mara")])
    many = draw_graph([owning("Command", "Mara", "Noor")])

    assert many.height > few.height
    assert max(node.y for node in many.people) < many.height
