"""MongoDB 6 and FerretDB. Counted: collections outside admin, local and config; documents; bytes on disk."""

import sys
import time

from model import FIELDS, PASSWORD, Spec, View

from ..cache import CACHE

MONGOD = f"{CACHE}/mongodb-6/fiftyone/db/bin/mongod"
SERVER = f"{MONGOD} --dbpath $D/d --bind_ip $A --port $P --nounixsocket"
FERRET = (f"{CACHE}/ferretdb-1.24/ferretdb --handler=sqlite --sqlite-url=file:$D/d/ --listen-addr=$A:$P"
          " --telemetry=disable --debug-addr=- --state-dir=$D")
OWN = ("admin", "local", "config")


def client(box, **more):
    sys.path.append(str(CACHE / "mongodb-client"))
    import pymongo
    return pymongo.MongoClient(box.address, box.ports["P"], directConnection=True, **more)


def fill(mongo):
    mongo.shop.sale.insert_many({"_id": n, "amount": n * 3} for n in range(4321))
    mongo.shop.customer.insert_many({"name": f"name {n}"} for n in range(77))
    mongo.audit.event.insert_many({"what": "x"} for n in range(5))


def seed(box):
    with client(box) as mongo:
        fill(mongo)


def seed_and_lock(box):
    """The first user may be made from the host itself; from then on everything takes a login."""
    with client(box) as mongo:
        mongo.admin.command("createUser", "zoo", pwd=PASSWORD, roles=["root"])
    with client(box, username="zoo", password=PASSWORD) as mongo:
        fill(mongo)


def truth_of(mongo, version):
    databases = [entry for entry in mongo.list_databases() if entry["name"] not in OWN]
    names = [(entry["name"], name) for entry in databases for name in mongo[entry["name"]].list_collection_names()]
    return {
        "version": version,
        "collections": len(names),
        "records": sum(mongo[database][name].estimated_document_count() for database, name in names),
        "bytes": sum(int(entry["sizeOnDisk"]) for entry in databases),
        "names": sorted(f"{database}.{name}" for database, name in names),
    }


def truth(box, **login):
    with client(box, **login) as mongo:
        return truth_of(mongo, mongo.server_info()["version"])


def truth_with_login(box):
    return truth(box, username="zoo", password=PASSWORD)


def truth_without_users(box):
    with client(box) as mongo:
        return {"version": mongo.server_info()["version"]}


def ferret_truth(box):
    with client(box) as mongo:
        return truth_of(mongo, mongo.server_info()["ferretdbVersion"])


def mongodb(variant, options, view, seed, truth):
    return Spec("mongodb:" + variant, SERVER + options, prepare="mkdir d", seed=seed, truth=truth, views=(view,))


REPLICA_SET = """
mkdir -p d2 d3
MONGOD="$1 --bind_ip $A --nounixsocket --replSet rs0 --oplogSize 8 --wiredTigerCacheSizeGB 0.25"
$MONGOD --dbpath d2 --port $P2 >two.log 2>&1 &
$MONGOD --dbpath d3 --port $P3 >three.log 2>&1 &
exec $MONGOD --dbpath d --port $P
"""


def replica_set(box):
    """A primary on $P, a secondary on $P2 and an arbiter on $P3."""
    members = [{"_id": 0, "priority": 2}, {"_id": 1, "priority": 0}, {"_id": 2, "arbiterOnly": True}]
    for member, port in zip(members, ("P", "P2", "P3")):
        member["host"] = f"{box.address}:{box.ports[port]}"
    with client(box) as mongo:
        mongo.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        while not mongo.admin.command("hello").get("isWritablePrimary"):
            time.sleep(0.1)
        import pymongo
        for name in ("sale", "customer"):
            mongo.shop.get_collection(name, write_concern=pymongo.WriteConcern(w=2)).insert_many(
                {"n": n} for n in range(1234))


def want_api_version(box):
    seed(box)
    with client(box) as mongo:
        mongo.admin.command("setParameter", 1, requireApiVersion=True)


def truth_with_api_version(box):
    sys.path.append(str(CACHE / "mongodb-client"))
    from pymongo.server_api import ServerApi
    return truth(box, server_api=ServerApi("1"))


# WiredTiger writes what it holds back once a minute.
BYTES = {"bytes": 0.5}
SPECS = (
    mongodb("open", "", View("mongodb", "open", sees=FIELDS, slack=BYTES), seed, truth),
    mongodb("empty", "", View("mongodb", "open", sees=("version", "records", "collections"), may=("bytes",),
                              slack=BYTES), "", truth),
    mongodb("auth", " --auth", View("mongodb", "locked", sees=("version",), slack=BYTES), seed_and_lock,
            truth_with_login),
    # Locked, but nobody has made a user yet.
    mongodb("no-users", " --auth", View("mongodb", "locked", sees=("version",)), "", truth_without_users),
    mongodb("no-loopback-exception", " --auth --setParameter enableLocalhostAuthBypass=false",
            View("mongodb", "locked", sees=("version",)), "", truth_without_users),
    mongodb("api-version", "", View("mongodb", "open", sees=FIELDS, slack=BYTES), want_api_version, truth_with_api_version),
    # Nobody can ask it for data, and it says so with the same words whether it has a lock or not.
    mongodb("uninitiated", " --replSet rs9",
            View("mongodb", "open", sees=("version",), facts={"role": "uninitiated"}), "", truth_without_users),
    Spec("mongodb:uninitiated-locked", SERVER + " --replSet rs9 --keyFile $D/key", prepare="mkdir d; chmod 600 key",
         files={"key": "em9vIHpvbyB6b28gem9vIHpvbw==\n"}, truth=truth_without_users,
         views=(View("mongodb", "locked", sees=("version",), facts={"role": "uninitiated"}),)),
    Spec("mongodb:replica-set", f"sh $D/set.sh {MONGOD}", files={"set.sh": REPLICA_SET}, prepare="mkdir d",
         seed=replica_set, truth=truth, views=(
             View("mongodb", "open", sees=FIELDS, slack=BYTES, facts={"role": "primary", "writable": True}),
             View("mongodb", "open", port="P2", sees=FIELDS, slack={"bytes": 0.8},
                  facts={"role": "secondary", "writable": False}),
             View("mongodb", "open", port="P3", sees=("version",), may=("collections", "records", "bytes"),
                  slack={"collections": 1, "records": 1, "bytes": 1}, facts={"role": "arbiter", "writable": None}))),
    Spec("ferretdb:open", FERRET, prepare="mkdir d", seed=seed, truth=ferret_truth,
         views=(View("ferretdb", "open", sees=FIELDS, slack=BYTES),)),
)
