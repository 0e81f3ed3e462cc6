"""Secrets are masked before anything is stored; what only looks like one is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import Masked, mask_secrets
from kernel.text.controls import visible

LETTERS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "4be90a7c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e"


def fake(prefix: str, length: int, alphabet: str = LETTERS) -> str:
    """A made-up secret, put together here so that no scanner takes this file for a leak."""
    return prefix + (alphabet * 4)[:length]


def pem(label: str = "RSA PRIVATE KEY", end: bool = True) -> str:
    body = "\n".join([LETTERS + "abcdefgh+/"] * 3)
    return f"-----BEGIN {label}-----\n{body}" + (f"\n-----END {label}-----" if end else "")


GITHUB = fake("ghp_", 36)

TOKENS = {
    "github": (GITHUB, "access token"),
    "github-fine-grained": (fake("github_pat_", 40), "access token"),
    "gitlab": (fake("glpat-", 20), "access token"),
    "aws-id": ("AKIA" + "QRSTUVWXYZ234567", "API key"),
    "google": (fake("AIza", 35), "API key"),
    "google-oauth": (fake("ya29.", 60), "API key"),
    "slack": ("xoxb-" + "123456789012-" + "1234567890123-" + LETTERS[:24], "access token"),
    "slack-app": (fake("xapp-1-A01-123-", 30), "access token"),
    "slack-webhook": (
        "https://hooks.slack.com" + "/services/T00000000/B00000000/" + LETTERS[:24],
        "webhook address",
    ),
    "stripe": (fake("sk_" + "live_", 24), "API key"),
    "stripe-long": (fake("sk_" + "live_", 99), "API key"),
    "stripe-test": (fake("rk_" + "test_", 24), "API key"),
    "openai": (fake("sk-proj-", 48), "API key"),
    "npm": (fake("npm_", 36), "access token"),
    "pypi": (fake("pypi-AgEIcHlwaS5vcmc", 80), "access token"),
    "vault": (fake("hvs.", 30), "access token"),
    "sendgrid": (fake("SG." + LETTERS[:22] + ".", 43), "API key"),
    "telegram": ("1234567890:AA" + LETTERS[:33], "access token"),
    "twilio": ("SK" + HEX[:32], "API key"),
    "jwt": ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0." + LETTERS[:43], "access token"),
    "age": ("AGE-SECRET-KEY-1" + LETTERS.upper() + "ABCDEF", "private key"),
    "rsa": (pem(), "private key"),
    "openssh": (pem("OPENSSH PRIVATE KEY"), "private key"),
    "pgp": (pem("PGP PRIVATE KEY BLOCK"), "private key"),
    "pkcs8": (pem("PRIVATE KEY"), "private key"),
    "pem-cut-off": (pem(end=False), "private key"),
    "pem-in-json": (pem().replace("\n", "\\n"), "private key"),
}


@pytest.mark.parametrize(("secret", "kind"), TOKENS.values(), ids=TOKENS)
def test_a_token_of_a_known_form_is_masked_wherever_it_stands(secret, kind):
    masked = mask_secrets(f"it said: {secret}\nand went on")
    assert masked == Masked(f"it said: ⟦masked: {kind}⟧\nand went on", 1, (kind,))


# Each: the text with {} for the secret, the secret, the kind.
IN_PLACE = {
    "flag": ("edgectl refresh-keys euw-edge-07 --token {}", "tok9", "access token"),
    "flag-with-equals": ("deploy --api-key={} --region eu", "k3y,w1th", "API key"),
    "flag-quoted": ("login --password '{}' --host a", "two words!", "password"),
    "flag-prefixed": ("x --db-password {}", "hunter2", "password"),
    "single-dash": ("java -password {} -x", "hunter2", "password"),
    "environment": ("PGPASSWORD={} psql -h db", "s3cr3t", "password"),
    "environment-plain-word": ("export DB_PASSWORD={}", "hunter", "password"),
    "yaml": ("api_key: {}", "abcdef", "API key"),
    "yaml-capitals": ("API_KEY: {}", "abcdef", "API key"),
    "json": ('{{"token": "{}", "ok": true}}', 'a b\\"c', "access token"),
    "json-in-json": ('"{{\\"password\\":\\"{}\\"}}"', "pw1", "password"),
    "camel-case": ('clientSecret = "{}";', "abc", "secret"),
    "azure": ("AccountName=x;AccountKey={};EndpointSuffix=y", "aGVsbG8gd29ybGQ=", "API key"),
    "django": ("SECRET_KEY = '{}'", "django-insecure-(x)&=1", "secret"),
    "dsn": ("host=db user=app password={} dbname=x", "pw1", "password"),
    "kubernetes": ("- name: DB_PASSWORD\n  value: {}\n- name: X", "hunter2", "password"),
    "ecs": ('{{"name": "DB_PASSWORD", "value": "{}"}}', "hunter2", "password"),
    "xml": ("<password>{}</password>", "hunter 2", "password"),
    "npmrc": ("//registry.example.org/:_authToken={}", "abc-123", "access token"),
    "netrc": ("machine h login bob password {}", "hunter2", "password"),
    "url": ("postgres://app:{}@db.internal:5432/x", "p@ss:w!rd", "password"),
    "url-without-user": ("redis://:{}@cache:6379/0", "pw1", "password"),
    "url-token-alone": ("git clone https://{}@git.example.org/a/b", HEX[:40], "access token"),
    "url-signature": ("GET /b?se=2026&sig={}&sv=1", "abc%2Bdefghijklmnop", "signature"),
    "url-parameter": ("GET /b?access_token={}&x=1", "abc", "access token"),
    "bearer": ("curl -H 'Authorization: Bearer {}' https://x", "abc.def", "access token"),
    "basic": ("Authorization: Basic {}", "dXNlcjpwYXNz", "access token"),
    "bearer-alone": ("sent bearer {} to edge", "abcdef123456789", "access token"),
    "header-key": ('-H "X-Api-Key: {}"', "abcdef", "API key"),
    "cookie": ("Set-Cookie: {}", "sessionid=abc; Path=/", "cookie"),
    "curl-user": ("curl -sS -u admin:{} https://x", "hunter2", "password"),
    "mysql": ("mysql -u root -p{} edge", "hunter2", "password"),
    "sshpass": ("sshpass -p {} ssh h", "hunter2", "password"),
    "docker-login": ("docker login -u me -p {} registry", "hunter2", "password"),
    "said": ("the password is {}", "hunter2!", "password"),
    "aws-secret": ("aws_secret_key {}", LETTERS[:40], "secret"),
}


@pytest.mark.parametrize(("line", "secret", "kind"), IN_PLACE.values(), ids=IN_PLACE)
def test_a_value_with_a_telling_name_is_masked_and_nothing_else(line, secret, kind):
    assert mask_secrets(line.format(secret)).text == line.format(f"⟦masked: {kind}⟧")


HARMLESS = {
    "empty": "",
    "short-hash": "4be90a7 Refresh the edge keys",
    "git-log": f"commit {HEX[:40]}\nAuthor: Ada <ada@example.org>\nDate: Mon Nov 23 08:00:00 2026",
    "sha-256": f"{HEX}  keys.tar.gz",
    "digest": f"edge@sha256:{HEX}",
    "integrity": '"integrity": "sha512-' + (LETTERS * 2)[:86] + '=="',
    "md5": f"ETag: {HEX[:32]}",
    "uuid": "request 7f8c2f0e-3b1a-4c53-9d0e-2f6f0a1b2c3d failed",
    "timestamp": "2026-11-23T08:00:00.123456+00:00 edge-07 INFO ready in 35 ms",
    "log": 'INFO "GET /keys/refresh?region=eu&n=5 HTTP/1.1" 200 512 "-" "curl/8.5"',
    "english": "The token expired, so the secret was rotated; the password must be changed.",
    "prose-after-colon": "Password: must be at least twelve characters",
    "error": "password authentication failed for user app; token: expired",
    "many-tokens": "max_tokens=4096 total_tokens: 512",
    "metrics": "token_count=5 password_resets_total 12 secret_name: edge",
    "flag-in-prose": "pass the --token option or set --password-file to a path",
    "flag-then-flag": "login --token --verbose",
    "variable": 'curl -H "Authorization: Bearer $TOKEN" --token "${TOKEN}" password=%s',
    "placeholder": "--token <token> password=*** secret=[FILTERED] api_key={{ key }}",
    "no-value": "password:\ntoken=\nsecret: null, api_key: none",
    "code": "token = get_token(request)\npassword = os.environ['X']\ndef f(token: str) -> None:",
    "working-directory": "PWD=/srv/edge OLDPWD=/root",
    "public-key": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{LETTERS} ada@laptop",
    "certificate": pem("CERTIFICATE"),
    "public-pem": pem("PUBLIC KEY"),
    "git-remote": "git@github.com:org/edge.git and ssh://git@host:22/org/edge.git",
    "url-with-port": "http://edge-07:8080/status@v2 https://user@example.org/",
    "uid-gid": "docker run -u 1000:1000 -p 8080:80 edge && psql -p 5432",
    "pod": "edge-7d9f8b6c5-x2k4q 1/1 Running 0 3h",
    "rust": "Token::new(5) and Secret::default()",
    "key-value": "key: edge-07, primary_key=12, cache_key=eu:7",
    "ipv6": "2001:db8::8a2e:370:7334 dead:beef::1",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_a_hash_or_plain_words_are_left_alone(text):
    assert mask_secrets(text) == Masked(text, 0, ())


COLOURED = {
    "wrapped": f"\x1b[32m{GITHUB}\x1b[0m",
    "split": f"\x1b[1m{GITHUB[:10]}\x1b[31m{GITHUB[10:]}\x1b[0m",
    "value": "password=\x1b[33mhunter2\x1b[0m",
    "name": "\x1b[36mpassword\x1b[0m=hunter2",
    "erase": f"{GITHUB[:10]}\x1b[K{GITHUB[10:]}",
    "zero-width": f"{GITHUB[:10]}\u200b{GITHUB[10:]}",
    "link": f"\x1b]8;;https://a:hunter2@x/\x07here\x1b]8;;\x07 {GITHUB}",
}


@pytest.mark.parametrize("text", COLOURED.values(), ids=COLOURED)
def test_colour_codes_do_not_hide_a_secret(text):
    masked = mask_secrets(text)
    assert masked.count >= 1
    assert GITHUB not in visible(masked.text)
    assert "hunter2" not in masked.text


def test_colours_end_where_they_ended_before():
    masked = mask_secrets(f"\x1b[1m{GITHUB[:10]}\x1b[0m{GITHUB[10:]} after")
    assert masked.text == "\x1b[1m⟦masked: access token⟧\x1b[0m after"


def test_each_secret_counts_once_and_kinds_are_named_once():
    masked = mask_secrets(f"password=one1\npassword=two2\n--token {GITHUB}")
    assert (masked.count, masked.kinds) == (3, ("access token", "password"))


PIECES = st.sampled_from(
    [
        *(secret for secret, _ in TOKENS.values()),
        *(line.format(secret) for line, secret, _ in IN_PLACE.values()),
        *COLOURED.values(),
        *(["password", "=", ": ", "token", "--", "⟦masked: password⟧", "⟦", "⟧", "://", "@"]),
        *(["\x1b[31m", "\x1b]8;;", "\x07", '"', "\\", "'", " ", "\n", ",", "Bearer ", "-----"]),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12).map("".join))
def test_masking_twice_is_masking_once(text):
    once = mask_secrets(text)
    assert mask_secrets(once.text) == once


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_known_token_never_survives(before, after):
    assert GITHUB not in mask_secrets(f"{before} {GITHUB} {after}").text
