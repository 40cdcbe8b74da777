"""The store behind the dashboard: a stand-in for Kibana (ours) in front of a real Elasticsearch.

The store listens on a port of its own that the scan does not name: what is told about it came through the dashboard.
"""

import pathlib
from dataclasses import replace

from model import FIELDS, Spec, View

from . import elasticsearch

STANDIN = pathlib.Path(__file__).resolve().parents[1] / "kibana_standin.py"
BEHIND = View("elasticsearch", "open", sees=FIELDS, via="kibana")


def truth(box):
    return elasticsearch.truth_at(box, "P3")


def kibana(variant, release, store, views, settings=None, base="", locked=False):
    """The stand-in of a release stands before a store of the same version."""
    started = elasticsearch.command(store, {"http.port": "$P3", **(settings or {})}).replace("'", '"')
    version = {"version": release.partition("-")[0]}
    return Spec("kibana:" + variant, f"sh -c '{started} & exec python3 {STANDIN} $A $P $P3 {release} {base}'",
                prepare=elasticsearch.prepare(store), ready=elasticsearch.ready("$P3"), slow=True, views=views,
                env=elasticsearch.environment(), seed="" if locked else lambda box: elasticsearch.fill_at(box, "P3"),
                truth=(lambda box: version) if locked else truth)


def half_open(role, view):
    """Nobody is asked for a name, and the store gives whoever has none this role."""
    spec = kibana("7.17-" + role.replace("_", "-"), "7.17.9", "elasticsearch-7.17.9",
                  (View("kibana", view.verdict, sees=("version",)), view), elasticsearch.anonymous(role))
    return replace(spec, files=elasticsearch.ADMIN, prepare=spec.prepare + " && mv roles.yml users users_roles config/")


OPEN = (View("kibana", "open", sees=("version",)), BEHIND)

SPECS = (
    kibana("5.5.3", "5.5.3", "elasticsearch-5.5.3", OPEN),
    kibana("5.5.3-base-path", "5.5.3", "elasticsearch-5.5.3", OPEN, base="/kibana"),
    kibana("7.17", "7.17.9", "elasticsearch-7.17.9", OPEN),
    kibana("7.17-internal", "7.17.9-internal", "elasticsearch-7.17.9", OPEN),
    kibana("7.17-login", "7.17.9-login", "elasticsearch-7.17.9", (View("kibana", "locked", sees=("version",)),)),
    kibana("7.17-locked-store", "7.17.9", "elasticsearch-7.17.9",
           (View("kibana", "partial", sees=("version",)), View("elasticsearch", "locked", via="kibana")),
           elasticsearch.SECURITY, locked=True),
    # Names and sizes of all, and no document.
    half_open("sees_counts", View("elasticsearch", "partial", sees=FIELDS, via="kibana")),
)
