"""What is left of a panel that may only be read."""

import pytest

from incidents.panels.read_only_html import read_only

EVIDENCE = '<a class="cite" href="/INC-1/evidence/E-2/">E-2</a>'


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>Words &amp; more &#x27;so&#x27;</p>", "<p>Words &amp; more &#x27;so&#x27;</p>"),
        (f"<p>Cites {EVIDENCE}.</p>", f"<p>Cites {EVIDENCE}.</p>"),
        ('<a href="#here">Here</a>', '<a href="#here">Here</a>'),
        (
            '<a href="https://chat.example.test/">It</a>',
            '<a href="https://chat.example.test/">It</a>',
        ),
        ('<a href="/INC-1/lanes/mitigation/" data-key="2">Lane</a>', "<span>Lane</span>"),
        (
            '<a class="state is-late" href="/INC-1/roles/">Late</a>',
            '<span class="state is-late">Late</span>',
        ),
        ('<a href="javascript:alert(1)">Odd</a>', "<span>Odd</span>"),
        ('<a href="//elsewhere.test/">Odd</a>', "<span>Odd</span>"),
        ("<a>Nowhere</a>", "<span>Nowhere</span>"),
        ('<a class="button" href="/INC-1/evidence/E-2/">Press</a>', ""),
        ('<p>1 <a class="for-now" href="/INC-1/risks/">Add</a></p>', "<p>1 </p>"),
        ('<p class="text-s for-command">Do <b>this<br>now</b></p>2', "2"),
        ('<form method="post"><p><input name="a"><br/>b</p></form>3', "3"),
        ("<p><button>Press <kbd>D</kbd></button>4</p>", "<p>4</p>"),
        (
            '<svg class="icon"><use href="/i.svg#x"/></svg>',
            '<svg class="icon"><use href="/i.svg#x"/></svg>',
        ),
        ('<a href="/INC-1/risks/">A <b>b</b></a>', "<span>A <b>b</b></span>"),
        ('<a data-copy-url="/x" href="/INC-1/evidence/E-2/">Copy</a>', ""),
    ],
)
def test_what_acts_goes_and_words_stay(html: str, left: str) -> None:
    assert read_only(html) == left
