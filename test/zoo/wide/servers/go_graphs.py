"""Weaviate 1.28 and Dgraph 24: open, and with their own logins. Both count what they have written down, some time after it came."""

import json

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

WEAVIATE = f"{CACHE}/weaviate-1.28/weaviate-server --host $A --port $P --scheme http"
WEAVIATE_ENV = {
    "PERSISTENCE_DATA_PATH": "$D/data", "CLUSTER_HOSTNAME": "node1", "CLUSTER_ADVERTISE_ADDR": "127.0.0.1", "RAFT_BOOTSTRAP_EXPECT": "1",
    "DEFAULT_VECTORIZER_MODULE": "none", "DISABLE_TELEMETRY": "true", "LOG_LEVEL": "error", "GRPC_PORT": "$P2", "GO_PROFILING_DISABLE": "true",
    "CLUSTER_GOSSIP_BIND_PORT": "$P3", "CLUSTER_DATA_BIND_PORT": "$P4", "RAFT_PORT": "$P5", "RAFT_INTERNAL_RPC_PORT": "$P6",
    "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
}
KEY = {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false", "AUTHENTICATION_APIKEY_ENABLED": "true",
       "AUTHENTICATION_APIKEY_ALLOWED_KEYS": PASSWORD, "AUTHENTICATION_APIKEY_USERS": "app"}
READY = "curl -sf http://$A:$P/v1/.well-known/ready"


def weaviate_fill(box):
    for name in ("Person", "Letter"):
        get(box, "/v1/schema", method="POST", body=json.dumps({"class": name, "properties": [{"name": "name", "dataType": ["text"]}]}))
    get(box, "/v1/objects", method="POST", body=json.dumps({"class": "Person", "properties": {"name": "ada"}}))


def weaviate_truth(box):
    names = [each["class"] for each in get(box, "/v1/schema")["classes"]]
    return {"version": get(box, "/v1/meta")["version"], "collections": len(names), "names": names}


ALPHA = f"{CACHE}/dgraph-24/dgraph alpha --my=127.0.0.1:17080 --zero=127.0.0.1:15080 --port_offset 10000 --postings $D/p --wal $D/w --telemetry reports=false;sentry=false"
ZERO = f"{CACHE}/dgraph-24/dgraph zero --my=127.0.0.1:15080 --port_offset 10000 --wal $D/zw --telemetry reports=false;sentry=false"
BOTH = "sh -c '" + ZERO.replace("reports=false;sentry=false", '"reports=false;sentry=false"') + " >zero.log 2>&1 & exec " + \
    ALPHA.replace("reports=false;sentry=false", '"reports=false;sentry=false"') + " MORE'"
DGRAPH_SEED = """
curl -sSf -X POST http://$A:$P/alter -d 'name: string @index(exact) .'
curl -sSf -X POST -H 'Content-Type: application/rdf' "http://$A:$P/mutate?commitNow=true" -d '{ set { _:a <name> "ada" . } }'
until curl -sSf http://$A:$P/state | grep -q 0-name; do sleep 1; done
"""


def dgraph_truth(box):
    tablets = {name: each for name, each in get(box, "/state")["groups"]["1"]["tablets"].items() if not name.startswith("0-dgraph.")}
    return {"collections": len(tablets), "names": list(tablets), "bytes": sum(int(each.get("onDiskBytes", 0)) for each in tablets.values())}


HEALTHY = "curl -sf http://$A:$P/health | grep -q '\"healthy\"'"

SPECS = (
    Spec("weaviate:open", WEAVIATE, env=WEAVIATE_ENV, seed=weaviate_fill, truth=weaviate_truth, ready=READY, slow=True,
         views=(View("weaviate", "open", sees=("version", "collections"), may=("records",)),)),
    Spec("weaviate:key", WEAVIATE, env={**WEAVIATE_ENV, **KEY}, ready=READY, slow=True, views=(View("weaviate", "locked"),)),
    Spec("dgraph:open", BOTH.replace(" MORE", ""), port=18080, seed=DGRAPH_SEED, ready=HEALTHY, slow=True,
         truth=dgraph_truth, views=(View("dgraph", "open", sees=("collections", "bytes")),)),
    Spec("dgraph:acl", BOTH.replace("MORE", '--acl "secret-file=$D/hmac"'), files={"hmac": "0123456789abcdef0123456789abcdef"}, port=18080,
         ready=HEALTHY, slow=True, views=(View("dgraph", "locked"),)),
)
