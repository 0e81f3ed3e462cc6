"""Values that are secret because of the name in front of them: ``password=…``, ``--token …``."""

import re

from kernel.text.controls import CONTROL
from kernel.text.markers import SecretKind

# For patterns with re.VERBOSE on lower-cased text. Anything may stand before the word.
WORD = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|(?<=_)pass|secret(?:[_-]?access)?(?:[_-]?key)?(?:[_-]?base)?"
    r"|token|(?:api|access|auth|private|encryption|signing|master|account|service|client|storage"
    r"|webhook|license|session|app|deploy|hmac|admin|ssh|function)[_-]?key|_auth)"
)
SUFFIX = r"(?:[_-]?(?:value|plain|raw|base64|b64|old|new|\d{1,3}))?+"
GATES = ("pass", "pwd", "secret", "token", "key", "_auth")

# Other languages' words for a password, and English ones that need a sign behind them.
OTHER_WORDS = (
    r"(?:passwort|kennwort|kennw|mot[ ]de[ ]passe|mdp|contrase(?:ñ|n)a|clave|senha|palavra-passe"
    r"|parola[ ]d'ordine|parola|has(?:ł|l)o|пароль|heslo|wachtwoord|l(?:ö|o)senord|adgangskode"
    r"|passord|salasana|(?:ş|s)ifre|jelsz(?:ó|o)|パスワード|暗証番号|密码|密碼|口令|비밀번호|암호"
    r"|סיסמה|كلمة[ ](?:المرور|السر)|รหัสผ่าน|mật[ ]khẩu|κωδικός|pw|pass|passkey|pincode|psk)"
)
OTHER_GATES = (
    "wort", "kennw", "passe", "mdp", "contrase", "clave", "senha", "parola", "haslo", "hasło",
    "пароль", "heslo", "wachtwoord", "senord", "adgangskode", "passord", "salasana", "ifre",
    "jelsz", "パスワード", "暗証番号", "密码", "密碼", "口令", "비밀번호", "암호", "סיסמה", "كلمة",
    "รหัสผ่าน", "khẩu", "κωδικός", "pw", "pass", "pincode", "psk",
)  # fmt: skip

# Up to a space, a quote or an end mark; a comma only inside a word. Brackets cannot begin it.
UNQUOTED = rf"(?![(\[{{<,])(?:[^\s\"'`&;,\\<>|⟦⟧{CONTROL}]|,(?![\s\"'\]}}]|$)|\\(?![\"'n]|$))++"
VALUE = rf"""(?:\\(?P<fence>["'])(?P<escaped>[^"'\\\n⟦⟧{CONTROL}]++)\\(?P=fence)
    |(?:@|n(?=['"]))?(?P<quote>["'`])(?P<quoted>(?:[^"'`\\\n⟦⟧{CONTROL}]|\\[^\n⟦⟧{CONTROL}]
    |(?!(?P=quote))["'`])++)(?P=quote)
    |(?:\\?["'`])?(?P<bare>{UNQUOTED}))"""

_GROUPS = ("value", "escaped", "quoted", "bare")

_PLACEHOLDER = re.compile(
    r"""\$(?:\{.*|\(.*|env:\w+|[A-Za-z_]\w*|\d)  # a variable of a shell
      | %\w*%? | \{\{.* | \{\w*\} | <.* | :\w+  # a parameter of a template
      | [\[(].*[\])]                            # [filtered], (none)
      | [*•.xX?_#-]+                            # already blotted out
    """,
    re.VERBOSE,
)
_CODE = re.compile(r"[A-Za-z_][\w.]*[\[(].*|(?:self|os|settings|config|env|process|args)\.[\w.]+")
_PROSE_AFTER = re.compile(r"[,.!?]?[ \t]+[A-Za-z]{2}")

_NO_VALUES = frozenset(
    """
    true false null none nil undefined yes no on off ok
    str string int integer bool boolean bytes float any object text char varchar optional
    required missing invalid incorrect wrong expired revoked rejected denied accepted valid
    unchanged changed updated rotated created deleted set unset empty blank done failed
    redacted filtered hidden masked removed unknown default disabled enabled stdin prompt
    bearer basic token digest negotiate apikey key password secret
    """.split()
)
_FLAG_ARGUMENTS = frozenset(
    """
    a an the to is was are be in on of for from with and or not must may can should will has
    option options flag flags argument arguments parameter parameters value values which that
    when if as at by it
    """.split()
)


def span_of(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret itself stands in a match."""
    for group in _GROUPS:
        if group in match.re.groupindex and match.start(group) >= 0:
            return match.span(group)
    return match.span()


def is_a_value(match: re.Match[str]) -> bool:
    """False for what stands in a value's place and tells nothing: a variable, a type, prose."""
    start, end = span_of(match)
    value = match.string[start:end]
    bare = value.strip(".,;:!?)]}")
    if not bare.strip("\\^|>+-") or bare in _NO_VALUES or _PLACEHOLDER.fullmatch(value):
        return False
    if _is_in(match, "quoted") or _is_in(match, "escaped"):
        return True
    if _CODE.fullmatch(value) or _is_a_working_directory(match, value):
        return False
    return not _is_prose(match, bare, end)


def is_a_flag_value(match: re.Match[str]) -> bool:
    """As ``is_a_value``, for ``--token VALUE``: not another flag, not "the --token option"."""
    start, end = span_of(match)
    value = match.string[start:end]
    if value.startswith("-") or value in _FLAG_ARGUMENTS:
        return False
    flag = match[0].lstrip("-")
    return not flag.startswith(("no-", "ask-", "prompt-")) and is_a_value(match)


def is_no_number(match: re.Match[str]) -> bool:
    """As ``is_a_flag_value``, where the same letter is a port's: ``mongo -p 27017``."""
    start, end = span_of(match)
    return is_a_flag_value(match) and not match.string[start:end].isdigit()


def is_no_word(match: re.Match[str]) -> bool:
    """After "the password is": only what no sentence would say there."""
    start, end = span_of(match)
    return is_a_value(match) and not match.string[start:end].strip(".,;:!?)").isalpha()


def kind_of(match: re.Match[str]) -> SecretKind:
    name = match["name"]
    if "token" in name or name == "_auth":
        return SecretKind.ACCESS_TOKEN
    if "pass" in name or name == "pwd":
        return SecretKind.PASSWORD
    if "secret" in name:
        return SecretKind.SECRET
    return SecretKind.PRIVATE_KEY if name.startswith("private") else SecretKind.API_KEY


def _is_in(match: re.Match[str], group: str) -> bool:
    return group in match.re.groupindex and match.start(group) >= 0


def _is_a_working_directory(match: re.Match[str], value: str) -> bool:
    return _is_in(match, "name") and match["name"] == "pwd" and value[0] in "/~."


def _is_prose(match: re.Match[str], bare: str, end: int) -> bool:
    """``password: must be longer``: a plain word after a colon, and more words after it."""
    if not _is_in(match, "name") or not bare.isalpha():
        return False
    between = match.string[match.end("name") : span_of(match)[0]]
    return ":" in between and _PROSE_AFTER.match(match.string, end) is not None
