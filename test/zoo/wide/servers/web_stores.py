"""Stores, queues and files over HTTP, each small enough to start in a moment: NSQ, IPFS, Thanos, Cortex, Datasette, Virtuoso,
Syncthing, WsgiDAV, rclone, Groonga. What is told is read from their own interfaces."""

import json

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

NSQD = f"{CACHE}/nsqd-1/nsqd -http-address $A:$P -tcp-address $A:$P2 -data-path $D"
LOOKUPD = f"{CACHE}/nsqlookupd-1/nsqlookupd -http-address $A:$P -tcp-address $A:$P2"
LOOKUPD_OF_ADMIN = f"{CACHE}/nsqlookupd-1/nsqlookupd -http-address $A:$P2 -tcp-address $A:$P3"
NSQADMIN = f"{CACHE}/nsqadmin-1/nsqadmin -http-address $A:$P -lookupd-http-address $A:$P2"


def nsq_fill(box):
    for _ in range(3):
        get(box, "/pub?topic=orders", method="POST", body="x")


def nsq_truth(box):
    topics = get(box, "/stats?format=json")["topics"]
    return {"version": get(box, "/info")["version"], "collections": len(topics), "names": [topic["topic_name"] for topic in topics],
            "records": sum(topic["depth"] for topic in topics)}


def lookupd_fill(box):
    get(box, "/topic/create?topic=orders", method="POST", body="")


def lookupd_truth(box):
    names = get(box, "/topics")["topics"]
    return {"version": get(box, "/info")["version"], "collections": len(names), "names": names}


def admin_truth(box):
    names = get(box, "/api/topics")["topics"]
    return {"version": "1.3.0", "collections": len(names), "names": names}


IPFS = f"env IPFS_PATH=$D/repo HOME=$D {CACHE}/kubo-0/ipfs"
IPFS_MADE = f"{IPFS} init --profile=test >/dev/null && {IPFS} config Addresses.API /ip4/$A/tcp/$P && {IPFS} config Addresses.Gateway /ip4/$A/tcp/$P2"


def ipfs_truth(box):
    return {"version": get(box, "/api/v0/version", method="POST")["Version"],
            "bytes": get(box, "/api/v0/repo/stat?size-only=true", method="POST")["RepoSize"]}


def labels_truth(box, path="/api/v1/labels"):
    return {"collections": len(get(box, path)["data"])}


def thanos_truth(box):
    return {**labels_truth(box), "version": get(box, "/api/v1/status/buildinfo")["data"]["version"]}


CORTEX = """auth_enabled: AUTH
server: {http_listen_address: $A, http_listen_port: $P, grpc_listen_address: 127.0.0.1, grpc_listen_port: $P2}
distributor: {shard_by_all_labels: true, pool: {health_check_ingesters: true}}
ingester: {lifecycler: {address: 127.0.0.1, ring: {kvstore: {store: inmemory}, replication_factor: 1}, min_ready_duration: 0s}}
blocks_storage: {backend: filesystem, filesystem: {dir: $D/b}, tsdb: {dir: $D/t}, bucket_store: {sync_dir: $D/s}}
compactor: {data_dir: $D/c, sharding_ring: {kvstore: {store: inmemory}}}
frontend_worker: {match_max_concurrent: true}
ruler_storage: {backend: local, local: {directory: $D/r}}
"""


def cortex(variant, auth, view):
    return Spec(f"cortex:{variant}", f"{CACHE}/cortex-1/cortex -config.file=$D/c.yaml -log.level=error", slow=True,
                files={"c.yaml": CORTEX.replace("AUTH", auth)}, prepare="mkdir -p r",
                ready="python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' http://$A:$P/ready",
                truth=(lambda box: {}) if auth == "true" else (lambda box: labels_truth(box, "/prometheus/api/v1/labels")), views=(view,))


DATASETTE = f"env PYTHONPATH={CACHE}/datasette-0 HOME=$D python3 -m datasette $D/people.db -h $A -p $P"
DATABASE = "python3 -c 'import sqlite3; c = sqlite3.connect(\"people.db\"); c.execute(\"create table people(name)\"); c.commit()'"


def datasette_truth(box):
    databases = get(box, "/-/databases.json")
    return {"version": get(box, "/-/versions.json")["datasette"]["version"], "collections": len(databases),
            "names": [database["name"] for database in databases], "bytes": sum(database["size"] for database in databases)}


VIRTUOSO = """[Database]
DatabaseFile=$D/v.db
TransactionFile=$D/v.trx
ErrorLogFile=$D/v.log
xa_persistent_file=$D/v.pxa
[TempDatabase]
DatabaseFile=$D/t.db
TransactionFile=$D/t.trx
[Parameters]
ServerPort=$A:$P2
[HTTPServer]
ServerPort=$A:$P
ServerRoot=$D
"""
GUI_LOGIN = f"--gui-user=zoo --gui-password={PASSWORD}"


# It looks for no other, and nobody is told of it.
ALONE = ("sed -i -E 's,<(global|local)AnnounceEnabled>.*,<\\1AnnounceEnabled>false</\\1AnnounceEnabled>,;"
         " s,<(relays|nat|crashReporting)Enabled>.*,<\\1Enabled>false</\\1Enabled>,; s,<autoUpgradeIntervalH>.*,<autoUpgradeIntervalH>0</autoUpgradeIntervalH>,;"
         " s,<urAccepted>.*,<urAccepted>-1</urAccepted>,; s,<address>127[^<]*,<address>'$A:$P',;"
         " s,<listenAddress>.*,<listenAddress>tcp://127.0.0.1:'$P2'</listenAddress>,' $D/s/config.xml")


def syncthing(release, verdict, login, version):
    program = f"env HOME=$D {CACHE}/syncthing-{release}{'/usr/bin' if release == '1' else ''}/syncthing"
    return Spec(f"syncthing-{release}:{verdict}", f"{program} serve --home=$D/s --no-browser --no-default-folder", slow=True,
                prepare=f"{program} generate --home=$D/s --no-default-folder {login} && {ALONE}", truth=lambda box: {"version": version},
                views=(View("syncthing", verdict, may=("version",), rules=() if login else ("open-files",)),))


WSGIDAV = (f"env PYTHONPATH={CACHE}/wsgidav-4 HOME=$D python3 -c 'from wsgidav.server.server_cli import run; run()'"
           " --host $A --port $P --root $D/files")
WSGIDAV_LOCK = json.dumps({"simple_dc": {"user_mapping": {"*": {"zoo": {"password": PASSWORD}}}}})
RCLONE = f"env HOME=$D {CACHE}/rclone-1/usr/bin/rclone serve"
GROONGA = f"env LD_LIBRARY_PATH={CACHE}/groonga-13/usr/lib/x86_64-linux-gnu {CACHE}/groonga-13/usr/bin/groonga"


def groonga_truth(box):
    return {"version": get(box, "/d/status")[1]["version"], "collections": len(get(box, "/d/table_list")[1]) - 1}


SPECS = (
    Spec("nsqd:open", NSQD, seed=nsq_fill, truth=nsq_truth, views=(View("nsqd", "open", sees=("version", "collections", "records")),)),
    Spec("nsqlookupd:open", LOOKUPD, seed=lookupd_fill, truth=lookupd_truth, views=(View("nsqd", "open", sees=("version", "collections")),)),
    Spec("nsqadmin:open", f"sh -c '{LOOKUPD_OF_ADMIN} & exec {NSQADMIN}'", seed=lambda box: get(box, "/topic/create?topic=orders", port="P2", method="POST", body=""), truth=admin_truth,
         views=(View("nsqadmin", "open", sees=("version", "collections")),)),
    Spec("kubo:open", f"{IPFS} daemon --offline", prepare=IPFS_MADE, truth=ipfs_truth, port=5001,
         views=(View("ipfs", "open", sees=("version", "bytes")),)),
    Spec("thanos:querier", f"{CACHE}/thanos-0/thanos query --http-address=$A:$P --grpc-address=$A:$P2", truth=thanos_truth,
         views=(View("thanos", "open", sees=("collections",), may=("version",), facts={"thanos.component": "query"}),)),
    cortex("open", "false", View("cortex", "open", sees=("collections",))),
    cortex("tenants", "true", View("cortex", "unclear")),
    Spec("datasette:open", DATASETTE, prepare=DATABASE, truth=datasette_truth, slow=True,
         views=(View("datasette", "open", sees=("version", "collections", "bytes")),)),
    Spec("datasette:locked", f"{DATASETTE} -m $D/m.json", files={"m.json": json.dumps({"allow": {"id": "zoo"}})}, prepare=DATABASE, slow=True,
         views=(View("datasette", "locked"),)),
    Spec("virtuoso:page", f"env LD_LIBRARY_PATH={CACHE}/virtuoso-7/usr/lib/x86_64-linux-gnu {CACHE}/virtuoso-7/usr/bin/virtuoso-t +foreground"
         " +configfile $D/v.ini", files={"v.ini": VIRTUOSO}, truth=lambda box: {"version": "07.20.3229"}, slow=True,
         views=(View("virtuoso", "partial", sees=("version",)),)),
    syncthing("1", "open", "", "1.19.2-ds1"),
    syncthing("1", "locked", GUI_LOGIN, "1.19.2-ds1"),
    syncthing("1.30", "open", "", "1.30.0"),
    syncthing("1.30", "locked", GUI_LOGIN, "1.30.0"),
    Spec("wsgidav:open", f"{WSGIDAV} --auth anonymous", prepare="mkdir files; echo a >files/a", truth=lambda box: {"version": "4.3.3"}, slow=True,
         views=(View("webdav", "open", sees=("version",)),)),
    Spec("wsgidav:locked", f"{WSGIDAV} --config $D/w.json", files={"w.json": WSGIDAV_LOCK}, prepare="mkdir files",
         truth=lambda box: {"version": "4.3.3"}, slow=True, views=(View("webdav", "locked", sees=("version",)),)),
    Spec("rclone:http", f"{RCLONE} http --addr $A:$P $D", truth=lambda box: {"version": "1.60.1-DEV"},
         views=(View("rclone", "open", sees=("version",)),)),
    Spec("rclone:locked", f"{RCLONE} webdav --addr $A:$P --user zoo --pass {PASSWORD} $D", views=(View("rclone", "locked"),)),
    Spec("groonga:open", f"{GROONGA} --protocol http --bind-address $A -p $P -s $D/db/d", truth=groonga_truth,
         prepare=f"mkdir db && {GROONGA} -n db/d table_create People TABLE_NO_KEY >/dev/null && {GROONGA} db/d table_create Orders TABLE_NO_KEY >/dev/null",
         views=(View("groonga", "open", sees=("version", "collections")),)),
)
