"""What a text says, whatever its spelling: is it only "none", is it the same reason twice?"""

import re
import unicodedata

from kernel.text.controls import visible

_LINE_END = re.compile("(?<!\r)\r++\n|\u0085|\u2028|\u2029")

_SHORT_NOT_APPLICABLE = re.compile(r"\bn\s*[/.\\|-]\s*a\b")
_SPELT_OUT = re.compile(r"(?<!\S)[^\W\d](?: [^\W\d](?!\S))++")
_SPELT_NOTHING = re.compile(r"(?:none|nothing|nil|null|na|no|tb[acd])++")
_NOT_A_WORD = re.compile(r"[^\w]+|_+")

_ADJECTIVE = (
    "any|known|residual|remaining|other|others|further|open|outstanding|current|major|significant|"
    "additional|new|more|real|identified|unresolved|unknown|relevant|specific|particular|at all"
)
_NOUN = (
    "risk|risks|unknown|unknowns|question|questions|issue|issues|concern|concerns|problem|problems|"
    "item|items|reason|reasons|comment|comments|blocker|blockers|thing|things|note|notes|one|entry|"
    "entries|idea|answer"
)
_ENDING = (
    "known|identified|found|seen|remain|remains|remaining|left|expected|foreseen|anticipated|"
    "at all|at this time|at this point|at this stage|at present|at the moment|so far|yet|now|"
    "right now|currently|for now|today|here|really|whatsoever|noted|exist|to add|to report|"
    "to note|to declare|to say|i know of|we know of|that i know of|that we know of|i can think of|"
    "that i can think of|as far as i know|as far as we know|to my knowledge|to our knowledge"
)
_ALONE = (
    "na|not applicable|does not apply|nil|null|nope|nada|void|empty|blank|tbd|tba|tbc|todo|"
    "to be decided|to be determined|to be confirmed|to be done|unknown|not known|not yet known|"
    "undefined|unspecified|not specified|idk|dunno|i don t know|we don t know|not sure|unsure|"
    "ditto|etc|and|or"
)
_SAYS_NOTHING = re.compile(
    rf"(?:(?:(?:there (?:is|are|was|were) |we (?:have|see|know of) |i (?:have|see|know of) )?+"
    rf"(?:no|none|not any|nothing|zero|0)"
    rf"(?: (?:{_ADJECTIVE})\b)*+(?: (?:{_NOUN})\b)*+(?: (?:{_ENDING})\b)*+"
    rf"|{_ALONE})(?: |$))*+"
)


_MARKS_AROUND_A_NAME = " .,;:!?\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb()[]"


def says_nothing(text: str) -> bool:
    """True when the text is only "none" or its like, in whatever dress.

    The playbook wants residual risks, unknowns and reasons said in words: "none", "n/a", "-",
    "no known risks" and several of them joined are refused; "No rollback possible before 15:00"
    says something.
    """
    folded = unicodedata.normalize("NFKD", visible(text)).casefold()
    folded = "".join(c for c in folded if not unicodedata.category(c).startswith("M"))
    folded = _SHORT_NOT_APPLICABLE.sub("na", visible(folded))
    text_words = " ".join(_NOT_A_WORD.sub(" ", folded).split())
    text_words = _SPELT_OUT.sub(_read_together, text_words)
    return _SAYS_NOTHING.fullmatch(text_words) is not None


def _read_together(letters: re.Match[str]) -> str:
    """ "n o n e" as a word; several such words, "t b d t b d", as one that says nothing."""
    word = letters[0].replace(" ", "")
    return "none" if _SPELT_NOTHING.fullmatch(word) else word


def normalise_reason(text: str) -> str:
    """The letters and digits alone, compatibility forms and case folded: a key for comparing."""
    folded = unicodedata.normalize("NFKD", visible(text)).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    letters = "".join(c for c in visible(folded) if unicodedata.category(c)[0] in "LMN")
    return unicodedata.normalize("NFKD", letters)


def same_reason(a: str, b: str) -> bool:
    """True when both give one reason, punctuation, spacing and case aside."""
    return normalise_reason(a) == normalise_reason(b)


def normalise_name(text: str) -> str:
    """A key for comparing what is named (a flag, a revision, an act).

    Case, compatibility forms, spacing and the marks around it are ignored; marks within are not,
    since ``v1.2`` is not ``v12``.
    """
    folded = unicodedata.normalize("NFKC", visible(text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split()).strip(_MARKS_AROUND_A_NAME)


def has_content(text: str) -> bool:
    """True when a letter, a digit or a symbol can be seen; punctuation alone is no content."""
    return any(unicodedata.category(c)[0] in "LNS" for c in visible(text))


def clean_lines(text: str) -> str:
    """One kind of line end, and nothing that PostgreSQL refuses (NUL, lone surrogates).

    Surrogates that form a pair become the character that they stand for. A lone carriage return
    stays: a progress bar rewrites its line with it, and the renderer knows what to do.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _LINE_END.sub("\n", whole.replace("\x00", ""))
