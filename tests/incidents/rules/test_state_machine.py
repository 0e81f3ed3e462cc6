import pytest

from incidents.rules.state_machine import BadGraph, Graph


@pytest.mark.parametrize(
    ("states", "moves", "words"),
    [
        pytest.param("", {}, "no states", id="empty"),
        pytest.param("ab", {"a": "a", "b": ""}, "a leads to itself", id="to_itself"),
        pytest.param("ab", {"a": "bb", "b": ""}, "one state twice", id="twice"),
        pytest.param("ab", {"a": "bc", "b": ""}, "a leads to unknown", id="unknown_target"),
        pytest.param("abc", {"a": "b", "b": ""}, "but not both", id="no_key"),
        pytest.param("a", {"a": "", "b": ""}, "but not both", id="no_state"),
        pytest.param("abc", {"a": "b", "b": "a", "c": "a"}, "nothing leads to", id="unreachable"),
    ],
)
def test_a_graph_cannot_be_declared_wrongly(states, moves, words):
    with pytest.raises(BadGraph, match=words):
        Graph(states, moves)


def test_a_graph_answers_what_may_follow():
    graph = Graph("ab", {"a": "b", "b": "a"})

    assert (graph.allows("a", "b"), graph.allows("a", "a"), graph.after("z")) == (True, False, ())
