"""Texts that mean harm, for every place where a text of a target is shown."""

from __future__ import annotations

AWAY = "http://127.0.0.1:9009/"
"""Where a page would send what it knows; nothing listens there."""
RUN = "window.pwned=1"

TEXTS = [
    f"</script><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</title></head><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"' onmouseover='{RUN}' onfocus='{RUN}' autofocus tabindex=0 x='",
    f'" style="background:url({AWAY}a)" onclick="{RUN}',
    f"javascript:{RUN}",
    f'<a href="javascript:{RUN}">numpy</a>',
    f'</code></p><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<object data='data:text/html,<script>parent.{RUN}</script>'></object>",
    f"<link rel=stylesheet href={AWAY}b><img src={AWAY}c>",
    f"<meta http-equiv=refresh content='0;url={AWAY}d'>",
    f"<base href={AWAY}><form action={AWAY}e><button>Copy</button></form>",
    f"}}*{{background:url({AWAY}f)}}/*",
    f"@import url({AWAY}g);",
    "{{ 7 * 7 }}{% raise %}{# #}",
    "${7*7}<%= 7*7 %>",
    "<!-- ",
    " -->",
    "]]>",
    "<plaintext>",
    "<textarea>",
    "<noscript>",
    "&lt;script&gt;&#60;",
    "numpy\u202e4.22.1\u2066",
    "nu\u200bmpy\ufeff",
    "num\ufe0fpy\u3164\U000e0100",
    "\u2028\u2029\x85",
    "\x1b[2J\x1b]0;title\x07\x1b[31mred",
    "a\x00b",
    "line\r\nbreak\ttab\x0b\x0c",
    "\ud800 lone \udfff",
    "\U000f0000\ue000",
    "`rm -rf ~` $(rm -rf ~); rm -rf ~ #",
    "' OR 1=1 --",
    "a|b|\\",
    "W" * 1_000_000,
    "<b>" * 1000,
    "a\u0300" * 3000,
]
