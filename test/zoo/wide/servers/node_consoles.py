"""Consoles that run on Node: an editor, and programs that are drawn."""

import json

from model import PASSWORD, Spec, View

from ..cache import CACHE

EDITOR = f"node {CACHE}/code-server-4/node_modules/code-server/out/node/entry.js --config $D/c.yaml --disable-telemetry --disable-update-check"
EDITOR_HOME = {"HOME": "$D"}
SERVES = "curl -sf http://$A:$P/healthz"


def editor(variant, config, views, **more):
    return Spec(f"code-server:{variant}", EDITOR, files={"c.yaml": f"bind-addr: $A:$P\ncert: false\n{config}\n"}, env=EDITOR_HOME,
                ready=SERVES, slow=True, views=views, **more)


FLOWISE = f"node {CACHE}/flowise-2/node_modules/flowise/bin/run start"
FLOWISE_ENV = {"HOME": "$D", "HOST": "$A", "PORT": "$P", "DATABASE_PATH": "$D", "APIKEY_PATH": "$D", "SECRETKEY_PATH": "$D", "LOG_PATH": "$D/logs",
               "BLOB_STORAGE_PATH": "$D/files", "DISABLE_FLOWISE_TELEMETRY": "true"}
LOGIN = {"FLOWISE_USERNAME": "an-own-name", "FLOWISE_PASSWORD": PASSWORD}
FLOW = json.dumps({"name": "ada", "flowData": '{"nodes":[],"edges":[]}', "deployed": False, "isPublic": False, "type": "CHATFLOW"})


def flowise(verdict, login="", **env):
    draw = f"curl -sSf -m 60 {login} -H 'x-request-from: internal' -H 'Content-Type: application/json' -d '{FLOW}' http://$A:$P/api/v1/chatflows"
    return Spec(f"flowise:{verdict}", FLOWISE, env={**FLOWISE_ENV, **env}, seed=draw, slow=True, ready="curl -sf http://$A:$P/",
                truth=lambda box: {"version": "2.2.7"}, views=(View("flowise", verdict, sees=("version",)),))


SPECS = (
    editor("open", "auth: none", (View("code-server", "open", sees=("version",)),), truth=lambda box: {"version": "4.18.0"}),
    # Somebody has worked with it: its first page leads to the folder that was open last, and says no version.
    editor("used", "auth: none", (View("code-server", "open"),), seed='curl -sSf -o /dev/null "http://$A:$P/?folder=/usr/share/doc"'),
    flowise("open"),
    flowise("locked", f"-u an-own-name:{PASSWORD}", **LOGIN),
    editor("locked", f"auth: password\npassword: {PASSWORD}", (View("code-server", "locked"),)),
)
