"""Consoles that run on Node: an editor, and programs that are drawn."""

from case import PASSWORD, SERVER

from from_zoo import console, spec_of

DASHBOARD = "open-dashboard"

# What its owner opened last: its first page leads there, whoever is let in.
EDITOR_FILE = "/home/coder/.config/code-server/config.yaml"
EDITOR = f"curl -sS -m 20 -o /dev/null -w '%{{redirect_url}}' http://{SERVER}:8080/ | grep ada"
EDITOR_OWNER = (f"cd /tmp; C='curl -sS -m 20 --cacert /run/certs/ca.pem -o /dev/null -b jar -c jar'; $C -d password={PASSWORD} https://{SERVER}:8080/login"
                f" && $C -w '%{{redirect_url}}' https://{SERVER}:8080/ | grep ada")

# Who says what its own page says needs no key.
FLOWS = "-H 'x-request-from: internal'"

CASES = (
    console(DASHBOARD, "flowise", "flowise:open", 3000, "/api/v1/chatflows", '"ada"', ask=FLOWS),
    console(DASHBOARD, "code-server", spec_of("code-server:used", rename={"c.yaml": EDITOR_FILE}, seed="curl -sSf \"http://$A:$P/?folder=/srv/ada\""),
            8080, "/", "ada", says="locked", after=EDITOR_OWNER, strange=f"{EDITOR} || {EDITOR.replace('curl', 'curl -k').replace('http:', 'https:')}"),
)
