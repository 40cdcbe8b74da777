"""etcd 3.4. Counted: keys and the size of the database. A locked etcd still tells version, members and the size of its
database to anyone: partial."""

import json

from model import PASSWORD, Spec, View, number

SERVER = ("etcd --data-dir $D/d --listen-client-urls http://$A:$P --advertise-client-urls http://$A:$P"
          " --listen-peer-urls http://$A:$P2 --initial-advertise-peer-urls http://$A:$P2"
          " --initial-cluster default=http://$A:$P2")
CLIENT = "etcdctl --endpoints=$A:$P"
ROOT = CLIENT + " --user root:" + PASSWORD
SEED = "for key in a b c d e; do " + CLIENT + " put /zoo/$key value; done\n"
LOCK = f"""
{CLIENT} user add root:{PASSWORD}
{CLIENT} user grant-role root root
{CLIENT} auth enable
"""

# The second store of 3.x: the API of 2.x, with keys and users of its own.
CLIENT_2 = "ETCDCTL_API=2 etcdctl --endpoints=http://$A:$P"
SEED_2 = "for key in v w x y z; do " + CLIENT_2 + " set /zoo/$key value; done\n"
LOCK_2 = f"{CLIENT_2} user add root:{PASSWORD}\n{CLIENT_2} auth enable\n"
CLOSE_2 = f"{CLIENT_2} -u root:{PASSWORD} role revoke guest --path '/*' --readwrite\n"


def truth(box):
    status = json.loads(box.client("endpoint status --write-out=json"))[0]["Status"]
    keys = json.loads(box.client("get '' --from-key --keys-only --write-out=json"))
    return {"version": number(status["version"]), "records": int(keys.get("count", 0)), "bytes": int(status["dbSize"])}


def etcd(variant, view, seed, client=ROOT, options=""):
    return Spec("etcd:" + variant, SERVER + options, client=client, seed=seed, truth=truth, env={"ETCDCTL_API": "3"},
                ready=CLIENT + " endpoint health", views=(view,))


def etcd_2(variant, view, seed, client=ROOT, options=""):
    """With both stores; the truth counts the keys of the first."""
    return etcd("v2-" + variant, view, seed, client, " --enable-v2=true" + options)


VERSION = ("version",)
ALL = ("version", "records", "bytes")
SPECS = (
    etcd("open", View("etcd", "open", sees=ALL), SEED, CLIENT),
    # Its status and its metrics, which count the keys, are told to anyone.
    etcd("locked", View("etcd", "partial", sees=ALL), SEED + LOCK),
    # What the gateway would tell is told to gRPC alone.
    etcd("no-gateway", View("etcd", "unclear", sees=VERSION), SEED, CLIENT, " --enable-grpc-gateway=false"),
    # The lock of the one store is none of the other's.
    etcd_2("open", View("etcd", "open", sees=VERSION), SEED + SEED_2 + LOCK),
    etcd_2("keys", View("etcd", "open", sees=("version", "bytes"), facts={"counts.partial": True}), SEED_2, CLIENT),
    etcd_2("no-gateway", View("etcd", "open", sees=("version", "bytes")), SEED_2, CLIENT, " --enable-grpc-gateway=false"),
    # It has users, and a guest who may do all as it comes.
    etcd_2("guest", View("etcd", "open", sees=VERSION), SEED + SEED_2 + LOCK + LOCK_2),
    etcd_2("locked", View("etcd", "partial", sees=ALL), SEED + SEED_2 + LOCK + LOCK_2 + CLOSE_2),
)
