"""Consoles that run on Node: an editor, and programs that are drawn."""

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

EDITOR = f"node {CACHE}/code-server-4/node_modules/code-server/out/node/entry.js --config $D/c.yaml --disable-telemetry --disable-update-check"
EDITOR_HOME = {"HOME": "$D"}
SERVES = "curl -sf http://$A:$P/healthz"


def editor(variant, config, views, **more):
    return Spec(f"code-server:{variant}", EDITOR, files={"c.yaml": f"bind-addr: $A:$P\ncert: false\n{config}\n"}, env=EDITOR_HOME,
                ready=SERVES, slow=True, views=views, **more)


# Without an owner who has a password, who asks who he is gets the owner's cookie, and with it everything.
FLOWS = f"node {CACHE}/n8n-0/node_modules/n8n/bin/n8n start"
FLOWS_ENV = {"N8N_LISTEN_ADDRESS": "$A", "N8N_PORT": "$P", "N8N_USER_FOLDER": "$D", "N8N_DIAGNOSTICS_ENABLED": "false",
             "N8N_VERSION_NOTIFICATIONS_ENABLED": "false", "N8N_TEMPLATES_ENABLED": "false"}
SENDS = "curl -sSf -o /dev/null -b $D/jar -c $D/jar"
DRAWN = ('{"name": "ada", "active": false, "connections": {}, "settings": {}, "nodes": [{"name": "Start", "type": "n8n-nodes-base.start",'
         ' "typeVersion": 1, "position": [240, 300], "parameters": {}}]}')
DRAWS = f"{SENDS} http://$A:$P/rest/login; {SENDS} -H 'Content-Type: application/json' -d '{DRAWN}' http://$A:$P/rest/workflows"
OWNS = (f"{SENDS} -H 'Content-Type: application/json' -d '{{\"email\": \"zoo@example.org\", \"firstName\": \"Z\", \"lastName\": \"O\","
        " \"password\": \"S3cret-of-the-zoo\"}' http://$A:$P/rest/owner")


def flows(variant, verdict, seed, **env):
    return Spec(f"n8n:{variant}", FLOWS, env={**FLOWS_ENV, **env}, ready="curl -sf http://$A:$P/rest/settings", seed=seed, slow=True,
                truth=lambda box: {"version": get(box, "/rest/settings")["data"]["versionCli"]}, views=(View("n8n", verdict, sees=("version",)),))


SPECS = (
    flows("open", "open", DRAWS, N8N_USER_MANAGEMENT_DISABLED="true"),
    flows("never-set-up", "open", DRAWS),
    flows("locked", "locked", f"{DRAWS}; {OWNS}"),
    editor("open", "auth: none", (View("code-server", "open", sees=("version",)),), truth=lambda box: {"version": "4.18.0"}),
    # Somebody has worked with it: its first page leads to the folder that was open last, and says no version.
    editor("used", "auth: none", (View("code-server", "open"),), seed='curl -sSf -o /dev/null "http://$A:$P/?folder=/usr/share/doc"'),
    editor("locked", f"auth: password\npassword: {PASSWORD}", (View("code-server", "locked"),)),
)
