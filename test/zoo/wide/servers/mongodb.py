"""MongoDB 6 and FerretDB. Counted: collections outside admin, local and config; documents; bytes on disk."""

import sys

from model import FIELDS, PASSWORD, Spec, View

from ..cache import CACHE

SERVER = f"{CACHE}/mongodb-6/fiftyone/db/bin/mongod --dbpath $D/d --bind_ip $A --port $P --nounixsocket"
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
    Spec("ferretdb:open", FERRET, prepare="mkdir d", seed=seed, truth=ferret_truth,
         views=(View("ferretdb", "open", sees=FIELDS, slack=BYTES),)),
)
