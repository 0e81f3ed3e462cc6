"""Invented secrets of every kind, and tokens that are none: nothing here was ever issued.

Each is put together from parts when it is asked for, so that no scanner takes this file for a leak.
"""

import base64
import json
import random
import re
import string
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_MIXED = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_UPPER = string.ascii_uppercase + string.digits
_HEX = "0123456789abcdef"
_URL = _MIXED + "-_"


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with a secret in it; ``secret`` must not be readable in what is stored."""

    kind: str
    text: str
    secret: str


class Inventor:
    """Draws characters that repeat from run to run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, length: int, alphabet: str = _MIXED) -> str:
        """At least one of each sort of character that the alphabet has."""
        sorts = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        needed = [s for s in sorts if length > 8 and set(s) & set(alphabet)]
        while True:
            text = "".join(self._random.choice(alphabet) for _ in range(length))
            if all(set(text) & set(sort) for sort in needed):
                return text

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


PREFIXED: dict[str, tuple[str, int, str]] = {
    "aws-access-key-id": ("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "aws-session-key-id": ("ASIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "aws-bedrock": ("ABSK", 128, _MIXED),
    "anthropic": ("sk-ant-api03-", 93, _URL),
    "openai-project": ("sk-proj-", 74, _URL),
    "openai-service": ("sk-svcacct-", 74, _URL),
    "groq": ("gsk_", 52, _MIXED),
    "xai": ("xai-", 80, _MIXED),
    "perplexity": ("pplx-", 48, _MIXED),
    "replicate": ("r8_", 37, _MIXED),
    "huggingface": ("hf_", 34, string.ascii_letters),
    "nvidia": ("nvapi-", 64, _URL),
    "langsmith": ("lsv2_pt_", 32, _HEX),
    "pinecone": ("pcsk_", 70, _MIXED),
    "tavily": ("tvly-dev-", 32, _MIXED),
    "elevenlabs": ("sk_", 48, _HEX),
    "cerebras": ("csk-", 48, _LOWER),
    "github": ("ghp_", 36, _MIXED),
    "github-oauth": ("gho_", 36, _MIXED),
    "github-server": ("ghs_", 36, _MIXED),
    "github-fine-grained": ("github_pat_", 82, _MIXED),
    "gitlab": ("glpat-", 20, _URL),
    "gitlab-runner": ("glrt-", 20, _URL),
    "gitlab-deploy": ("gldt-", 20, _URL),
    "slack-user": ("xoxp-123456789012-123456789012-123456789012-", 32, _HEX),
    "slack-app": ("xapp-1-A012345-1234567890-", 64, _HEX),
    "stripe": ("sk_" + "live_", 24, _MIXED),
    "stripe-restricted": ("rk_" + "live_", 24, _MIXED),
    "stripe-webhook": ("whsec_", 32, _MIXED),
    "npm": ("npm_", 36, _MIXED),
    "pypi": ("pypi-AgEIcHlwaS5vcmc", 70, _URL),
    "rubygems": ("rubygems_", 48, _HEX),
    "docker": ("dckr_pat_", 27, _URL),
    "docker-org": ("dckr_oat_", 32, _URL),
    "hashicorp-vault": ("hvs.", 92, _URL),
    "hashicorp-vault-batch": ("hvb.", 140, _URL),
    "digitalocean": ("dop_v1_", 64, _HEX),
    "digitalocean-oauth": ("doo_v1_", 64, _HEX),
    "databricks": ("dapi", 32, _HEX),
    "grafana-cloud": ("glc_", 40, _MIXED),
    "linear": ("lin_api_", 40, _MIXED),
    "notion": ("ntn_", 46, _MIXED),
    "shopify": ("shpat_", 32, _HEX),
    "sendgrid": ("SG.", 66, _MIXED),
    "sendinblue": ("xkeysib-", 64, _HEX),
    "mailgun": ("key-", 32, _HEX),
    "postman": ("PMAK-", 59, _HEX),
    "pulumi": ("pul-", 40, _HEX),
    "doppler": ("dp.pt.", 43, _MIXED),
    "planetscale": ("pscale_tkn_", 43, _URL),
    "planetscale-password": ("pscale_pw_", 43, _URL),
    "supabase": ("sbp_", 40, _HEX),
    "neon": ("napi_", 64, _LOWER),
    "netlify": ("nfp_", 36, _MIXED),
    "vercel": ("vcp_", 56, _MIXED),
    "render": ("rnd_", 28, _MIXED),
    "cloudflare-origin-ca": ("v1.0-", 171, _HEX),
    "cloudflare-user": ("cfut_", 48, _MIXED),
    "fly": ("fo1_", 43, _URL),
    "circleci": ("CCIPAT_", 63, _MIXED),
    "buildkite": ("bkua_", 40, _HEX),
    "atlassian": ("ATATT3xFfGF0", 180, _URL),
    "bitbucket": ("ATBB", 32, _MIXED),
    "figma": ("figd_", 40, _URL),
    "contentful": ("CFPAT-", 43, _URL),
    "posthog": ("phx_", 43, _MIXED),
    "newrelic": ("NRAK-", 27, _UPPER),
    "newrelic-ingest": ("NRII-", 32, _MIXED),
    "dynatrace": ("dt0c01.", 24, _UPPER),
    "sentry-user": ("sntryu_", 64, _HEX),
    "sonarqube": ("squ_", 40, _HEX),
    "sourcegraph": ("sgp_", 40, _HEX),
    "snyk": ("snyk_uat.", 60, _MIXED),
    "tailscale": ("tskey-auth-", 32, _MIXED),
    "artifactory": ("AKCp", 69, _MIXED),
    "alibaba": ("LTAI", 20, _MIXED),
    "yandex": ("AQVN", 36, _URL),
    "google-api": ("AIza", 35, _URL),
    "google-oauth-client": ("GOCSPX-", 28, _URL),
    "google-access": ("ya29.", 120, _URL),
    "facebook": ("EAA", 100, _MIXED),
    "square": ("EAAA", 60, _URL),
    "square-secret": ("sq0csp-", 43, _URL),
    "easypost": ("EZAK", 54, _MIXED),
    "shippo": ("shippo_live_", 40, _HEX),
    "duffel": ("duffel_live_", 43, _URL),
    "flutterwave": ("FLWSECK_TEST-", 32, _HEX),
    "frameio": ("fio-u-", 64, _URL),
    "harness": ("pat.", 22, _MIXED),
    "infracost": ("ico-", 32, _MIXED),
    "prefect": ("pnu_", 36, _LOWER),
    "readme": ("rdme_", 70, _LOWER),
    "scalingo": ("tk-us-", 48, _URL),
    "typeform": ("tfp_", 59, _URL),
    "airtable": ("pat", 14, _MIXED),
    "clojars": ("CLOJARS_", 60, _LOWER),
    "age": ("AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "openshift": ("sha256~", 43, _URL),
    "1password-service": ("ops_eyJ", 250, _MIXED),
    "telegram": ("1234567890:AA", 33, _URL),
    "twilio": ("SK", 32, _HEX),
    "resend": ("re_", 32, _MIXED),
    "octopus": ("API-", 26, _UPPER),
    "nuget": ("oy2", 43, _LOWER),
}
"""Prefix, length of what follows and its characters, where a token has its provider's mark."""

_SHAPED = {
    "harness": lambda i: f"pat.{i.draw(22)}.{i.draw(24, _HEX)}.{i.draw(20)}",
    "dynatrace": lambda i: f"dt0c01.{i.draw(24, _UPPER)}.{i.draw(64, _UPPER)}",
    "sendgrid": lambda i: f"SG.{i.draw(22)}.{i.draw(43)}",
    "airtable": lambda i: f"pat{i.draw(14)}.{i.draw(64, _HEX)}",
    "sendinblue": lambda i: f"xkeysib-{i.draw(64, _HEX)}-{i.draw(16, _LOWER)}",
    "postman": lambda i: f"PMAK-{i.draw(24, _HEX)}-{i.draw(34, _HEX)}",
    "langsmith": lambda i: f"lsv2_pt_{i.draw(32, _HEX)}_{i.draw(10, _HEX)}",
    "cloudflare-origin-ca": lambda i: f"v1.0-{i.draw(24, _HEX)}-{i.draw(146, _HEX)}",
    "flutterwave": lambda i: f"FLWSECK_TEST-{i.draw(32, 'abcdefh0123456789')}-X",
    "circleci": lambda i: f"CCIPAT_{i.draw(22)}_{i.draw(40, _HEX)}",
    "tailscale": lambda i: f"tskey-auth-{i.draw(17)}-{i.draw(32)}",
    "snyk": lambda i: f"snyk_uat.{i.draw(8, _HEX)}.{i.draw(60)}",
    "resend": lambda i: f"re_{i.draw(8)}_{i.draw(24)}",
    "atlassian": lambda i: f"ATATT3xFfGF0{i.draw(171, _URL)}={i.draw(8, '0123456789ABCDEF')}",
    "grafana-service": lambda i: f"glsa_{i.draw(32)}_{i.draw(8, _HEX)}",
    "aws-mws": lambda i: f"amzn.mws.{i.uuid()}",
    "heroku": lambda i: f"HRKU-AA{i.draw(58, _URL)}",
    "azure-client-secret": lambda i: f"{i.draw(3)}8Q~{i.draw(34, _URL + '.~')}",
    "azure-devops": lambda i: f"{i.draw(76)}AZDO{i.draw(4)}",
    "terraform-cloud": lambda i: f"{i.draw(14)}.atlasv1.{i.draw(64, _URL)}",
    "maxmind": lambda i: f"{i.draw(6)}_{i.draw(29)}_mmk",
    "discord-bot": lambda i: f"M{i.draw(25)}.{i.draw(6)}.{i.draw(38, _URL)}",
    "mailchimp": lambda i: f"{i.draw(32, _HEX)}-us12",
    "1password-secret-key": lambda i: (
        f"A3-{i.draw(6, _UPPER)}-{i.draw(11, _UPPER)}-{i.draw(5, _UPPER)}"
        f"-{i.draw(5, _UPPER)}-{i.draw(5, _UPPER)}"
    ),
    "openai": lambda i: f"sk-{i.draw(20)}T3BlbkFJ{i.draw(20)}",
    "jwt": lambda i: "eyJhbGciOiJIUzI1NiJ9" + f".eyJzdWIiOiIx{i.draw(20)}.{i.draw(43, _URL)}",
    "slack-webhook": lambda i: (
        "https://hooks.slack.com"
        + f"/services/T{i.draw(8, _UPPER)}/B{i.draw(8, _UPPER)}/{i.draw(24)}"
    ),
    "discord-webhook": lambda i: (
        "https://discord.com" + f"/api/webhooks/{i.draw(18, string.digits)}/{i.draw(68, _URL)}"
    ),
    "teams-webhook": lambda i: (
        f"https://contoso.webhook.office.com/webhookb2/{i.uuid()}@{i.uuid()}"
        f"/IncomingWebhook/{i.draw(32, _HEX)}/{i.uuid()}"
    ),
}


def token_samples() -> Iterator[Sample]:
    """A token of each provider in the middle of a log line, without a telling name beside it."""
    inventor = Inventor(1)
    for kind in sorted(PREFIXED.keys() | _SHAPED.keys()):
        if kind in _SHAPED:
            secret = _SHAPED[kind](inventor)
        else:
            prefix, length, alphabet = PREFIXED[kind]
            secret = prefix + inventor.draw(length, alphabet)
        yield Sample(kind, f"08:14:02 edge-07 said: {secret}\nand went on", secret)


def _pem(inventor: Inventor, label: str = "RSA PRIVATE KEY") -> str:
    body = "\n".join(inventor.draw(64) for _ in range(6))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def place_samples() -> Iterator[Sample]:
    """Secrets that only their place gives away, as people paste them."""
    i = Inventor(2)
    pem = _pem(i)

    def sample(kind: str, text: str, secret: str) -> Sample:
        return Sample(kind, text.replace("§", secret), secret)

    yield sample(
        "kubeconfig-key", "users:\n- name: ops\n  user:\n    client-key-data: §\n", _b64(pem)
    )
    yield sample("kubeconfig-ec-key", "    client-key-data: §\n", _b64(_pem(i, "EC PRIVATE KEY")))
    yield sample("kubeconfig-token", "- name: ops\n  user:\n    token: §\n", i.draw(40))
    yield sample(
        "aws-csv",
        f"User name,Access key ID,Secret access key\nops,AKIA{i.draw(16, _UPPER)},§\n",
        i.draw(40, _MIXED + "+/"),
    )
    yield sample(
        "aws-csv-bom",
        f"\ufeffAccess key ID,Secret access key\r\nAKIA{i.draw(16, _UPPER)},§\r\n",
        i.draw(40, _MIXED + "+/"),
    )
    yield sample(
        "aws-console-csv", "User name,Password,Console sign-in URL\nops,§,https://x\n", "u7#Kf!2pQz"
    )
    yield sample("pem-in-base64", "secret material §\n", _b64(pem))
    yield sample("pem-in-base64-wrapped", "tls.key:\n" + "§", "\n".join(_wrap(_b64(_pem(i)), 64)))
    yield sample("kubernetes-secret", "data:\n  tls.key: §\n", _b64(_pem(i, "PRIVATE KEY")))
    yield sample(
        "docker-auth",
        '{"auths": {"registry.example.org": {"auth": "§"}}}',
        _b64(f"ops:{i.draw(20)}"),
    )
    yield sample(
        "docker-auth-pretty",
        json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": "§"}}}, indent=2),
        _b64(f"ci:{i.draw(20)}"),
    )
    yield sample("identity-token", '{"identitytoken": "§"}', i.draw(40))
    yield sample("curl-cookie", "curl -b 'session=§' https://x.example/", i.draw(32))
    yield sample("curl-cookie-long", 'curl --cookie "sid=§; theme=dark" https://x', i.draw(32))
    yield sample("curl-user", "curl -u ops:§ https://x.example/", i.draw(16))
    yield sample("curl-user-long", "curl --user 'ops:§' https://x.example/", i.draw(16))
    yield sample("curl-header", "curl -H 'X-Auth-Key: §' https://x", i.draw(37, _HEX))
    yield sample("curl-header-private", "curl -H 'PRIVATE-TOKEN: §' https://x", i.draw(20))
    yield sample("curl-header-authorization", 'curl -H "Authorization: §" https://x', i.draw(32))
    yield sample("wget-header", "wget --header='X-Api-Token: §' https://x", i.draw(32))
    yield sample("sql-password", "ALTER ROLE app WITH PASSWORD '§';", "correct horse 9")
    yield sample("sql-create", "CREATE USER app WITH LOGIN PASSWORD '§';", i.draw(14))
    yield sample("sql-identified", "CREATE USER 'app'@'%' IDENTIFIED BY '§';", i.draw(14))
    yield sample(
        "sql-identified-with",
        "ALTER USER a IDENTIFIED WITH caching_sha2_password BY '§';",
        "Tr0ub4dor",
    )
    yield sample("sql-set", "SET PASSWORD FOR 'app'@'%' = PASSWORD('§');", i.draw(14))
    yield sample("sql-oracle", "CREATE USER app IDENTIFIED BY §;", i.draw(14))
    yield sample("redis-auth", "127.0.0.1:6379> AUTH §\nOK", i.draw(20))
    yield sample("redis-auth-user", "AUTH default §", i.draw(20))
    yield sample("redis-conf", "requirepass §", i.draw(20))
    yield sample("redis-masterauth", "masterauth §", i.draw(20))
    yield sample("key-in-query", "GET /v1/geocode?address=Berlin&key=§ HTTP/1.1", i.draw(39))
    yield sample("apikey-in-query", "GET /v1/x?apikey=§&y=1", i.draw(24))
    yield sample("pass-colon", "user: ops pass: §", i.draw(12))
    yield sample("pw-equals", "mount -o user=ops,pw=§ //nas/x", i.draw(12))
    yield sample("pass-equals", "db_pass=§", i.draw(12))
    yield sample("german", "Passwort: §", i.draw(12))
    yield sample("german-word", "Kennwort = §", i.draw(12))
    yield sample("french", "mot de passe : §", i.draw(12))
    yield sample("spanish", "contraseña: §", i.draw(12))
    yield sample("portuguese", "senha=§", i.draw(12))
    yield sample("italian", "parola d'ordine: §", i.draw(12))
    yield sample("polish", "hasło: §", i.draw(12))
    yield sample("russian", "пароль: §", i.draw(12))
    yield sample("japanese", "パスワード：§", i.draw(12))
    yield sample("chinese", "密码：§", i.draw(12))
    yield sample("dutch", "wachtwoord: §", i.draw(12))
    yield sample("swedish", "lösenord: §", i.draw(12))
    yield sample("turkish", "şifre: §", i.draw(12))
    yield sample("yaml-block", "password: |\n  §\nuser: ops", i.draw(16))
    yield sample("yaml-block-folded", "db:\n  secret: >-\n    §\n  port: 5432", i.draw(30))
    yield sample("yaml-block-indented", "stringData:\n  api_token: |2-\n    §\n", i.draw(30))
    yield sample("continued-line", "edgectl login --token \\\n  §", i.draw(24))
    yield sample("continued-line-windows", "az login --password ^\n  §", i.draw(24))
    yield sample("continued-line-powershell", "Connect-X -Password `\n  §", i.draw(24))
    yield sample("continued-assignment", "export API_TOKEN=\\\n§", i.draw(24))
    yield sample("continued-curl", "curl \\\n  -u \\\n  ops:§ \\\n  https://x", i.draw(24))
    for scheme in (
        "Bearer",
        "Basic",
        "Token",
        "ApiKey",
        "GenieKey",
        "SSWS",
        "Splunk",
        "Bot",
        "OAuth",
        "DPoP",
    ):
        yield sample(f"authorization-{scheme.lower()}", f"> Authorization: {scheme} §", i.draw(32))
    yield sample(
        "authorization-aws4",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKX/20261123/eu/s3/aws4_request, Signature=§",
        i.draw(64, _HEX),
    )
    yield sample(
        "authorization-digest",
        'Authorization: Digest username="ops", response="§"',
        i.draw(32, _HEX),
    )
    yield sample("proxy-authorization", "Proxy-Authorization: Basic §", _b64("ops:" + i.draw(12)))
    yield sample("x-api-key", "X-API-Key: §", i.draw(24))
    yield sample("azure-client-secret", "AZURE_CLIENT_SECRET=§", f"{i.draw(3)}8Q~{i.draw(34)}")
    yield sample(
        "azure-storage",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=§;EndpointSuffix=core.windows.net",
        _b64(i.draw(62)) + "==",
    )
    yield sample(
        "azure-sas", "https://a.blob.core.windows.net/c?sv=2026&sig=§&se=2027", i.draw(43) + "%3D"
    )
    yield sample(
        "service-bus",
        "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=§",
        i.draw(43) + "=",
    )
    yield sample(
        "gcp-service-account",
        '{"type": "service_account", "private_key": "§"}',
        pem.replace("\n", "\\n"),
    )
    yield sample("url-password", "amqp://ops:§@mq.internal:5672/", i.draw(16))
    yield sample("jdbc", "jdbc:postgresql://db/x?user=app&password=§", i.draw(16))
    yield sample("dsn", "Server=db;User Id=app;Pwd=§;Encrypt=true", i.draw(16))
    yield sample("mysql-option", "mysql -uroot -p§ edge", i.draw(16))
    yield sample("env-file", "SENTRY_AUTH_TOKEN='§'", i.draw(40))
    yield sample("terraform-var", 'db_password = "§"', i.draw(16))
    yield sample("npmrc", "//registry.npmjs.org/:_authToken=§", i.uuid())
    yield sample("netrc", "machine api.example.org login ops password §", i.draw(16))
    yield sample("htpasswd", "ops:§", "$apr1$" + i.draw(8) + "$" + i.draw(22))
    yield sample("shadow", "root:§:19700:0:99999:7:::", "$6$" + i.draw(8) + "$" + i.draw(86))
    yield sample("bcrypt", "hash §", "$2b$12$" + i.draw(53))
    yield sample("wifi", "wpa_passphrase=§", i.draw(16))
    yield sample("ansible", "ansible_become_pass: §", i.draw(16))
    yield sample("php", "define('DB_PASSWORD', '§');", i.draw(16))
    yield sample("python-dict", "{'secret_key': '§'}", i.draw(40))
    yield sample("java-properties", "spring.datasource.password=§", i.draw(16))
    yield sample("xml-attribute", '<add key="Password" value="§" />', i.draw(16))
    yield sample("cookie-header", "Cookie: sessionid=§", i.draw(32))
    yield sample("set-cookie", "Set-Cookie: sid=§; HttpOnly", i.draw(32))
    yield sample("private-key", "found this:\n§", pem.strip())
    yield sample("private-key-cut", "found this:\n§", _pem(i).split("-----END")[0].strip())
    yield sample(
        "putty", "§", "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n" + i.draw(48)
    )
    yield sample("wireguard", "[Interface]\nPrivateKey = §", i.draw(43) + "=")
    yield sample(
        "otp",
        "otpauth://totp/ops?secret=§&issuer=X",
        i.draw(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    )
    yield sample("ldap", "ldapsearch -D cn=admin -w § -b dc=x", i.draw(16))
    yield sample("openssl", "openssl rsa -in k.pem -passin pass:§", i.draw(16))
    yield sample("psql", "PGPASSWORD=§ psql -h db", i.draw(16))
    yield sample("smb", "smbclient //nas/x -U ops%§", i.draw(16))
    yield sample("helm-set", "helm install x --set auth.password=§", i.draw(16))
    yield sample(
        "kubectl-literal", "kubectl create secret generic x --from-literal=password=§", i.draw(16)
    )


def _wrap(text: str, width: int) -> Iterator[str]:
    for start in range(0, len(text), width):
        yield text[start : start + width]


_ALPHABETS = {
    "mixed": _MIXED,
    "lower": _LOWER,
    "upper": _UPPER,
    "hex": _HEX,
    "HEX": _HEX.upper(),
    "base32": string.ascii_uppercase + "234567",
    "digits": string.digits,
}


def line_samples() -> list[Sample]:
    """Secrets that only their place gives away, by ``secret_lines.txt``.

    Between « and » stands the secret, ``{mixed:12}`` for twelve characters of a sort. The lines
    were written without a look at the patterns, to show what is masked of which nobody thought.
    """
    inventor = Inventor(77)

    def drawn(match: re.Match[str]) -> str:
        sort, length = match[1], int(match[2])
        if sort == "b64":
            return _b64(inventor.draw(length))
        return inventor.draw(length, _ALPHABETS[sort])

    found = []
    for line in (_HERE / "secret_lines.txt").read_text().splitlines():
        text = re.sub(r"\{(\w+):(\d+)\}", drawn, line)
        text = re.sub(r"\\(.)", lambda match: {"n": "\n", "r": "\r"}.get(match[1], match[1]), text)
        before, _, rest = text.partition("«")
        secret, _, after = rest.partition("»")
        found.append(Sample(line, before + secret + after, secret))
    return found


def harmless_lines() -> list[str]:
    """What looks like a secret to a careless pattern, and must stay readable."""
    return (_HERE / "harmless_lines.txt").read_text().splitlines()


def samples() -> list[Sample]:
    return [*token_samples(), *place_samples()]


def benign_tokens(count: int = 500) -> list[str]:
    """Lines with hashes, ids, digests, host names and encoded plain text: evidence, no secrets."""
    i = Inventor(3)
    prose = (
        "The quick brown fox jumps over the lazy dog near the river bank",
        "edge-07 is healthy again after the rollback of the release",
        '{"region": "eu-west-1", "healthy": true, "nodes": 14}',
        "<html><body><h1>It works</h1></body></html>",
    )
    makers = (
        lambda: f"commit {i.draw(40, _HEX)}",
        lambda: f"{i.draw(7, _HEX)} Refresh the edge keys",
        lambda: f"Merge {i.draw(12, _HEX)} into {i.draw(12, _HEX)}",
        lambda: f"HEAD is now at {i.draw(10, _HEX)}",
        lambda: f"index {i.draw(7, _HEX)}..{i.draw(7, _HEX)} 100644",
        lambda: f"request {i.uuid()} failed",
        lambda: f'"request_id": "{i.uuid()}"',
        lambda: f"pod uid={i.uuid()}",
        lambda: f"image: registry.example.org/edge@sha256:{i.draw(64, _HEX)}",
        lambda: f"Digest: sha256:{i.draw(64, _HEX)}",
        lambda: f"{i.draw(64, _HEX)}  keys.tar.gz",
        lambda: f'"integrity": "sha512-{_b64(i.draw(64))}"',
        lambda: f"traceparent: 00-{i.draw(32, _HEX)}-{i.draw(16, _HEX)}-01",
        lambda: f"trace_id={i.draw(32, _HEX)} span_id={i.draw(16, _HEX)}",
        lambda: f"X-Amzn-Trace-Id: Root=1-{i.draw(8, _HEX)}-{i.draw(24, _HEX)}",
        lambda: f'ETag: "{i.draw(32, _HEX)}"',
        lambda: f'etag: W/"{i.draw(27)}"',
        lambda: f'If-None-Match: "{i.draw(20, _HEX)}"',
        lambda: f"ip-10-0-{len(i.draw(3))}-7.eu-west-1.compute.internal up",
        lambda: f"{i.draw(14, _LOWER)}.{i.draw(32, _LOWER)}.eu-central-1.elb.amazonaws.com 200",
        lambda: f"edge-{i.draw(10, _HEX)}-{i.draw(5, _LOWER)} 1/1 Running",
        lambda: f"payload {_b64(prose[len(i.draw(9)) % 4] + ' ' + i.draw(4, string.digits))}",
        lambda: f"body={_b64(prose[int(i.draw(1, string.digits)) % 4])}",
        lambda: f"build 2026.11.{i.draw(2, string.digits)}-{i.draw(8, _HEX)} deployed",
        lambda: f"containerd://{i.draw(64, _HEX)}",
    )
    return [makers[number % len(makers)]() for number in range(count)]
