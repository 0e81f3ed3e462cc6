"""The forms of secrets, from the most telling to the least.

Formats of providers come from Kingfisher (``secret_library``); those here are what it misses, and
tokens whose mark alone is enough, where it also asks for a checksum or a word beside it. What makes
a value secret by its name is ours: ``secret_names``.

Every pattern must be safe on a hostile megabyte: repeats are bounded, possessive, or cannot
restart inside what they matched. tests/kernel/test_masking_safety.py checks each one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kernel.text import secret_names as names
from kernel.text.controls import CONTROL
from kernel.text.markers import SecretKind as Kind

_REST_OF_TOKEN = re.compile(r"[\w-]*+")


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern whose value (see ``names.span_of``) is a secret of ``kind``.

    ``gates``: the pattern is tried only when one of these stands in the lower-cased text.
    ``folded``: the pattern is in small letters and reads the lower-cased text (several times
    faster than re.IGNORECASE, which cannot skip ahead).
    ``token``: the secret is a word of its own, masked to its end however long it is.
    """

    pattern: re.Pattern[str]
    kind: Kind | Callable[[re.Match[str]], Kind]
    gates: tuple[str, ...]
    token: bool = False
    folded: bool = False
    accepts: Callable[[re.Match[str]], bool] = lambda match: True

    def find(self, text: str, lowered: str) -> Iterator[tuple[int, int, Kind]]:
        """Spans of secrets in ``text``; ``lowered`` is the same text, of the same length."""
        if not any(gate in lowered for gate in self.gates):
            return
        done = 0
        for match in self.pattern.finditer(lowered if self.folded else text):
            start, end = names.span_of(match)
            if start < done or not self.accepts(match):
                continue
            if self.token:
                if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
                    continue
                rest = _REST_OF_TOKEN.match(text, end)
                end = rest.end() if rest else end
            done = end
            yield start, end, self.kind if isinstance(self.kind, Kind) else self.kind(match)


def _token(
    pattern: str,
    *gates: str,
    kind: Kind = Kind.ACCESS_TOKEN,
    accepts: Callable[[re.Match[str]], bool] = lambda match: True,
) -> Form:
    return Form(re.compile(pattern), kind, gates, token=True, accepts=accepts)


def _named(
    pattern: str,
    *gates: str,
    kind: Kind | Callable[[re.Match[str]], Kind],
    accepts: Callable[[re.Match[str]], bool] = names.is_a_value,
) -> Form:
    return Form(re.compile(pattern, re.VERBOSE), kind, gates, folded=True, accepts=accepts)


def _block(pattern: str, *gates: str) -> Form:
    return Form(re.compile(pattern, re.VERBOSE | re.MULTILINE), Kind.PRIVATE_KEY, gates)


def _has_digit(match: re.Match[str]) -> bool:
    return any(c.isdigit() for c in match["value"])


def _is_no_short_word(match: re.Match[str]) -> bool:
    value = match["value"]
    return names.is_a_value(match) and not (len(value) < 8 and value.isalpha())


def _is_mixed_token(match: re.Match[str]) -> bool:
    token = match[0]
    return any(map(str.isdigit, token)) and token not in (token.lower(), token.upper())


def _is_digits_and_letters(match: re.Match[str]) -> bool:
    return any(map(str.isdigit, match[0])) and any(map(str.isalpha, match[0][4:]))


def _is_mixed(match: re.Match[str]) -> bool:
    """Digits, capitals and small letters: neither a hash nor a path."""
    value = match["value"]
    return _has_digit(match) and value != value.lower() and value != value.upper()


def _within(command: str, length: int) -> str:
    """The rest of one command's line, without a second one and without a mask."""
    return rf"(?:(?!{command})[^\n|;⟦⟧]|\\\n){{0,{length}}}?"


_KEY_LABEL = r"[A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----"

PRIVATE_KEYS = (
    _block(
        rf"-----BEGIN[ ]{_KEY_LABEL}(?:[^-]|-(?!----))*+-----END[ ]{_KEY_LABEL}",
        "private key",
    ),
    # Cut off before its end: the lines that can belong to it.
    _block(
        rf"-----BEGIN[ ]{_KEY_LABEL}"
        r"(?:(?:\s|\\r|\\n){1,40}+(?:[A-Za-z0-9+/=]{16,}+|[A-Za-z-]{1,40}:[ ][^\n]*+))*+",
        "private key",
    ),
    _block(
        r"PuTTY-User-Key-File-\d:[^\n]*+(?:\n[A-Za-z-]{1,40}:[^\n]*+|\n[A-Za-z0-9+/=]{1,80}+$)*+",
        "putty-user-key-file",
    ),
    _token(r"AGE-SECRET-KEY-1[0-9A-Z]{20,}+", "age-secret-key-", kind=Kind.PRIVATE_KEY),
)

PROVIDERS = (
    _token(r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])|ABSK[\w+/=]{60,}+",
           "a3t", "akia", "asia", "abia", "acca", "absk", kind=Kind.API_KEY),
    _token(r"amzn\.mws\.[0-9a-f-]{36}", "amzn.mws.", kind=Kind.API_KEY),
    # The secret of a key pair, where the other half stands before it: AWS's CSV.
    Form(
        re.compile(
            r"(?:AKIA|ASIA)[A-Z0-9]{16}[\"']?[,;\t ]{1,4}[\"']?"
            r"(?P<value>[\w/+]{40})(?![\w/+=])"
        ),
        Kind.SECRET,
        ("akia", "asia"),
    ),
    Form(
        re.compile(
            r"(?i:aws).{0,20}?(?i:key|secret).{0,20}?(?<![\w/+])(?P<value>[\w/+]{40})(?![\w/+=])"
        ),
        Kind.SECRET,
        ("aws",),
        accepts=_is_mixed,
    ),
    _token(r"gh[oprsu]_[A-Za-z0-9]{20,}+", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    _token(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{20,}+",
           "hooks.slack.com", kind=Kind.WEBHOOK),
    _token(r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,40}", ".", accepts=_is_mixed_token),
    _token(r"[0-9a-f]{32}-us\d{1,2}", "-us", kind=Kind.API_KEY),
    _token(r"SG\.[\w-]{16,32}\.[\w-]{16,64}", "sg.", kind=Kind.API_KEY),
    _token(r"sq0(?:csp|atp|idp)-[\w-]{20,}+|EAAA[\w-]{50,}+", "sq0", "eaaa", kind=Kind.SECRET),
    _token(r"SK[0-9a-f]{32}", "sk", kind=Kind.API_KEY),
    _token(r"EAA[A-Za-z0-9]{80,}+", "eaa"),
    _token(r"AKCp[A-Za-z0-9]{60,}+", "akcp", kind=Kind.API_KEY),
    _token(r"AT(?:ATT|CTT)3[\w=-]{60,}+|ATBB[A-Za-z0-9]{24,}+", "att3", "ctt3", "atbb"),
    _token(r"cf[a-z]{1,3}_[A-Za-z0-9_-]{32,}+|CFPAT-[\w-]{32,}+", "cf"),
    _token(r"f[mo]\d_[\w+/=-]{32,}+", "fm", "fo1_"),
    _token(r"ntn_[A-Za-z0-9]{36,}+|secret_[A-Za-z0-9]{43}(?!\w)|oy2[a-z0-9]{43}(?!\w)",
           "ntn_", "secret_", "oy2", kind=Kind.API_KEY),
    _token(r"NR(?:AK|II|JS|SP|RA|AA)-[A-Za-z0-9_-]{16,}+", "nr", kind=Kind.API_KEY),
    _token(r"nfp_[A-Za-z0-9]{30,}+|nfc_[A-Za-z0-9]{30,}+|vc[aikpr]_[A-Za-z0-9]{24,}+|rnd_[A-Za-z0-9]{24,}+",
           "nfp_", "nfc_", "vc", "rnd_"),
    _token(r"napi_[a-z0-9]{40,}+|sbp_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}+",
           "napi_", "sbp_", "pscale_"),
    _token(r"pcsk_\w{40,}+|tvly-(?:\w{3,4}-)?[\w-]{28,}+|pplx-[A-Za-z0-9]{40,}+|gsk_[A-Za-z0-9]{40,}+",
           "pcsk_", "tvly-", "pplx-", "gsk_", kind=Kind.API_KEY),
    _token(r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}+|xai-[A-Za-z0-9]{60,}+|csk-[a-z0-9]{40,}+|r8_[A-Za-z0-9]{32,}+",
           "re_", "xai-", "csk-", "r8_", kind=Kind.API_KEY),
    _token(r"nvapi-[\w-]{40,}+|lsv2_(?:pt|sk)_[0-9a-f_]{32,}+", "nvapi-", "lsv2_",
           kind=Kind.API_KEY),
    _token(r"sk_[0-9a-f]{40,}+", "sk_", kind=Kind.API_KEY),
    _token(r"snyk_[a-z]{2,4}\.[\w.-]{32,}+|sq[aup]_[0-9a-f]{40}|sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}",
           "snyk_", "squ_", "sqp_", "sqa_", "sgp_"),
    _token(r"tskey-[a-z]{2,12}-[\w-]{20,}+|tfp_[\w-]{40,}+|(?:AQVN|t1\.)[\w.=-]{34,}+",
           "tskey-", "tfp_", "aqvn", "t1.", kind=Kind.API_KEY, accepts=_is_mixed_token),
    _token(r"LTAI[A-Za-z0-9]{12,28}|key-[0-9a-f]{32}(?!\w)|API-[A-Z0-9]{24,32}(?!\w)|xkeysib-[\w-]{60,}+",
           "ltai", "key-", "api-", "xkeysib-", kind=Kind.API_KEY, accepts=_is_digits_and_letters),
    _token(r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}+",
           "pat", ".atlasv1."),
    _token(r"[\w~.]{3}[78]Q~[\w~.-]{31,34}(?![\w~-])", "8q~", "7q~", kind=Kind.SECRET),
    _token(r"[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}(?!\w)", "azdo"),
    _token(r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4}", "a3-", kind=Kind.SECRET),
    _token(r"ops_eyJ[\w+/=-]{60,}+|sntry[su]_[\w+/=-]{40,}+|rubygems_[0-9a-f]{40,}+",
           "ops_eyj", "sntry", "rubygems_"),
    # Hashes of passwords as systems keep them.
    _token(r"\$(?:2[abxy]\$\d\d\$[./\w]{53}|[1-9]\$[./\w=,]{0,24}\$?[./\w]{20,90}|apr1\$[./\w]{0,8}\$[./\w]{22}"
           r"|argon2id?\$[\w=,$+/.]{30,200})", "$", kind=Kind.PASSWORD),
    _token(r"github_pat_\w{20,}+", "github_pat_"),
    _token(
        r"gl(?:pat|dt|ft|soat|rtr?|imt|ptt|agent|cbt|ffct|oas|wt)-[\w-]{16,}+|GR1348941[\w-]{20}",
        "gl", "gr1348941",
    ),
    _token(r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,}+|xapp-\d-[\w-]{10,}+", "xox", "xapp-"),
    _token(r"[rs]k_(?:live|test)_\w{10,}+|whsec_[\w+/=]{20,}+", "k_live_", "k_test_", "whsec_",
           kind=Kind.API_KEY),
    _token(r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}+|ya29\.[\w-]{20,}+", "aiza", "gocspx-", "ya29.",
           kind=Kind.API_KEY),
    _token(r"(?<![\w-])sk-(?=[a-zA-Z_-]{0,60}\d)[\w-]{20,}+", "sk-", kind=Kind.API_KEY),
    _token(r"npm_[A-Za-z0-9]{30,}+|pypi-[\w-]{50,}+|dckr_(?:pat|oat)_[\w-]{20,}+",
           "npm_", "pypi-", "dckr_"),
    _token(r"hv[sbr]\.[\w-]{20,}+|do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}|hf_[A-Za-z0-9]{30,}+",
           "hvs.", "hvb.", "hvr.", "_v1_", "dapi", "hf_"),
    _token(r"gl(?:c|sa)_[\w+/=]{20,}+|lin_api_\w{20,}+|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
           "glc_", "glsa_", "lin_api_", "shp"),
    _token(r"\d{8,10}:AA[\w-]{33}", ":aa"),
    _token(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+){0,3}+", "eyj"),
    _token(r"discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{20,}+|webhook\.office\.com/"
           r"webhookb2/[\w@/-]{20,}+", "/webhooks/", "/webhookb2/", kind=Kind.WEBHOOK),
)  # fmt: skip

ADDRESSES = (
    _named(
        rf"://[^\s/:@\"'<>⟦⟧]{{0,128}}:(?P<value>[^\s/\"'<>⟦⟧{CONTROL}]{{1,256}})@(?=[\w.\[-])",
        "://",
        kind=Kind.PASSWORD,
    ),
    _named(
        r"https?://(?P<value>(?=[\w.-]{0,255}\d)[\w.-]{20,256}+)(?::x-oauth-basic)?@",
        "http",
        kind=Kind.ACCESS_TOKEN,
    ),
    _named(
        r"[?&](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|code)"
        r"=(?P<value>[\w%+/=~.-]{16,}+)",
        "sig=", "signature=", "x-amz-security-token=", "code=",
        kind=Kind.SIGNATURE,
    ),
)  # fmt: skip

HEADERS = (
    _named(
        rf"""\b(?:proxy-)?authorization(?:\\?["'])?[ \t]{{0,8}}[:=][ \t]{{0,8}}(?:\\?["'])?
        (?:[a-z]{{2,16}}(?:-[a-z\d]{{1,12}}){{0,3}}+[ \t]++)?+
        (?P<value>(?:[\w-]{{1,24}}="[^"\n⟦⟧]*+"[ \t,]*+)++
        |{names.UNQUOTED}(?:[ \t,]++[\w-]{{1,24}}="?[^\s"',⟦⟧]++"?)*+)""",
        "authorization",
        kind=Kind.ACCESS_TOKEN,
        accepts=_is_no_short_word,
    ),
    _named(
        r"\bbearer[ \t]{1,8}(?P<value>[\w.~+/=-]{12,}+)",
        "bearer",
        kind=Kind.ACCESS_TOKEN,
        accepts=_has_digit,
    ),
    _named(
        r"(?<![a-z])(?:j|php|asp[.]net_)?(?:session_?-?id|sess_?id|csrf_?token|sid)"
        r"=(?P<value>[\w%.-]{16,}+)",
        "sid=",
        "sessid=",
        "sess_id=",
        "session",
        "csrf",
        kind=Kind.COOKIE,
        accepts=_has_digit,
    ),
    _named(
        rf"\b(?:set-)?cookie:[ \t]{{0,8}}(?P<value>[\w.-]{{1,80}}=[^\n\"'⟦⟧{CONTROL}]++)",
        "cookie:",
        kind=Kind.COOKIE,
    ),
)

COMMANDS = (
    _named(
        rf"(?:\bcurl\b{_within('curl', 400)}[ \t](?:-b|--cookie)[ =]{{1,4}})[\"']?"
        rf"(?P<value>[\w.-]{{1,80}}=[^\s\"'⟦⟧{CONTROL}]++"
        rf"(?:;[ ]?[\w.-]{{1,80}}=[^\s;\"'⟦⟧{CONTROL}]++)*+)",
        "curl",
        kind=Kind.COOKIE,
    ),
    _named(
        rf"\b(?:password|passwd|identified)"
        rf"(?:[ \t]{{1,4}}(?:with|using)[ \t]{{1,4}}[\w'\"]{{1,40}})?"
        rf"(?:[ \t]{{1,4}}(?:by|as|values))?(?:[ \t]{{1,4}}password)?[ \t]{{0,4}}[(]?"
        rf"(?P<quote>['\"])(?P<quoted>[^'\"\n⟦⟧{CONTROL}]{{1,256}}+)(?P=quote)",
        "password", "passwd", "identified",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\bidentified[ \t]{{1,4}}by[ \t]{{1,4}}(?P<value>{names.UNQUOTED})",
        "identified",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"(?:^|[>\n])[ \t]{{0,8}}(?:hello[ \t]{{1,4}}\d[ \t]{{1,4}})?auth[ \t]{{1,4}}"
        rf"(?:[\w.-]{{1,64}}[ \t]{{1,4}})?"
        rf"(?P<value>{names.UNQUOTED})[ \t]{{0,4}}(?=\r?\n|$)",
        "auth",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
    # .pgpass: host, port, database, name, password.
    _named(
        rf"(?:^|\n)[\w.*-]{{1,128}}:(?:\d{{2,5}}|\*):[\w.*-]{{1,64}}:[\w.*@-]{{1,64}}:"
        rf"(?P<value>[^\s:⟦⟧{CONTROL}]{{4,128}}+)(?=\r?\n|$)",
        ":",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\blftp\b{_within('lftp', 200)}[ \t]-u[ \t]{{0,4}}[\"']?[^\s,\"']{{1,64}},"
        rf"{names.VALUE}",
        "lftp",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\b(?:requirepass|masterauth|sentinel[ ]auth-pass[ ]\S{{1,64}})[ \t]{{1,8}}{names.VALUE}",
        "requirepass", "masterauth", "auth-pass",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"(?:\bldap[a-z]{{3,8}}\b{_within('ldap', 200)}[ \t]-w[ \t]{{1,4}}"
        rf"|\bpass(?:in|out)?[ \t]{{1,4}}pass:"
        rf"|\bsmb[a-z]{{3,8}}\b{_within('smb', 200)}[ \t]-u[ \t]{{1,4}}[\w.@\\-]{{1,64}}%)"
        rf"{names.VALUE}",
        "ldap", "pass:", "smb",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"""(?<![^\s"'=([])--?[\w-]{{0,40}}?(?P<name>{names.WORD})
        (?:=|[ \t]{{1,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
        accepts=names.is_a_flag_value,
    ),
    _named(
        rf"(?:\bcurl\b{_within('curl', 400)}[ \t](?:-u|--user)|(?<!\S)--proxy-user)[ =]?"
        rf"[\"']?[^\s:\"'⟦⟧]{{1,128}}:(?P<value>{names.UNQUOTED})",
        "curl", "--proxy-user",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\b(?:mysql|mariadb)[\w-]{{0,20}}{_within('mysql|mariadb', 200)}[ \t]-p"
        rf"(?P<value>(?![-=]|ort\b){names.UNQUOTED})",
        "mysql", "mariadb",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\b(?:sshpass[ \t]{{1,8}}-p|redis-cli\b{_within('redis-cli', 200)}[ \t]-a"
        rf"|(?:docker|podman|helm|az|oc)[ \t]{_within('login', 80)}\blogin"
        rf"{_within('login', 200)}[ \t]-p)"
        rf"[ \t]{{0,8}}{names.VALUE}",
        "sshpass", "redis-cli", "login",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\blogin[ \t]{{1,8}}\S{{1,128}}\s{{1,8}}password\s{{1,8}}(?P<value>{names.UNQUOTED})",
        "login",
        kind=Kind.PASSWORD,
    ),
)  # fmt: skip

ASSIGNMENTS = (
    # The words of other languages, and short ones of English: only before a sign.
    _named(
        rf"(?<![a-z\d])(?P<name>{names.OTHER_WORDS})(?:\\?[\"'`])?[ \t]{{0,4}}"
        rf"[:=：]{{1,2}}[ \t]{{0,8}}{names.VALUE}",
        *names.OTHER_GATES,
        kind=Kind.PASSWORD,
    ),
    # A block of YAML: the lines below the name that stand further in.
    _named(
        rf"""(?P<name>{names.WORD}){names.SUFFIX}(?:\\?["'`])?[ \t]{{0,8}}:[ \t]{{0,8}}
        [|>][+\d-]{{0,3}}[ \t]{{0,8}}\r?\n(?P<margin>[ \t]{{1,80}})
        (?P<value>[^\s⟦⟧][^\n⟦⟧]*+(?:\n(?P=margin)[^\n⟦⟧]*+)*+)""",
        *names.GATES,
        kind=names.kind_of,
        accepts=lambda match: True,
    ),
    # Docker's config, kubeconfig, a query's key, an authenticator's address, WireGuard.
    _named(
        r"\"auth\"\s{0,4}:\s{0,4}\"(?P<value>[\w+/=]{8,}+)\"",
        '"auth"',
        kind=Kind.PASSWORD,
    ),
    _named(
        r"\bclient-key-data\"?\s{0,4}:\s{0,4}\"?(?P<value>[\w+/=]{40,}+)",
        "client-key-data",
        kind=Kind.PRIVATE_KEY,
    ),
    _named(
        r"[?&](?:key|pwd|pw|pass|auth)=(?P<value>[\w%+/~.-]{8,}+=*+)",
        "key=",
        "pwd=",
        "pw=",
        "pass=",
        "auth=",
        kind=Kind.API_KEY,
        accepts=_has_digit,
    ),
    _named(
        r"\b(?:x-[\w-]{0,40}?|)(?:auth|api|access|session|private)-?(?:key|token|secret)[\"']?"
        r"(?:[ \t]{0,4}:[ \t]{0,4}|[ \t]{1,4}(?=[\"']))[\"']?(?P<value>[^\s\"',⟦⟧]{8,}+)",
        "key",
        "token",
        "secret",
        kind=Kind.API_KEY,
    ),
    _named(
        rf"key=\\?[\"'][\w.:-]{{0,40}}(?P<name>{names.WORD})\\?[\"']\s{{1,8}}value={names.VALUE}",
        *names.GATES,
        kind=names.kind_of,
    ),
    _named(
        rf"define[(]\s{{0,4}}[\"'][\w-]{{0,40}}(?P<name>{names.WORD})[\"']\s{{0,4}},\s{{0,4}}{names.VALUE}",
        *names.GATES,
        kind=names.kind_of,
    ),
    # name=value, "name": "value"; and a name and a value as two entries of one record.
    _named(
        rf"""(?P<name>{names.WORD}){names.SUFFIX}(?:\\?["'`])?
        (?:\]?[ \t]{{0,8}}(?:=>|:=|={{1,3}}|:(?!:))[ \t]{{0,8}}
        |,?\s{{1,80}}(?:\\?["'])?value(?:\\?["'])?\s{{0,8}}[:=]\s{{0,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
    ),
    _named(
        rf"<[\w:.-]{{0,40}}?(?P<name>{names.WORD})>[ \t]{{0,8}}(?P<value>[^\s<⟦⟧][^<\n⟦⟧]*+)</",
        *names.GATES,
        kind=names.kind_of,
    ),
    _named(
        rf"(?P<name>password|passphrase|passcode|passwort|kennwort|contraseña|senha)[ \t]{{1,8}}"
        rf"(?:is|was|ist|lautet|es|é)[: \t]{{1,8}}{names.VALUE}",
        "pass",
        "kennwort",
        "contrase",
        "senha",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
)

FORMS = (*PRIVATE_KEYS, *PROVIDERS, *ADDRESSES, *HEADERS, *COMMANDS, *ASSIGNMENTS)
