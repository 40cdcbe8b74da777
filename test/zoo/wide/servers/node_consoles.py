"""Consoles that run on Node: an editor, and programs that are drawn."""

from model import PASSWORD, Spec, View

from ..cache import CACHE

EDITOR = f"node {CACHE}/code-server-4/node_modules/code-server/out/node/entry.js --config $D/c.yaml --disable-telemetry --disable-update-check"
EDITOR_HOME = {"HOME": "$D"}
SERVES = "curl -sf http://$A:$P/healthz"


def editor(variant, config, views, **more):
    return Spec(f"code-server:{variant}", EDITOR, files={"c.yaml": f"bind-addr: $A:$P\ncert: false\n{config}\n"}, env=EDITOR_HOME,
                ready=SERVES, slow=True, views=views, **more)


SPECS = (
    editor("open", "auth: none", (View("code-server", "open", sees=("version",)),), truth=lambda box: {"version": "4.18.0"}),
    # Somebody has worked with it: its first page leads to the folder that was open last, and says no version.
    editor("used", "auth: none", (View("code-server", "open"),), seed='curl -sSf -o /dev/null "http://$A:$P/?folder=/usr/share/doc"'),
    editor("locked", f"auth: password\npassword: {PASSWORD}", (View("code-server", "locked"),)),
)
