"""What Python's registry has: Apache Superset, which shows figures of databases, Milvus, a store of vectors, and Open WebUI, which keeps
what people said to models. Counted: databases; collections; nothing."""

import json
import sqlite3

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

# Its parts find each other at ports of their own, on any address.
MILVUS = (f"env LD_LIBRARY_PATH={CACHE}/milvus-2/server DEPLOY_MODE=STANDALONE METRICS_PORT=$P3 MILVUSCONF=$D/configs MILVUS_RUN_DIR=$D/run"
          f" {CACHE}/milvus-2/server/milvus run standalone")
# Its settings as it ships them, with these ports and folders.
MILVUS_MADE = """import pathlib
import sys

from milvus import MilvusServerConfig

config = MilvusServerConfig(data_dir="$D")
config.set("authorization_enabled", sys.argv[1] == "locked")
for name, port in (("proxy", $P), ("proxy_internal", $P2), ("etcd", $P4)):
    config.set(f"{name}_port", port)
config.resolve()
file = pathlib.Path("$D/configs/milvus.yaml")
file.write_text(file.read_text().replace("\\netcd:\\n", "\\netcd:\\n  config: {path: $D/etcd.yaml}\\n"))
"""
MILVUS_ETCD = """listen-client-urls: http://127.0.0.1:$P4
advertise-client-urls: http://127.0.0.1:$P4
listen-peer-urls: http://127.0.0.1:$P5
initial-advertise-peer-urls: http://127.0.0.1:$P5
initial-cluster: default=http://127.0.0.1:$P5
"""


def milvus_fill(box):
    box.sh(f"curl -sSf -u root:Milvus -H 'Content-Type: application/json' http://{box.address}:{box.ports['P']}/v1/vector/collections/create -d '"
           + json.dumps({"collectionName": "ada", "dimension": 4}) + "' >/dev/null")


def milvus_truth(box):
    names = get(box, "/api/v1/collections", port="P3")["collection_names"]
    return {"collections": len(names), "names": names}


def milvus(verdict, sees):
    """The port of its figures is open whatever is set."""
    return Spec(f"milvus:{verdict}", MILVUS, slow=True, seed=milvus_fill, truth=milvus_truth, ready="curl -sf http://$A:$P3/healthz",
                prepare=f"PYTHONPATH={CACHE}/milvus-2 python3 made.py {verdict}", files={"made.py": MILVUS_MADE, "etcd.yaml": MILVUS_ETCD},
                views=(View("milvus", verdict, sees=sees), View("milvus", "open", sees=("collections",), port="P3", rules=("open-store",))))


# It counts as visitors' what the role that they are made like may do; Gamma may read what somebody gave it, which is nothing yet.
SUPERSET = f"env PYTHONPATH={CACHE}/superset-4 FLASK_APP=superset SUPERSET_CONFIG_PATH=$D/superset_config.py SUPERSET_HOME=$D /usr/bin/python3 $D/superset-tool.py"
SUPERSET_TOOL = """import sys

from superset.cli.main import superset

sys.exit(superset())
"""
SUPERSET_CONFIG = """SECRET_KEY = "a-long-key-of-its-own-that-nobody-else-has"
SQLALCHEMY_DATABASE_URI = "sqlite:///$D/superset.db"
PUBLIC_ROLE_LIKE = WHOM
"""


def superset_truth(box):
    """What its own store says, whoever may read it there."""
    with sqlite3.connect(box.dir / "superset.db") as store:
        return {"collections": store.execute("SELECT count(*) FROM dbs").fetchone()[0]}


def superset(variant, role, verdict, sees=(), truth=superset_truth):
    """Its store is made, with one database that it knows, before it starts."""
    made = (f"{SUPERSET} db upgrade && {SUPERSET} fab create-admin --username an-own-name --firstname A --lastname B --email a@example.org --password {PASSWORD}"
            f" && {SUPERSET} init && {SUPERSET} set-database-uri -d ada -u sqlite:///$D/ada.db")
    files = {"superset-tool.py": SUPERSET_TOOL, "superset_config.py": SUPERSET_CONFIG.replace("WHOM", role)}
    return Spec(f"superset:{variant}", f"{SUPERSET} run -h $A -p $P", files=files, prepare=made, slow=True, truth=truth, ready="curl -sf http://$A:$P/health",
                views=(View("superset", verdict, sees=sees),))


# Without what it looks things up in. Who comes without a login is handed the administrator's token.
OPEN_WEBUI = f"env PYTHONPATH={CACHE}/open-webui-0 DATA_DIR=$D/data USE_SLIM_DOCKER=true WEBUI_SECRET_KEY=$P /usr/bin/python3 -c"
OPEN_WEBUI_TOOL = "'from open_webui import app; app()' serve --host $A --port $P"


def webui_post(box, path, token="", **body):
    authority = f"-H 'Authorization: Bearer {token}'" if token else ""
    return json.loads(box.sh(f"curl -sSf {authority} -H 'Content-Type: application/json' -d '{json.dumps(body)}' http://{box.address}:{box.ports['P']}/api/v1/{path}"))


def webui_folder(box):
    webui_post(box, "folders/", webui_post(box, "auths/signin", email="", password="")["token"], name="ada")


def webui_account(box):
    webui_post(box, "auths/signup", name="Ada", email="ada@example.org", password=PASSWORD)


def open_webui(variant, verdict, auth, seed=""):
    return Spec(f"open-webui:{variant}", f"{OPEN_WEBUI} {OPEN_WEBUI_TOOL}", env={"WEBUI_AUTH": auth}, seed=seed, slow=True,
                ready="curl -sf http://$A:$P/health", truth=lambda box: {"version": get(box, "/api/config")["version"]},
                views=(View("open-webui", verdict, sees=("version",)),))


SPECS = (
    open_webui("open", "open", "False", webui_folder),
    open_webui("setup", "unclear", "True"),
    open_webui("locked", "locked", "True", webui_account),
    superset("open", '"Alpha"', "open", ("collections",)),
    superset("partial", '"Gamma"', "partial", ("collections",), lambda box: {"collections": 0}),
    superset("locked", "None", "locked", truth=lambda box: {}),
    milvus("open", ("collections",)),
    milvus("locked", ()),
)
