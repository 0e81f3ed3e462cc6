"""Copying: into the clipboard where that is allowed, and by hand where it is not."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

SURFACE = "/surfaces/sign-in/"
COMMANDS = "git rev-parse --short HEAD\ngit log --oneline -n 5\ncurl -fsS localhost:8080/healthz"


def copy(page: Page) -> None:
    page.get_by_role("button", name="Copy the precheck commands").click()


def test_the_prechecks_are_copied_as_they_are(visit: Visits) -> None:
    page = visit("mara", SURFACE, permissions=["clipboard-read", "clipboard-write"])
    copy(page)
    expect(page.locator("#announce-politely")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == COMMANDS


def test_a_key_copies_the_snapshot(visit: Visits) -> None:
    page = visit("mara", "/INC-42/", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("y")
    expect(page.locator("#announce-politely")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        "### Incident Command Snapshot\n- Incident ID: INC-42 "
    )


def test_without_a_clipboard_the_text_stands_selected(visit: Visits) -> None:
    page = visit("mara", SURFACE)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy(page)
    expect(page.get_by_role("textbox", name="The text to copy")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == COMMANDS
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Copy the precheck commands")).to_be_focused()
