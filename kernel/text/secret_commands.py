"""Secrets in command lines, and in what commands print: ``mysql -p…``, ``unzip -P …``."""

import re

from kernel.text import secret_names as names
from kernel.text.controls import CONTROL
from kernel.text.markers import SecretKind as Kind
from kernel.text.secret_form import Form, has_digit, named_form, within

COMMANDS = (
    named_form(
        rf"(?:\bcurl\b{within('curl', 400)}[ \t](?:-b|--cookie)[ =]{{1,4}})[\"']?"
        rf"(?P<value>[\w.-]{{1,80}}=[^\s\"'⟦⟧{CONTROL}]++"
        rf"(?:;[ ]?[\w.-]{{1,80}}=[^\s;\"'⟦⟧{CONTROL}]++)*+)",
        "curl",
        kind=Kind.COOKIE,
    ),
    named_form(
        rf"\b(?:password|passwd|identified)"
        rf"(?:[ \t]{{1,4}}(?:with|using)[ \t]{{1,4}}[\w'\"]{{1,40}})?"
        rf"(?:[ \t]{{1,4}}(?:by|as|values))?(?:[ \t]{{1,4}}password)?[ \t]{{0,4}}[(]?"
        rf"(?P<quote>['\"])(?P<quoted>[^'\"\n⟦⟧{CONTROL}]{{1,256}}+)(?P=quote)",
        "password", "passwd", "identified",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\bidentified[ \t]{{1,4}}by[ \t]{{1,4}}(?P<value>{names.UNQUOTED})",
        "identified",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"(?:^|[>\n])[ \t]{{0,8}}(?:hello[ \t]{{1,4}}\d[ \t]{{1,4}})?auth[ \t]{{1,4}}"
        rf"(?:[\w.-]{{1,64}}[ \t]{{1,4}})?"
        rf"(?P<value>{names.UNQUOTED})[ \t]{{0,4}}(?=\r?\n|$)",
        "auth",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
    # .pgpass: host, port, database, name, password.
    named_form(
        rf"(?:^|\n)[\w.*-]{{1,128}}:(?:\d{{2,5}}|\*):[\w.*-]{{1,64}}:[\w.*@-]{{1,64}}:"
        rf"(?P<value>[^\s:⟦⟧{CONTROL}]{{4,128}}+)(?=\r?\n|$)",
        ":",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\blftp\b{within('lftp', 200)}[ \t]-u[ \t]{{0,4}}[\"']?[^\s,\"']{{1,64}},"
        rf"{names.VALUE}",
        "lftp",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\b(?:requirepass|masterauth|sentinel[ ]auth-pass[ ]\S{{1,64}})[ \t]{{1,8}}{names.VALUE}",
        "requirepass", "masterauth", "auth-pass",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"(?:\bldap[a-z]{{3,8}}\b{within('ldap', 200)}[ \t]-w[ \t]{{1,4}}"
        rf"|\bpass(?:in|out)?[ \t]{{1,4}}pass:"
        rf"|\bsmb[a-z]{{3,8}}\b{within('smb', 200)}[ \t]-u[ \t]{{1,4}}[\w.@\\-]{{1,64}}%)"
        rf"{names.VALUE}",
        "ldap", "pass:", "smb",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"""(?<![^\s"'=([])--?[\w-]{{0,40}}?(?P<name>{names.WORD})
        (?:=|[ \t]{{1,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
        accepts=names.is_a_flag_value,
    ),
    named_form(
        rf"(?:\bcurl\b{within('curl', 400)}[ \t](?:-u|--user)|(?<!\S)--proxy-user)[ =]?"
        rf"[\"']?[^\s:\"'⟦⟧]{{1,128}}:(?P<value>{names.UNQUOTED})",
        "curl", "--proxy-user",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\b(?:mysql|mariadb)[\w-]{{0,20}}{within('mysql|mariadb', 200)}[ \t]-p"
        rf"(?P<value>(?![-=]|ort\b){names.UNQUOTED})",
        "mysql", "mariadb",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\b(?:sshpass[ \t]{{1,8}}-p|redis-cli\b{within('redis-cli', 200)}[ \t]-a"
        rf"|(?:docker|podman|helm|az|oc)[ \t]{within('login', 80)}\blogin"
        rf"{within('login', 200)}[ \t]-p)"
        rf"[ \t]{{0,8}}{names.VALUE}",
        "sshpass", "redis-cli", "login",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\blogin[ \t]{{1,8}}\S{{1,128}}\s{{1,8}}password\s{{1,8}}(?P<value>{names.UNQUOTED})",
        "login",
        kind=Kind.PASSWORD,
    ),
    # Here the size of the letter counts: a small one writes to the terminal.
    Form(
        re.compile(rf"\b(?:un)?zip\b{within('zip', 200)}[ \t]-P"
                   rf"[ \t]{{0,4}}{names.VALUE}", re.VERBOSE),
        Kind.PASSWORD,
        ("zip",),
    ),
    # Options of commands that take the password as their next word, or right behind them.
    named_form(
        rf"(?:\b7z[arz]?\b{within('7z', 200)}[ \t]-p"
        rf"|\bopenssl\b{within('openssl', 200)}[ \t]-k|\bssh-keygen\b{within('ssh-keygen', 200)}"
        rf"[ \t]-[np]"
        rf"|\b(?:cqlsh|sqlcmd|ipmitool)\b{within('cqlsh|sqlcmd|ipmitool', 200)}[ \t]-p"
        rf"|\bmongo(?:sh|dump|restore|export|import)?\b{within('mongo', 200)}[ \t]-p)"
        rf"[ \t]{{0,4}}{names.VALUE}",
        "7z", "openssl", "ssh-keygen", "cqlsh", "sqlcmd", "ipmitool", "mongo",
        kind=Kind.PASSWORD,
        accepts=names.is_no_number,
    ),
    named_form(
        rf"(?<!\S)--?(?:(?:src|dest|trust)?(?:store|key)|admin|auth|db|http|root|smtp|user)-?pass"
        rf"(?:=|[ \t]{{1,8}}){names.VALUE}",
        "pass",
        kind=Kind.PASSWORD,
        accepts=names.is_a_flag_value,
    ),
    named_form(
        rf"\bsnmp[a-z]{{2,12}}\b{within('snmp', 200)}[ \t]-[cax][ \t]{{1,4}}{names.VALUE}",
        "snmp",
        kind=Kind.PASSWORD,
        accepts=names.is_a_flag_value,
    ),
    # Commands that take a name and then its password.
    named_form(
        rf"(?:\brabbitmqctl\b{within('rabbitmqctl', 80)}[ \t](?:add_user|change_password"
        rf"|authenticate_user)"
        rf"|\bhtpasswd[ \t]{{1,4}}-[a-z5]{{0,8}}b[a-z]{{0,8}}[ \t]{{1,4}}\S{{1,128}}|\bradtest"
        rf"|\bmc[ \t]{{1,4}}(?:alias[ \t]{{1,4}}set|config[ \t]{{1,4}}host[ \t]{{1,4}}add)"
        rf"[ \t]{{1,4}}\S{{1,64}}"
        rf"[ \t]{{1,4}}\S{{1,128}})[ \t]{{1,4}}[\w.@+-]{{1,64}}[ \t]{{1,4}}{names.VALUE}",
        "rabbitmqctl", "htpasswd", "radtest", "mc ",
        kind=Kind.PASSWORD,
        accepts=names.is_a_flag_value,
    ),
    named_form(
        rf"\bnet[ \t]{{1,4}}use\b[^\n⟦⟧]{{0,160}}?/user:\S{{1,80}}[ \t]{{1,4}}{names.VALUE}",
        "/user:",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\b(?:etcdctl|influx|http|https|wget)\b{within('--user', 200)}[ \t]--user(?:="
        rf"|[ \t]{{1,4}})"
        rf"[\"']?[^\s:\"'⟦⟧]{{1,64}}:(?P<value>{names.UNQUOTED})",
        "--user",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"(?:\b(?:sqlplus|rman|expdp|impdp|sqlldr)\b[^\n/⟦⟧]{{0,80}}?|jdbc:oracle:[a-z]{{2,8}}:)"
        rf"\b[\w$#.-]{{1,64}}/(?P<value>[^\s@/\"'⟦⟧{CONTROL}]{{3,128}})@",
        "sqlplus", "rman", "expdp", "impdp", "sqlldr", "jdbc:oracle:",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"(?<!\S)(?:-pw[ \t]{{1,4}}|/(?:p|pass|password):|--?(?:p|pass):){names.VALUE}",
        "-pw", "/p", "-p:", "-pass:",
        kind=Kind.PASSWORD,
        accepts=names.is_a_flag_value,
    ),
    named_form(
        rf"\b(?:beeline|psexec|security[ ]unlock-keychain)\b{within('beeline|psexec', 200)}[ \t]-p"
        rf"[ \t]{{1,4}}{names.VALUE}",
        "beeline", "psexec", "unlock-keychain",
        kind=Kind.PASSWORD,
        accepts=names.is_a_flag_value,
    ),
    named_form(
        rf"\bhttps?[ \t]{{1,4}}(?:-a|--auth)[ =][\"']?[^\s:\"'⟦⟧]{{1,64}}:"
        rf"(?P<value>{names.UNQUOTED})",
        "http",
        kind=Kind.PASSWORD,
    ),
    # Conversations with mail and file servers, and access lists of Redis.
    named_form(
        rf"(?:^|\n)[ \t]{{0,8}}(?:\w{{1,8}}[ \t]{{1,4}})?login[ \t]{{1,4}}[\"']?"
        rf"[^\s\"'⟦⟧]{{1,64}}@[^\s\"'⟦⟧]{{1,64}}[\"']?[ \t]{{1,4}}{names.VALUE}",
        "login",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
    named_form(
        r"334[ ]ugfzc3dvcmq6\r?\n(?:[ \t>c:]{0,8})(?P<value>[\w+/]{4,}+=*+)",
        "334 ugfzc3dvcmq6",
        kind=Kind.PASSWORD,
    ),
    named_form(
        r"\b(?:setuser|user)[ \t]{1,4}\S{1,64}[ \t][^\n⟦⟧]{0,80}?[ \t][>#](?P<value>"
        r"[^\s⟦⟧]{4,128}+)",
        "user",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\b(?:pgp_sym_(?:en|de)crypt|aes_(?:en|de)crypt|encode|hmac)[(][^\n'\"⟦⟧]{{1,80}}?,"
        rf"[ \t]{{0,4}}'(?P<value>[^'\n⟦⟧{CONTROL}]{{8,128}}+)'",
        "crypt", "hmac(",
        kind=Kind.SECRET,
    ),
    # What is handed to a command through a pipe.
    named_form(
        rf"\b(?:echo|printf)[ \t]{{1,4}}(?:-\w{{1,2}}[ \t]{{1,4}})?[\"']?(?P<value>"
        rf"[^\s|\"'⟦⟧{CONTROL}]{{4,256}}+)"
        rf"(?:\\n)?[\"']?[ \t]{{0,4}}[|][^\n|]{{0,160}}?"
        rf"(?:--(?:password|token|with-token)-?stdin|--with-token|--stdin\b|\bpasswd\b|\bsudo"
        rf"[ \t]-s|\bkinit\b)",
        "stdin", "with-token", "passwd", "sudo", "kinit",
        kind=Kind.PASSWORD,
        accepts=names.is_a_value,
    ),
    named_form(
        rf"(?:<[(](?:echo|printf)[ \t]{{1,4}}|\bkinit\b[^\n<⟦⟧]{{0,80}}?<<<[ \t]{{0,4}})[\"']?"
        rf"(?P<value>[^\s)\"'⟦⟧{CONTROL}]{{6,256}}+)",
        "<(", "<<<",
        kind=Kind.PASSWORD,
        accepts=has_digit,
    ),
    named_form(
        rf"(?:\bchpasswd\b[^\n⟦⟧]{{0,20}}?<<<[ \t]{{0,4}}|\b(?:echo|printf)[ \t]{{1,4}}(?="
        rf"[^\n]{{1,300}}\bchpasswd))"
        rf"[\"']?[\w.-]{{1,64}}:(?P<value>[^\s|\"'⟦⟧{CONTROL}]{{3,128}}+)",
        "chpasswd",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\bconvertto-securestring\b[^\n\"'⟦⟧]{{0,80}}?[\"'](?P<value>"
        rf"[^\"'\n⟦⟧{CONTROL}]{{1,256}}+)[\"']",
        "convertto-securestring",
        kind=Kind.PASSWORD,
    ),
    named_form(
        rf"\bsetx[ \t]{{1,4}}[\w-]{{0,40}}?(?P<name>{names.WORD})[ \t]{{1,4}}{names.VALUE}",
        "setx",
        kind=names.kind_of,
    ),
    named_form(
        rf"\bset[ \t]{{1,4}}password[ \t]{{1,4}}for[ \t]{{1,4}}\S{{1,128}}[ \t]{{0,4}}="
        rf"[ \t]{{0,4}}{names.VALUE}",
        "set password",
        kind=Kind.PASSWORD,
    ),
    # Vault and kubeadm.
    named_form(
        r"\b(?:operator[ \t]{1,4}(?:unseal|rekey|generate-root)|(?:unseal|recovery)[ ]key(?:"
        r"[ ]\d{1,2})?:)"
        r"[ \t]{1,8}(?P<value>[\w+/-]{40,}+={0,2})",
        "unseal", "rekey", "generate-root", "recovery key",
        kind=Kind.SECRET,
    ),
    named_form(
        r"--certificate-key(?:=|[ \t]{1,4})(?P<value>[0-9a-f]{32,}+)",
        "--certificate-key",
        kind=Kind.SECRET,
    ),
)  # fmt: skip
