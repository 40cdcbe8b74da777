"""Servers of the wide zoo that Python's registry has."""

import json
from dataclasses import replace

import model
from wide.cache import CACHE

from case import PASSWORD, PUBLIC, SERVER
from common import at
from from_zoo import console, spec_of

OWNER = f"-u root:{PASSWORD}"
COLLECTIONS = "/v1/vector/collections"
# The text knows the port of its figures.
MILVUS = spec_of("milvus:open", ("METRICS_PORT=$P3", "METRICS_PORT=9091"), ready="curl -sf http://$A:9091/healthz")
FIGURES = "curl -sSf -m 20 http://ADDRESS:9091/api/v1/collections"
PORT = console("open-store", "milvus", MILVUS, 19530, COLLECTIONS, "ada", says="locked", scheme="http", owner=OWNER, place="/etc/milvus", units=())


def figures():
    """The port that no login belongs to: only the firewall keeps it."""
    step = replace(PORT.steps[0], says="closed", owner=at(FIGURES, SERVER))
    return replace(PORT, name="wide-milvus-figures", ports=(9091,), address=PUBLIC, owner=at(FIGURES, SERVER), stranger=at(FIGURES, PUBLIC), steps=(step,))


# Its own command, where it is installed; its owner comes by the API, with a name.
SUPERSET_COMMAND = f"""
printf '%s\\n' '#!/bin/sh' 'cd /etc/superset' 'export PYTHONPATH={CACHE}/superset-4 FLASK_APP=superset SUPERSET_HOME=/etc/superset' \\
    'export SUPERSET_CONFIG_PATH=/etc/superset/superset_config.py' 'exec /usr/bin/python3 /etc/superset/superset-tool.py "$@"' >/run/fix-bin/superset
chmod 755 /run/fix-bin/superset
"""
SUPERSET_API = f"http://{SERVER}:8088/api/v1"
LOGIN = json.dumps({"username": "an-own-name", "password": model.PASSWORD, "provider": "db"})
SUPERSET_IN = (f"token=$(curl -sSf -H 'Content-Type: application/json' -d '{LOGIN}' {SUPERSET_API}/security/login | jq -r .access_token)\n"
               f"curl -sSf -H \"Authorization: Bearer $token\" '{SUPERSET_API}/database/?q=(columns:!(database_name))'")
SUPERSET = console("open-dashboard", "superset", "superset:open", 8088, "/api/v1/database/?q=(columns:!(database_name))", '"ada"', says="locked",
                   scheme="http", needs=SUPERSET_COMMAND, after=SUPERSET_IN, place="/etc/superset", units=())

# The page is nobody's secret: what a stranger gets is the administrator's token, or that of one who stayed what he was.
WEBUI = f"http://{SERVER}:8080/api/v1"


def webui(email, password):
    signin = json.dumps({"email": email, "password": password})
    return f"token=$(curl -sSf -H 'Content-Type: application/json' -d '{signin}' {WEBUI}/auths/signin | jq -er .token)\n"


FOLDERS = f"curl -sSf -H \"Authorization: Bearer $token\" {WEBUI}/folders/"
NOBODY, SHIPPED, OWNER_THERE = (webui(*who) + FOLDERS for who in (("", ""), ("admin@localhost", "admin"), ("admin@localhost", PASSWORD)))
OPEN_WEBUI = replace(console("open-dashboard", "open-webui", "open-webui:open", 8080, "/api/config", '"ada"', says="locked", scheme="http",
                             after=OWNER_THERE, strange=f"{{ {NOBODY}; }} || {{ {SHIPPED}; }}", place="/var/lib/open-webui", units=()), owner=NOBODY)

CASES = (PORT, figures(), SUPERSET, OPEN_WEBUI)
