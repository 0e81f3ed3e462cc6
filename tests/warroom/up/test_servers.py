import pytest

from warroom.up.embedded import NoServers
from warroom.up.servers import listening


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        pytest.param([], ("127.0.0.1", 8000), id="nothing said"),
        pytest.param(["--port", "9000"], ("127.0.0.1", 9000), id="a port"),
        pytest.param(["--port=9000", "--demo"], ("127.0.0.1", 9000), id="a port with ="),
        pytest.param(["--demo", "--host", "0.0.0.0"], ("0.0.0.0", 8000), id="a host"),
    ],
)
def test_up_listens_where_it_is_told(words: list[str], where: tuple[str, int]) -> None:
    assert listening(words) == where


def test_the_environment_names_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")

    assert listening([]) == ("127.0.0.1", 9000)
    assert listening(["--port", "9001"]) == ("127.0.0.1", 9001)


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_what_is_no_port_is_said(port: str) -> None:
    with pytest.raises(NoServers, match="is not a port"):
        listening(["--port", port])
