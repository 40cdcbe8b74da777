"""What builders share: Verdaccio keeps their packages, Prefect runs their flows, Directus shows a database. Counted: packages; flows;
collections. LocalStack stands in for Amazon's services. Counted: services."""

import json

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

VERDACCIO = f"env HOME=$D node {CACHE}/verdaccio-6/node_modules/.bin/verdaccio --config $D/config.yaml --listen $A:$P"
# No other registry is asked, and nobody is told about new versions.
VERDACCIO_CONFIG = """storage: $D/storage
auth: {htpasswd: {file: $D/htpasswd}}
packages:
  '@*/*': {access: WHO, publish: $$all}
  '**': {access: WHO, publish: $$all}
"""


def publish(box):
    """Two packages, one of them of an organisation."""
    for name in ("shop-core", "@shop/api"):
        version = {"name": name, "version": "1.0.0", "dist": {"tarball": f"http://{box.address}/a.tgz", "shasum": "0" * 40}}
        get(box, f"/{name.replace('/', '%2f')}", method="PUT", body=json.dumps({
            "_id": name, "name": name, "versions": {"1.0.0": version}, "dist-tags": {"latest": "1.0.0"},
            "_attachments": {f"{name}-1.0.0.tgz": {"content_type": "application/octet-stream", "data": "YQ==", "length": 1}}}))


def packages(box):
    names = [package["name"] for package in get(box, "/-/verdaccio/data/packages")]
    return {"collections": len(names), "names": names}


def verdaccio(variant, who, verdict, sees):
    return Spec(f"verdaccio:{variant}", VERDACCIO, files={"config.yaml": VERDACCIO_CONFIG.replace("WHO", who)}, seed=publish, truth=packages,
                slow=True, ready="curl -sf http://$A:$P/-/ping", views=(View("verdaccio", verdict, sees=sees),))


PREFECT = (f"env PYTHONPATH={CACHE}/prefect-3 HOME=$D PREFECT_HOME=$D PREFECT_UI_STATIC_DIRECTORY=$D/ui PREFECT_SERVER_ANALYTICS_ENABLED=false"
           " DO_NOT_TRACK=1"
           " python3 -c 'from prefect.cli import app; app()' server start --host $A --port $P")


def flow(box):
    get(box, "/api/flows/", method="POST", body='{"name": "ada"}')


def flows(box):
    return {"version": get(box, "/api/admin/version"), "records": get(box, "/api/flows/count", method="POST", body="{}")}


DIRECTUS = f"node {CACHE}/directus-10/node_modules/.bin/directus"
DIRECTUS_ENV = {"HOST": "$A", "PORT": "$P", "DB_CLIENT": "sqlite3", "DB_FILENAME": "$D/d.db", "KEY": "zoo", "SECRET": "zoo", "ADMIN_EMAIL": "zoo@example.org",
                "ADMIN_PASSWORD": PASSWORD, "ADMIN_TOKEN": PASSWORD, "TELEMETRY": "false", "WEBSOCKETS_ENABLED": "false"}


def tell_directus(box, path, **what):
    box.sh(f"curl -sSf -H 'Authorization: Bearer {PASSWORD}' -H 'Content-Type: application/json' -d '{json.dumps(what)}'"
           f" http://{box.address}:{box.ports['P']}{path} >/dev/null")


def sheet(box):
    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}, "meta": {}}
    tell_directus(box, "/collections", collection="people", schema={}, meta={}, fields=[key, {"field": "name", "type": "string", "schema": {}, "meta": {}}])
    tell_directus(box, "/items/people", name="ada")


def sheet_for_all(box):
    sheet(box)
    tell_directus(box, "/permissions", role=None, collection="people", action="read", fields=["*"], permissions={})


def directus(verdict, fill, truth, sees):
    return Spec(f"directus:{verdict}", f"{DIRECTUS} start", env=DIRECTUS_ENV, prepare=f"{DIRECTUS} bootstrap", seed=fill, slow=True,
                ready="curl -sf http://$A:$P/server/ping", truth=lambda box: {"version": "10.13.1", **truth},
                views=(View("directus", verdict, sees=("version", *sees)),))


LOCALSTACK = f"env PYTHONPATH={CACHE}/localstack-4 HOME=$D python3 -m localstack.runtime.main"
LOCALSTACK_ENV = {"GATEWAY_LISTEN": "$A:$P", "LOCALSTACK_VOLUME_DIR": "$D", "FILESYSTEM_ROOT": "$D/fs", "DISABLE_EVENTS": "1", "SKIP_SSL_CERT_DOWNLOAD": "1",
                  "DNS_ADDRESS": "0"}


ANY_KEY = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=any"


def bucket(box):
    box.sh(f"curl -sSf -m 60 -X PUT -H 'Authorization: {ANY_KEY}' http://$A:$P/ada")


def services(box):
    health = get(box, "/_localstack/health")
    return {"version": health["version"], "collections": len(health["services"])}


SPECS = (
    # It has no lock of its own.
    Spec("localstack:open", LOCALSTACK, env=LOCALSTACK_ENV, seed=bucket, truth=services, slow=True, ready="curl -sf http://$A:$P/_localstack/health",
         views=(View("localstack", "open", sees=("version", "collections")),)),
    directus("open", sheet_for_all, {"collections": 1, "names": ["people"]}, ("collections",)),
    # The list of what a stranger may read is told by it as well: it is empty.
    directus("locked", sheet, {}, ()),
    # It passes over PREFECT_SERVER_API_AUTH_STRING, which its successors know.
    Spec("prefect:open", PREFECT, seed=flow, truth=flows, slow=True, ready="curl -sf http://$A:$P/api/health",
         views=(View("prefect", "open", sees=("version", "records")),)),
    verdaccio("open", "$$all", "open", ("collections",)),
    # What may not be read is left out of the list, which is none of a locked one's own.
    verdaccio("locked", "$$authenticated", "unclear", ()),
)
