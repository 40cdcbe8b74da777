"""PouchDB Server, CouchDB's API on Node. Counted: databases and their documents."""

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

SERVER = f"node {CACHE}/pouchdb-4.2/node_modules/pouchdb-server/bin/pouchdb-server -o $A -p $P -m -n --config $D/c.json"


def fill(user=""):
    def seed(box):
        for name, documents in (("customers", 9), ("orders", 4)):
            get(box, f"/{name}", user=user, method="PUT", body="")
            for number in range(documents):
                get(box, f"/{name}/d{number}", user=user, method="PUT", body='{"a": 1}')
    return seed


def asked(user=""):
    def truth(box):
        names = [name for name in get(box, "/_all_dbs", user=user) if not name.startswith("_")]
        return {"version": get(box, "/")["version"], "collections": len(names), "names": names,
                "records": sum(get(box, f"/{name}", user=user)["doc_count"] for name in names)}
    return truth


SPECS = (
    Spec("pouchdb:open", SERVER, files={"c.json": "{}\n"}, seed=fill(), truth=asked(), slow=True,
         views=(View("pouchdb", "open", sees=("version", "collections", "records"), may=("bytes",)),)),
    # An admin guards the settings. The databases are everybody's, to read and to write.
    Spec("pouchdb:admin", SERVER, files={"c.json": '{"admins": {"zoo": "' + PASSWORD + '"}}\n'}, seed=fill("zoo"),
         truth=asked("zoo"), slow=True,
         views=(View("pouchdb", "open", sees=("version", "collections", "records"), may=("bytes",)),)),
)
