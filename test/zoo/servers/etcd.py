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


def truth(box):
    status = json.loads(box.client("endpoint status --write-out=json"))[0]["Status"]
    keys = json.loads(box.client("get '' --from-key --keys-only --write-out=json"))
    return {"version": number(status["version"]), "records": int(keys.get("count", 0)), "bytes": int(status["dbSize"])}


def etcd(variant, view, seed, client):
    return Spec("etcd:" + variant, SERVER, client=client, seed=seed, truth=truth, env={"ETCDCTL_API": "3"},
                ready=CLIENT + " endpoint health", views=(view,))


SPECS = (
    etcd("open", View("etcd", "open", sees=("version", "records", "bytes")), SEED, CLIENT),
    etcd("locked", View("etcd", "partial", sees=("version", "bytes")), SEED + LOCK, ROOT),
)
