"""The one table of what secrets look like, for the guest and for the host; redaction.py applies it.

A form is looked for only where one of its words stands in the text, so that most text costs a few searches for plain words.
Formats are those that the services document for their tokens. Nothing here is code: a new form is a new row.
"""

SCRUBBED = "{scrubbed}"  # as published documents spell it
CREDENTIALS = "{credentials}"

# Whose tokens, how these begin, and what follows.
TOKENS = (
    ("age", "AGE-SECRET-KEY-", r"[0-9A-Z-]{20,}"),
    ("Atlassian", "ATATT3 ATCTT3 ATBB", r"[A-Za-z0-9_=-]{20,}"),
    ("AWS", "AKIA ASIA ABIA ACCA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("AWS Bedrock", "ABSK", r"[A-Za-z0-9+/=]{40,}"),
    ("Databricks", "dapi dkea dose", r"[0-9a-f]{32}(?:-[0-9]+)?"),
    ("DigitalOcean", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{32,}"),
    ("Docker", "dckr_pat_ dckr_oat_", r"[A-Za-z0-9_-]{12,}"),
    ("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"[A-Za-z0-9_]{12,}"),
    (
        "GitLab",
        "glpat- gloas- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- glwt- GR1348941",
        r"[A-Za-z0-9_-]{12,}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7,9})?",
    ),
    ("Google", "AIza ya29. GOCSPX- 1//0", r"[A-Za-z0-9_-]{20,}"),
    ("Hugging Face", "hf_ api_org_", r"[A-Za-z0-9]{12,}"),
    ("JSON web tokens", "eyJ", r"[A-Za-z0-9_=-]{8,}(?:\.[A-Za-z0-9_=-]*)*"),
    ("npm", "npm_", r"[A-Za-z0-9]{24,}"),
    ("OpenAI or Anthropic", "sk-", r"(?=[A-Za-z_-]{0,200}[0-9])[A-Za-z0-9_-]{16,}"),
    ("PyPI", "pypi-Ag", r"[A-Za-z0-9_-]{12,}"),
    ("Pulumi", "pul-", r"[0-9a-f]{40}"),
    ("SendGrid", "SG.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("Slack", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xapp- xwfp-", r"[A-Za-z0-9.%-]{10,}"),
    ("Stripe", "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_ sk_org_ whsec_", r"[A-Za-z0-9+/=_]{10,}"),
    ("Vault", "hvs. hvb. hvr.", r"[A-Za-z0-9_-]{16,}"),
    ("Weights & Biases", "wandb_v1_", r"[A-Za-z0-9_-]{20,}"),
    ("Weights & Biases", "local-", r"[0-9a-f]{40}"),
    (
        "a service",
        "nvapi- xai- pplx- lsv2_pt_ lsv2_sk_ pcsk_ tgp_v1_ KGAT_ sntrys_ sntryu_ glsa_ glc_ NRAK- shpat_ shpca_ shppa_ shpss_ "
        "sq0atp- sq0csp- HRKU- fm1a_ fm1r_ fm2_ tskey- dp.pt. dp.st. dp.ct. dp.sa. ops_ey lin_api_ figd_ PMAK- AKCp CCIPAT_ "
        "CCIPRJ_ bkua_ sb_secret_ pscale_tkn_ pscale_pw_ pscale_oauth_ rubygems_ CLOJARS_",
        r"[A-Za-z0-9_.=/+-]{16,}",
    ),
    ("a service", "csk- jina_", r"[A-Za-z0-9]{30,}"),
    ("a service", "e2b_ sqp_ squ_ sqa_", r"[0-9a-f]{40}(?![0-9A-Za-z])"),
    ("a service", "fc- pk-lf- sk-lf- ApiKey-", r"(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])"),
    ("a service", "SK sk_", r"[0-9a-f]{32}(?:[0-9a-f]{16})?(?![0-9A-Za-z])"),
    ("Cloudflare", "v1.0-", r"[0-9a-f]{24}-[0-9a-f]{100,}"),
    ("a service", "gsk_ r8_ fo1_ ntn_ sbp_ pnu_ pnb_ rpa_ fw_ secret_", r"(?=[A-Za-z]{0,200}[0-9])[A-Za-z0-9]{20,}"),
)

# Names whose value is secret whatever it looks like, and names whose value is so only where it looks like a credential.
CERTAIN = (
    r"api[_.-]?key|(?:access|account|auth|client|consumer|deploy|encryption|hmac|license|master|private|secret|service|shared[_.-]?"
    r"access|signing|ssh|storage|subscription|wandb)[_.-]?key(?:[_.-]?id)?|secret(?:[_.-]?id)?|passw(?:or)?d|passwort|passphrase|passcode|pwd"
    r"|credentials?|authorization|connection[_.-]?string|(?:access|auth)token|(?<=[A-Za-z0-9][_.:-])token|_token"
)
DOUBTFUL = r"token|auth|bearer|cookie|session(?:[_-]?id)?|jwt|dsn|pat|otp|sig|signature|key|pass|creds"
ENDINGS = (
    *(
        "key",
        "keyid",
        "key_id",
        "key-id",
        "secret",
        "secretid",
        "secret_id",
        "secret-id",
        "passwd",
        "password",
        "passwort",
        "passphrase",
        "passcode",
        "pwd",
        "credential",
    ),
    *("credentials", "authorization", "string", "token", "auth", "bearer", "cookie", "session", "sessionid", "session_id", "jwt"),
    *("dsn", "pat", "otp", "sig", "signature", "pass", "creds"),
)  # in lower case: every name above ends in one, so that most names cost no pattern
OF_MODELS = (
    r"(?i)(?:^|[_.-])(?:pad|eos|bos|unk|sep|cls|mask|image|audio|video|special|stop|start|end|new|max|min|num|n|per|first|last|next"
    r"|total|added|decoder|encoder)[_.-]?token$"
)  # a tokenizer's special tokens, and counts
NO_VALUE = (
    r"(?is)(?:none|null|nil|true|false|yes|no|on|off|str|string|bytes|bool|int|any|required|optional|unset|empty|basic|bearer|oauth2?"
    r"|an?|the|is|was|not|missing|wrong|invalid|expired|given|set|needed|must|should|has|cannot|could|of|in|for|from|and|or"
    r"|x{3,}|\*+|\.+|[\\|/&+=-]+|[0-9.,]{1,5}|(?:sha|md)[0-9]+[:=-].*|[<\[({$%@].*|[a-z_][\w.]*[(\[{].*|[bfr]{0,2}[\"'].*)$"
)  # a type, a placeholder, a variable, a call, a digest

QUOTES = r"(?:\\{0,9}[\"'`]|&(?:quot|#x?[0-9]{2});|%2[27]){0,8}"  # of JSON in JSON, of a shell, of HTML, of an address
SCHEMES = "basic|bearer|token|api-?key|negotiate|ntlm|oauth|splunk|sso-key|hawk|key"  # words of a header that tell nothing

# What it is, words of which every match holds one in lower case, the pattern, and what a match becomes; applied in order.
FORMS = (
    (
        "a private key",
        ("private key",),
        r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
        SCRUBBED,
    ),
    ("a private key", ("private-lines",), r"(?s)(Private-Lines: *[0-9]+)\b(?! \{).*?(?=\nPrivate-MAC|\Z)", r"\1 " + SCRUBBED),
    (
        "credentials in an address",
        ("://",),
        r"(?<![A-Za-z0-9+.-])((?!(?:git\+)?(?:ssh|sftp|rsync)://)[A-Za-z][A-Za-z0-9+.-]{0,20}://)(?!git@|\{)[^/\s\"'<>]{1,500}@",
        r"\1%s@" % CREDENTIALS,
    ),
    (
        "a password in an address",
        (":/",),  # a path that was an address has one slash less
        r"([A-Za-z][A-Za-z0-9+.-]{0,20}:(?://|/(?=[^/\s:@]{1,100}:[^/\s:@]{1,500}@)))(?!\{)[^/\s:@\"'<>]{0,200}:(?![0-9]{1,5}(?:[/\s]|$))[^\s@\"'<>]{1,500}@(?:[^/\s\"'<>]{1,500}@)?",
        r"\1%s@" % CREDENTIALS,
    ),
    (
        "a webhook",
        ("hooks.slack.com", "/api/webhooks/", "api.telegram.org", "webhook.office.com", "logic.azure.com"),
        r"(hooks\.slack\.com/[a-z]+/|/api/webhooks/|api\.telegram\.org/(?:file/)?bot|webhook\.office\.com/|logic\.azure\.com[^/\s]*/)"
        r"(?!\{)[^\s\"'<>)]+",
        r"\1" + SCRUBBED,
    ),
    (
        "a secret in an address",
        ("://",),
        r"(?i)([?&#;](?:[a-z0-9_.-]*[_.-])?(?:%s|%s)=)(?!\{)[^&\s#\"'<>)]+" % (CERTAIN, DOUBTFUL),
        r"\1" + SCRUBBED,
    ),
    (
        "a password in an address",
        ("%40",),
        r"(?i)(%3a(?:/|%2f){2})(?!\{)[^/\s@\"'<>]{1,500}?%40",
        r"\1%s%%40" % CREDENTIALS,
    ),
    ("an Azure secret", ("q~",), r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", SCRUBBED),
    ("an Azure key", ("==",), r"(?<![A-Za-z0-9+/=-])[A-Za-z0-9+/]{86}==", SCRUBBED),
    ("a token of Telegram", (":aa",), r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}", SCRUBBED),
    (
        "an Authorization header",
        ("authorization",),
        r"(?i)((?:proxy-)?authorizationQUOTES\s*[:=]\s*QUOTES(?:digest|aws4-hmac-sha256)\s+)(?!\{)[^\n\x1f]+".replace(
            "QUOTES", QUOTES
        ),
        r"\1" + SCRUBBED,
    ),
    (
        "an Authorization header",
        ("authorization",),
        r"(?i)((?:proxy-)?authorizationQUOTES\s*[:=]\s*QUOTES(?:SCHEMES)[ \t\x1f]+)(?!\{)[^\s\"'\\\ue00a\ue00d\ue009]+".replace(
            "QUOTES", QUOTES
        ).replace("SCHEMES", SCHEMES),
        r"\1" + SCRUBBED,
    ),
    ("a bearer token", ("bearer",), r"(?i)(\bbearer\s+)(?=\S*[0-9])[a-z0-9+/=._~-]{6,}", r"\1" + SCRUBBED),
    (
        "a basic credential",
        ("basic ",),
        r"(\b[Bb]asic\s+)(?=\S*(?:[0-9]|[a-z][A-Z]|=))[A-Za-z0-9+/]{8,}={0,2}(?![\w.-])",
        r"\1" + SCRUBBED,
    ),
    (
        "a user's password",
        ("curl ", "wget ", "http ", "https "),
        r"(?<!\S)((?:-u|-a|-U|--user|--auth|--proxy-user)[\s=]*[\"']?)(?!\{|[0-9]+:[0-9]+(?:\s|$))[^\s:\"'/]+:(?!//)[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    (
        "a user's password",
        ("--user", "--auth"),
        r"(?<!\S)(--(?:user|auth)[\s=]+[\"']?)(?!\{)[^\s:\"'/]+:(?=[^\s\"']*[0-9])(?=[^\s\"']*[A-Za-z])[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    ("a user's password", ("smbclient ",), r"(-U\s*[\"']?[^\s%\"']+%)(?!\{)[^\s\"']+", r"\1" + SCRUBBED),
    (
        "a password of a command",
        ("login ", "sshpass ", "twine ", "mongo", "smbclient "),
        r"((?<![\w-])(?:sshpass|twine|mongo\w*|smbclient|login)\b[^\n|;&]{0,300}?\s(?:-p|--password)[\s=]*[\"']?)(?![\"'{-])[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    (
        "a token of a command",
        ("login ", "authtoken "),
        r"(\b(?:wandb|vault|hf|huggingface-cli|ngrok|modal|comet|databricks)\s+(?:auth\s+|config\s+)?(?:login|(?:add-)?authtoken)\s+"
        r"(?:-\S+\s+)*[\"']?)(?![\"'{-]|\w+=)[^\s\"']{6,}",
        r"\1" + SCRUBBED,
    ),
    (
        "a token of a call",
        ("login(",),
        r"(\blogin\(\s*(?:\w+\s*=\s*)?[bfr]?(?=[\\\"'&])QUOTES)(?!\{)[^\\\"'&\n]{6,}".replace("QUOTES", QUOTES),
        r"\1" + SCRUBBED,
    ),
    ("a password of netrc", ("password ",), r"(\blogin\s+\S+\s+password\s+)(?!\{)\S+", r"\1" + SCRUBBED),
    (
        "a password of a command",
        ("mysql", "mariadb"),
        r"(\b(?:mysql|mariadb)\S*\s(?:[^\n|;&]{0,300}?\s)?-p)(?!\{)[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    (
        "a password of a command",
        ("redis-cli ", "ldap"),
        r"(\b(?:redis-cli|ldap\w+)\s(?:[^\n|;&]{0,300}?\s)?-[aw]\s*[\"']?)(?![\"'{-])[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    (
        "a password of a command",
        ("zip -", "sqlcmd ", "ssh-keygen "),
        r"(\b(?:zip|sqlcmd|ssh-keygen)\s(?:[^\n|;&]{0,300}?\s)?-[PN]\s*[\"']?)(?![\"'{-])[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    (
        "a secret of a command",
        ("--from-literal", "pypi-token.", "http-basic."),
        r"(--from-literal[\s=]+[^\s=]+=|\bpypi-token\.\S+\s+|\bhttp-basic\.\S+\s+\S+\s+)(?!\{)[^\s\"']+",
        r"\1" + SCRUBBED,
    ),
    ("a password of a command", ("7z ",), r"(\b7z\s(?:[^\n|;&]{0,300}?\s)?-p)(?!\{)[^\s\"']+", r"\1" + SCRUBBED),
    ("a password of openssl", ("pass:",), r"(\bpass:)(?!\{)[^\s\"']+", r"\1" + SCRUBBED),
    (
        "a user's password",
        ("--creds", "auth=", "auth ="),
        r"(--creds[\s=]+|\bauth\s*=\s*\(\s*QUOTES[^\\\"'&\n]*QUOTES\s*,\s*QUOTES)(?![\\\"'&{])[^\\\"'&\s]+".replace(
            "QUOTES", QUOTES
        ),
        r"\1" + SCRUBBED,
    ),
    ("a secret in XML", ("</",), r"(?i)(<[\w.:-]{0,40}(?:%s)>)(?!\{)[^<\n]+(?=</)" % CERTAIN, r"\1" + SCRUBBED),
)

# Headers whose value ends where the line does: looked for last, because what else is in the line is known better by itself.
LINES = (
    (
        "an Authorization header",
        ("authorization",),
        r"(?i)((?:proxy-)?authorizationQUOTES\s*[:=]\s*QUOTES(?![\\\"'`&\s]|(?:SCHEMES|digest|aws4-hmac-sha256)[ \t\x1f]))"
        r"[^\n\x1f\"'\\\ue00a\ue00d\ue009]+".replace("QUOTES", QUOTES).replace("SCHEMES", SCHEMES),
        r"\1" + SCRUBBED,
    ),
    (
        "a cookie",
        ("cookie",),
        r"(?i)(\b(?:set-)?cookieQUOTES\s*:\s*QUOTES)(?!\{)[^\n\x1f\"'\\\s][^\n\x1f\"'\\]*".replace("QUOTES", QUOTES),
        r"\1" + SCRUBBED,
    ),
)
