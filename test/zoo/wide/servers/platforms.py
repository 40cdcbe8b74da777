"""What builders share: Verdaccio keeps their packages, Prefect runs their flows. Counted: packages; flows."""

import json

from model import Spec, View

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


SPECS = (
    # It passes over PREFECT_SERVER_API_AUTH_STRING, which its successors know.
    Spec("prefect:open", PREFECT, seed=flow, truth=flows, slow=True, ready="curl -sf http://$A:$P/api/health",
         views=(View("prefect", "open", sees=("version", "records")),)),
    verdaccio("open", "$$all", "open", ("collections",)),
    # What may not be read is left out of the list, which is none of a locked one's own.
    verdaccio("locked", "$$authenticated", "unclear", ()),
)
