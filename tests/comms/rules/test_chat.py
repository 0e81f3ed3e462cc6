"""Which Apprise addresses are told: named services, with options that only say where and how."""

import pytest

from comms.rules.chat import SERVICES, violations


@pytest.mark.parametrize(
    "address",
    [
        "slack://a/b/c",
        "ntfys://who:secret@ntfy.example.test/alerts?priority=high",
        "NTFYS://ntfy.example.test/alerts",
        "slack://a/b/c/#general?footer=no",
    ],
)
def test_a_named_service_is_told(address: str) -> None:
    assert violations(address) == ()


@pytest.mark.parametrize(
    "scheme",
    [
        *("json", "jsons", "xml", "form", "mailto", "mailtos", "syslog", "rsyslog", "dbus", "qt"),
        *("file", "exec", "windows", "macosx", "gnome", "glib", "apprise", "apprises", "http"),
        *("https", "sns", "ses", "mqtt", "smpp", "irc", "blink1", "kodi", "custom", "smtp"),
    ],
)
def test_any_other_is_not(scheme: str) -> None:
    assert [one.code for one in violations(f"{scheme}://host/path")] == ["S-SERVICE"]


@pytest.mark.parametrize(
    "query",
    [
        *("template=/etc/passwd", "attach=http://10.0.0.1/", "redirect=yes", "verify=no"),
        *("retry=5", "wait=60", "rto=600", "cto=600", "overflow=split", "store=yes", "format=html"),
        *("+header=x", "-x=y", ":x=y", "re%74ry=5", "RETRY=5", "footer=no;retry=5", "retry"),
        *("footer=no&retry=5", "%20retry%20=5", "=5&retry=1", "tag=x", "optional=yes", "config=x"),
    ],
)
def test_no_option_that_reads_waits_or_leads_elsewhere(query: str) -> None:
    assert [one.code for one in violations(f"slack://a/b/c/#general?{query}")] == ["S-OPTION"]


@pytest.mark.parametrize(
    "address", ["", "slack", "slack:/a", "slack://", "slack://a b", "slack://a\nb", "ntfy://" * 100]
)
def test_what_is_no_address(address: str) -> None:
    assert [one.code for one in violations(address)] == ["S-ADDRESS"]


def test_no_option_is_one_that_all_services_share() -> None:
    """Those read files, wait, load, or take out what the house does for safety."""
    shared = {"template", "attach", "redirect", "verify", "retry", "wait", "rto", "cto", "overflow"}
    shared |= {"store", "format", "tz", "optional", "emojis", "email", "icon_url", "avatar_url"}

    assert not any(one.options & shared for one in SERVICES.values())
