"""The forms of secrets, from the most telling to the least.

Formats of providers come from Kingfisher (``secret_library``); those here are what it misses, and
tokens whose mark alone is enough, where it also asks for a checksum or a word beside it. What makes
a value secret by its name is ours: ``secret_names``.
"""

import re

from kernel.text import secret_names as names
from kernel.text.controls import CONTROL
from kernel.text.markers import SecretKind as Kind
from kernel.text.secret_commands import COMMANDS
from kernel.text.secret_form import (
    Form,
    block_form,
    has_digit,
    is_digits_and_letters,
    is_mixed,
    is_mixed_token,
    is_no_name,
    is_no_short_word,
    named_form,
    token_form,
)

_KEY_LABEL = r"[A-Z0-9 ]{0,40}(?:PRIVATE[ ]KEY(?:[ ]BLOCK)?|NKEY[ ]SEED)[ ]?-{4,6}"

_NAMING_WORDS = "|".join(
    form
    for word in (
        "password", "passwd", "passphrase", "passcode", "pass", "bindpw", "rootpw", "secret",
        "token", "authtoken", "api key", "api-key", "api_key", "admin key", "isakmp key", "ssws",
        "community", "obscure",
    )
    for form in (word, word.capitalize(), word.upper())
)  # fmt: skip
"""As people and machines write them: to ignore the case would make the pattern much slower."""

PRIVATE_KEYS = (
    block_form(
        rf"-{{4,5}}[ ]?BEGIN[ ]{_KEY_LABEL}(?:[^-]|-(?!----))*+-{{4,6}}+[ ]?END[ ]{_KEY_LABEL}",
        "private key",
        "nkey seed",
    ),
    # Cut off before its end: the lines that can belong to it.
    block_form(
        rf"-{{4,5}}[ ]?BEGIN[ ]{_KEY_LABEL}"
        r"(?:(?:\s|\\r|\\n){1,40}+(?:[A-Za-z0-9+/=]{16,}+|[A-Za-z-]{1,40}:[ ][^\n]*+))*+",
        "private key",
        "nkey seed",
    ),
    block_form(
        r"PuTTY-User-Key-File-\d:[^\n]*+(?:\n[A-Za-z-]{1,40}:[^\n]*+|\n[A-Za-z0-9+/=]{1,80}+$)*+",
        "putty-user-key-file",
    ),
    block_form(
        r"\$ANSIBLE_VAULT;[\d.]{1,6};AES256[^\n]{0,80}(?:\r?\n[ \t]{0,40}[0-9a-f]{2,80}+)++",
        "$ansible_vault",
    ),
    token_form(r"AGE-SECRET-KEY-1[0-9A-Z]{20,}+", "age-secret-key-", kind=Kind.PRIVATE_KEY),
)

PROVIDERS = (
    token_form(r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])|ABSK[\w+/=]{60,}+",
           "a3t", "akia", "asia", "abia", "acca", "absk", kind=Kind.API_KEY),
    token_form(r"amzn\.mws\.[0-9a-f-]{36}", "amzn.mws.", kind=Kind.API_KEY),
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
        accepts=is_mixed,
    ),
    token_form(r"wr_(?:per|svc|agt)_[0-9A-Za-z]{38}(?!\w)", "wr_per_", "wr_svc_", "wr_agt_"),
    token_form(r"gh[oprsu]_[A-Za-z0-9]{20,}+", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    token_form(r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{20,}+",
           "hooks.slack.com", kind=Kind.WEBHOOK),
    token_form(r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,40}", ".", accepts=is_mixed_token),
    token_form(r"[0-9a-f]{32}-us\d{1,2}", "-us", kind=Kind.API_KEY),
    token_form(r"SG\.[\w-]{16,32}\.[\w-]{16,64}", "sg.", kind=Kind.API_KEY),
    token_form(r"sq0(?:csp|atp|idp)-[\w-]{20,}+|EAAA[\w-]{50,}+", "sq0", "eaaa", kind=Kind.SECRET),
    token_form(r"SK[0-9a-f]{32}", "sk", kind=Kind.API_KEY),
    token_form(r"EAA[A-Za-z0-9]{80,}+", "eaa"),
    token_form(r"AKCp[A-Za-z0-9]{60,}+", "akcp", kind=Kind.API_KEY),
    token_form(r"AT(?:ATT|CTT)3[\w=-]{60,}+|ATBB[A-Za-z0-9]{24,}+", "att3", "ctt3", "atbb"),
    token_form(r"cf[a-z]{1,3}_[A-Za-z0-9_-]{32,}+|CFPAT-[\w-]{32,}+", "cf"),
    token_form(r"f[mo]\d_[\w+/=-]{32,}+", "fm", "fo1_"),
    token_form(r"ntn_[A-Za-z0-9]{36,}+|secret_[A-Za-z0-9]{43}(?!\w)|oy2[a-z0-9]{43}(?!\w)",
           "ntn_", "secret_", "oy2", kind=Kind.API_KEY),
    token_form(r"NR(?:AK|II|JS|SP|RA|AA)-[A-Za-z0-9_-]{16,}+", "nr", kind=Kind.API_KEY),
    token_form(r"nfp_[A-Za-z0-9]{30,}+|nfc_[A-Za-z0-9]{30,}+|vc[aikpr]_[A-Za-z0-9]{24,}+|rnd_"
               r"[A-Za-z0-9]{24,}+",
           "nfp_", "nfc_", "vc", "rnd_"),
    token_form(r"napi_[a-z0-9]{40,}+|sbp_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}+",
           "napi_", "sbp_", "pscale_"),
    token_form(r"pcsk_\w{40,}+|tvly-(?:\w{3,4}-)?[\w-]{28,}+|pplx-[A-Za-z0-9]{40,}+|gsk_"
               r"[A-Za-z0-9]{40,}+",
           "pcsk_", "tvly-", "pplx-", "gsk_", kind=Kind.API_KEY),
    token_form(r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}+|xai-[A-Za-z0-9]{60,}+|csk-[a-z0-9]{40,}+"
               r"|r8_[A-Za-z0-9]{32,}+",
           "re_", "xai-", "csk-", "r8_", kind=Kind.API_KEY),
    token_form(r"nvapi-[\w-]{40,}+|lsv2_(?:pt|sk)_[0-9a-f_]{32,}+", "nvapi-", "lsv2_",
           kind=Kind.API_KEY),
    token_form(r"sk_[0-9a-f]{40,}+", "sk_", kind=Kind.API_KEY),
    token_form(r"snyk_[a-z]{2,4}\.[\w.-]{32,}+|sq[aup]_[0-9a-f]{40}|sgp_(?:[0-9a-f]{16}_"
               r"|local_)?[0-9a-f]{40}",
           "snyk_", "squ_", "sqp_", "sqa_", "sgp_"),
    token_form(r"tskey-[a-z]{2,12}-[\w-]{20,}+|tfp_[\w-]{40,}+|(?:AQVN|t1\.)[\w.=-]{34,}+",
           "tskey-", "tfp_", "aqvn", "t1.", kind=Kind.API_KEY, accepts=is_mixed_token),
    token_form(r"LTAI[A-Za-z0-9]{12,28}|key-[0-9a-f]{32}(?!\w)|API-[A-Z0-9]{24,32}(?!\w)"
               r"|xkeysib-[\w-]{60,}+",
           "ltai", "key-", "api-", "xkeysib-", kind=Kind.API_KEY, accepts=is_digits_and_letters),
    token_form(r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}+",
           "pat", ".atlasv1."),
    token_form(r"[\w~.]{3}[78]Q~[\w~.-]{31,34}(?![\w~-])", "8q~", "7q~", kind=Kind.SECRET),
    token_form(r"[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}(?!\w)", "azdo"),
    token_form(r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4}", "a3-", kind=Kind.SECRET),
    token_form(r"ops_eyJ[\w+/=-]{60,}+|sntry[su]_[\w+/=-]{40,}+|rubygems_[0-9a-f]{40,}+",
           "ops_eyj", "sntry", "rubygems_"),
    token_form(r"1//0[\w-]{40,}+|os_v2_(?:app|org)_[a-z0-9]{40,}+|K00\d[A-Za-z0-9+/]{27}(?!\w)"
               r"|sdk-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|dG9r[\w+/=]{40,}+|cio"
               r"[A-Za-z0-9]{32}(?!\w)",
               "1//0", "os_v2_", "k00", "sdk-", "dg9r", "cio", kind=Kind.API_KEY),
    token_form(r"[\w-]{7,22}:APA91b[\w-]{100,}+|K10[0-9a-f]{64}::[\w:-]{4,80}|token-\w{5}:"
               r"[a-z0-9]{50,}+"
               r"|pk_\d{6,12}_[A-Z0-9]{30,}+|[01]/\d{13,19}:[0-9a-f]{32}|SU[A-Z2-7]{56}(?!\w)"
               r"|[xyz]prv[A-Za-z0-9]{100,}+",
               "apa91b", "::", "token-", "pk_", "/", "su", "prv"),
    token_form(r"(?<=:)11[0-9a-f]{32}(?!\w)", ":11", kind=Kind.API_KEY),
    # Hashes of passwords as systems keep them.
    token_form(r"\{S?(?:SHA|MD5|CRYPT)\d{0,3}\}[\w+/=$.]{16,}+", "{", kind=Kind.PASSWORD),
    token_form(r"\$(?:2[abxy]\$\d\d\$[./\w]{53}|[1-9]\$[./\w=,]{0,24}\$?[./\w]{20,90}|apr1\$"
               r"[./\w]{0,8}\$[./\w]{22}"
           r"|argon2id?\$[\w=,$+/.]{30,200})", "$", kind=Kind.PASSWORD),
    token_form(r"github_pat_\w{20,}+", "github_pat_"),
    token_form(
        r"gl(?:pat|dt|ft|soat|rtr?|imt|ptt|agent|cbt|ffct|oas|wt)-[\w-]{16,}+|GR1348941[\w-]{20}",
        "gl", "gr1348941",
    ),
    token_form(r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,}+|xapp-\d-[\w-]{10,}+", "xox", "xapp-"),
    token_form(r"[rs]k_(?:live|test)_\w{10,}+|whsec_[\w+/=]{20,}+", "k_live_", "k_test_", "whsec_",
           kind=Kind.API_KEY),
    token_form(r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}+|ya29\.[\w-]{20,}+", "aiza", "gocspx-", "ya29.",
           kind=Kind.API_KEY),
    token_form(r"(?<![\w-])sk-(?=[a-zA-Z_-]{0,60}\d)[\w-]{20,}+", "sk-", kind=Kind.API_KEY),
    token_form(r"npm_[A-Za-z0-9]{30,}+|pypi-[\w-]{50,}+|dckr_(?:pat|oat)_[\w-]{20,}+",
           "npm_", "pypi-", "dckr_"),
    token_form(r"hv[sbr]\.[\w-]{20,}+|do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}|hf_"
               r"[A-Za-z0-9]{30,}+",
           "hvs.", "hvb.", "hvr.", "_v1_", "dapi", "hf_"),
    token_form(r"gl(?:c|sa)_[\w+/=]{20,}+|lin_api_\w{20,}+|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
           "glc_", "glsa_", "lin_api_", "shp"),
    token_form(r"\d{8,10}:AA[\w-]{33}", ":aa"),
    token_form(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+){0,3}+", "eyj"),
    token_form(r"hooks\.zapier\.com/hooks/catch/[\w/]{8,}+|outlook\.office(?:365)?\.com/webhook/"
               r"[\w@/-]{20,}+"
           r"|events\.pagerduty\.com/integration/[\w-]{20,}+|hook\.[\w.]{2,12}\.?make\.com/\w{20,}+"
           r"|maker\.ifttt\.com/trigger/[\w-]{1,60}/(?:json/)?with/key/[\w-]{20,}+|hc-ping\.com/"
           r"[\w-]{20,}+",
           "zapier", "outlook", "pagerduty", "make.com", "ifttt", "hc-ping", kind=Kind.WEBHOOK),
    token_form(r"discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{20,}+|webhook\.office\.com/"
           r"webhookb2/[\w@/-]{20,}+", "/webhooks/", "/webhookb2/", kind=Kind.WEBHOOK),
)  # fmt: skip

ADDRESSES = (
    named_form(
        rf"://[^\s/:@\"'<>⟦⟧]{{0,128}}:(?P<value>[^\s/\"'<>⟦⟧{CONTROL}]{{1,256}})@(?=[\w.\[-]|\s"
        rf"|$)",
        "://",
        kind=Kind.PASSWORD,
    ),
    named_form(
        r"https?://(?P<value>(?=[\w.-]{0,255}\d)[\w.-]{20,256}+)(?::x-oauth-basic)?@",
        "http",
        kind=Kind.ACCESS_TOKEN,
    ),
    named_form(
        r"[?&](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|code)"
        r"=(?P<value>[\w%+/=~.-]{16,}+)",
        "sig=", "signature=", "x-amz-security-token=", "code=",
        kind=Kind.SIGNATURE,
    ),
)  # fmt: skip

# Links that let in whoever has them: to reset a password, to accept an invitation.
LINKS = (
    named_form(
        r"/(?:reset|password-?reset|confirm|verify|activate|invite|invitation|magic|login"
        r"|unsubscribe|token)"
        r"(?:/[\w.-]{1,20}){0,2}/(?P<value>[\w.-]{20,}+)",
        "/reset", "reset/", "/confirm", "/verify", "/activat", "/invit", "/magic", "/login",
        "/unsubscribe", "/token",
        kind=Kind.ACCESS_TOKEN,
        accepts=has_digit,
    ),
)  # fmt: skip

HEADERS = (
    named_form(
        r"\b(?:x-honeycomb-team|x-(?:insert|license|query|sf|figma|consul|gitlab|rundeck-auth)-"
        r"(?:key|token)"
        r"|dd-(?:api|application)-key|ocp-apim-subscription-key|x-functions-key|api-?key)"
        r"[\"']?[ \t]{0,4}:[ \t]{0,4}[\"']?(?P<value>[^\s\"',⟦⟧]{8,}+)",
        "x-",
        "dd-",
        "ocp-",
        "key",
        kind=Kind.API_KEY,
        accepts=has_digit,
    ),
    named_form(
        rf"""\b(?:proxy-)?authorization(?:\\?["'])?[ \t]{{0,8}}[:=][ \t]{{0,8}}(?:\\?["'])?
        (?:[a-z]{{2,16}}(?:-[a-z\d]{{1,12}}){{0,3}}+[ \t]++)?+
        (?P<value>(?:[\w-]{{1,24}}="[^"\n⟦⟧]*+"[ \t,]*+)++
        |{names.UNQUOTED}(?:[ \t,]++[\w-]{{1,24}}="?[^\s"',⟦⟧]++"?)*+)""",
        "authorization",
        kind=Kind.ACCESS_TOKEN,
        accepts=is_no_short_word,
    ),
    named_form(
        r"\bbearer[ \t]{1,8}(?P<value>[\w.~+/=-]{12,}+)",
        "bearer",
        kind=Kind.ACCESS_TOKEN,
        accepts=has_digit,
    ),
    named_form(
        r"(?<![a-z])(?:j|php|asp[.]net_)?(?:session_?-?id|sess_?id|csrf_?token|sid|[\w.-]{0,40}?"
        r"(?:session|clearance|cookies?|remember_?me|auth))=(?P<value>[\w%.-]{16,}+)",
        "sid=",
        "sessid=",
        "sess_id=",
        "session",
        "csrf",
        "clearance=",
        "cookie",
        "remember",
        "auth=",
        kind=Kind.COOKIE,
        accepts=has_digit,
    ),
    named_form(
        rf"\b(?:set-)?cookie:[ \t]{{0,8}}(?P<value>[\w.-]{{1,80}}=[^\n\"'⟦⟧{CONTROL}]++)",
        "cookie:",
        kind=Kind.COOKIE,
    ),
)

ASSIGNMENTS = (
    # The words of other languages, and short ones of English: only before a sign.
    named_form(
        rf"(?<![a-z\d])(?<!---[ ])(?P<name>{names.OTHER_WORDS})(?:\\?[\"'`])?[ \t]{{0,4}}"
        rf"[:=：]{{1,2}}[ \t]{{0,8}}{names.VALUE}",
        *names.OTHER_GATES,
        kind=Kind.PASSWORD,
    ),
    # A block of YAML: the lines below the name that stand further in.
    named_form(
        rf"""(?P<name>{names.WORD}){names.SUFFIX}(?:\\?["'`])?[ \t]{{0,8}}:[ \t]{{0,8}}
        [|>][+\d-]{{0,3}}[ \t]{{0,8}}\r?\n(?P<margin>[ \t]{{1,80}})
        (?P<value>[^\s⟦⟧][^\n⟦⟧]*+(?:\n(?P=margin)[^\n⟦⟧]*+)*+)""",
        *names.GATES,
        kind=names.kind_of,
        accepts=lambda match: True,
    ),
    # Docker's config, kubeconfig, a query's key, an authenticator's address, WireGuard.
    named_form(
        r"\"auth\"\s{0,4}:\s{0,4}\"(?P<value>[\w+/=]{8,}+)\"",
        '"auth"',
        kind=Kind.PASSWORD,
    ),
    named_form(
        r"\bclient-key-data\"?\s{0,4}:\s{0,4}\"?(?P<value>[\w+/=]{40,}+)",
        "client-key-data",
        kind=Kind.PRIVATE_KEY,
    ),
    named_form(
        r"(?<![a-z])(?:routing|integration|service|write|ingest(?:ion)?)[_-]?key[\"']?"
        r"[ \t]{0,4}[:=]{1,2}"
        r"[ \t]{0,4}[\"']?(?P<value>[a-z\d]{32})(?![\w-])",
        "key",
        kind=Kind.API_KEY,
        accepts=has_digit,
    ),
    named_form(
        r"\b(?:secret[_ ]?id|role_?secret)[\"']?[ \t]{0,8}[:=]{1,2}[ \t]{0,8}[\"']?(?P<value>"
        r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})",
        "secret",
        kind=Kind.SECRET,
    ),
    named_form(
        r"\bpre-?shared[ _-]?key[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?(?P<value>[^\s\"'⟦⟧]{8,}+)",
        "shared",
        kind=Kind.SECRET,
    ),
    named_form(
        r"\bfernet[(]b?[\"'](?P<value>[\w-]{43}=)[\"']",
        "fernet",
        kind=Kind.SECRET,
    ),
    # Second factors: the seed, and the codes that stand in for it.
    named_form(
        r"\b(?:totp|otp|2fa|mfa)[ _-](?:seed|secret|key)[ \t:=]{1,8}(?P<value>[a-z2-7]{16,}+)(?!"
        r"[\w-])",
        "otp",
        "2fa",
        "mfa",
        kind=Kind.SECRET,
    ),
    named_form(
        r"\b(?:recovery|backup|scratch)[ _-]codes?:?[ \t]{0,8}\r?\n"
        r"(?P<value>[ \t]{0,8}[a-z\d]{4,8}(?:-[a-z\d]{4,8}){1,3}(?:\r?\n[ \t]{0,8}[a-z\d]{4,8}"
        r"(?:-[a-z\d]{4,8}){1,3}){0,20}+)",
        "code",
        kind=Kind.SECRET,
    ),
    # A word that names a secret, and behind it what no sentence says.
    Form(
        re.compile(
            rf"(?<![a-zA-Z])(?:[\w.-]{{0,20}}[_.-])?(?:{_NAMING_WORDS})(?:"
            rf"[ \t]{{1,4}}\d{{1,2}})?[ \t]{{1,8}}"
            rf"(?P<value>(?![(\[{{<-])[^\s\"'`,;⟦⟧{CONTROL}]{{8,256}}+)"
        ),
        Kind.SECRET,
        ("pass", "bindpw", "rootpw", "secret", "token", "key", "community", "obscure", "ssws"),
        accepts=is_no_name,
    ),
    # Keys as machines write them: a JWK, Consul's gossip key, Ethereum, the words of a wallet.
    named_form(
        r"\"(?:d|k|p|q|dp|dq|qi)\"\s{0,4}:\s{0,4}\"(?P<value>[\w-]{40,}+)\"",
        '"d"',
        '"k"',
        '"p"',
        '"q"',
        '"dp"',
        '"dq"',
        '"qi"',
        kind=Kind.PRIVATE_KEY,
    ),
    named_form(
        r"\bencrypt[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"'](?P<value>[\w+/]{43}=)[\"']",
        "encrypt",
        kind=Kind.SECRET,
    ),
    named_form(
        r"\b(?:pk|priv(?:ate)?|secret|key)[\"':= \t]{1,8}(?P<value>0x[\da-f]{64})(?!\w)",
        "0x",
        kind=Kind.PRIVATE_KEY,
    ),
    named_form(
        r"\b(?:mnemonic|seed[ ](?:phrase|words)|recovery[ ]phrase)[\"':= \t]{1,8}(?P<value>"
        r"[a-z]{3,8}(?:[ ][a-z]{3,8}){11,23}+)",
        "mnemonic",
        "seed ",
        "recovery phrase",
        kind=Kind.PRIVATE_KEY,
    ),
    # Words between people.
    named_form(
        r"\b(?:auth|access|api|bearer|refresh|secret)[ ](?:token|key)[ \t]{1,4}(?:is[ \t]{1,4}|="
        r"[ \t]{0,4})?(?P<value>[\w.+/-]{20,}+=*+)",
        "token",
        "key",
        kind=Kind.ACCESS_TOKEN,
        accepts=has_digit,
    ),
    named_form(
        rf"\b(?:password|pass|pw|passwort|kennwort)[ \t]{{1,4}}(?:for|of|to|on|von|für)[ \t]{{1,4}}"
        rf"[\w.@-]{{1,64}}(?:[ \t]{{1,4}}[\w.@-]{{1,20}}){{0,2}}[ \t]{{0,4}}:"
        rf"[ \t]{{1,4}}{names.VALUE}",
        "pass",
        "pw",
        "kennwort",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
    named_form(
        rf"\b(?:log[ ]?in|credentials|creds)(?:[ ](?:with|as|is|are))?[ :]{{1,3}}"
        rf"[\w.@-]{{2,64}}[ ]/[ ]"
        rf"(?P<value>[^\s\"'⟦⟧{CONTROL}]{{6,64}}+)",
        "log",
        "sign",
        "cred",
        kind=Kind.PASSWORD,
        accepts=has_digit,
    ),
    named_form(
        r"[?&](?:key|pwd|pw|pass|auth)=(?P<value>[\w%+/~.-]{8,}+=*+)",
        "key=",
        "pwd=",
        "pw=",
        "pass=",
        "auth=",
        kind=Kind.API_KEY,
        accepts=has_digit,
    ),
    named_form(
        r"\b(?:x-[\w-]{0,40}?|)(?:auth|api|access|session|private)-?(?:key|token|secret)[\"']?"
        r"(?:[ \t]{0,4}:[ \t]{0,4}|[ \t]{1,4}(?=[\"']))[\"']?(?P<value>[^\s\"',⟦⟧]{8,}+)",
        "key",
        "token",
        "secret",
        kind=Kind.API_KEY,
    ),
    named_form(
        rf"key=\\?[\"'][\w.:-]{{0,40}}(?P<name>{names.WORD})\\?[\"']\s{{1,8}}value={names.VALUE}",
        *names.GATES,
        kind=names.kind_of,
    ),
    named_form(
        rf"\b(?:define|(?:set|put|get)[\w]{{0,30}}|env)[(]\s{{0,4}}[\"'][\w-]{{0,40}}"
        rf"(?P<name>{names.WORD})[\"']\s{{0,4}},\s{{0,4}}{names.VALUE}",
        *names.GATES,
        kind=names.kind_of,
    ),
    # name=value, "name": "value"; and a name and a value as two entries of one record.
    named_form(
        rf"""(?P<name>{names.WORD}){names.SUFFIX}(?:\\?["'`])?
        (?:\]?[ \t]{{0,8}}(?:=>|:=|={{1,3}}|:(?!:))[ \t]{{0,8}}
        |(?:,\s{{0,80}}|\s{{1,80}})(?:\\?["'])?value(?:\\?["'])?\s{{0,8}}[:=]\s{{0,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
    ),
    named_form(
        rf"\b(?:name|key|id)=[\"'][\w:.-]{{0,40}}(?P<name>{names.WORD})[\"'][ \t]{{0,4}}>"
        rf"[ \t]{{0,8}}"
        rf"(?P<value>[^\s<⟦⟧][^<\n⟦⟧]*+)</",
        *names.GATES,
        kind=names.kind_of,
    ),
    named_form(
        rf"<[\w:.-]{{0,40}}?(?P<name>{names.WORD})>[ \t]{{0,8}}(?P<value>[^\s<⟦⟧][^<\n⟦⟧]*+)</",
        *names.GATES,
        kind=names.kind_of,
    ),
    named_form(
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

FORMS = (*PRIVATE_KEYS, *PROVIDERS, *ADDRESSES, *LINKS, *HEADERS, *COMMANDS, *ASSIGNMENTS)
