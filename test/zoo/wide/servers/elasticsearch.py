"""Elasticsearch 2, 5, 7, 8 and OpenSearch 1, 2. Counted: indices without those of its own, documents, primary bytes.

Their own start scripts pass flags that Java 17 no longer knows, so Java is called as those scripts would.
"""

import os
from dataclasses import replace

from model import FIELDS, PASSWORD_BCRYPT, Spec, View

from ..cache import CACHE, get

JAVA = ("java -Xms256m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -Djava.awt.headless=true"
        " -Djava.security.manager=allow -Dlog4j2.disable.jmx=true -Dlog4j.shutdownHookEnabled=false"
        " --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED"
        " --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
ADDRESS = {"network.host": "$A", "http.port": "$P", "path.data": "$D/data", "path.logs": "$D/logs"}
OLD = {**ADDRESS, "transport.tcp.port": "$P2"}
NEW = {**ADDRESS, "transport.port": "$P2", "discovery.type": "single-node"}
DISK = {"cluster.routing.allocation.disk.threshold_enabled": "false"}

CUSTOMERS = 31
ORDERS = 12


def home(name):
    """Without links: what Java's security manager lets be read is the path as it was told."""
    return os.path.realpath(f"{CACHE}/{name}")


def options(flag, settings):
    return "".join(f" {flag}{key}={value}" for key, value in settings.items())


def command(version, settings):
    """The shell line that starts a release with `settings`."""
    name, _, number = version.rpartition("-")
    here = home(version)
    if number.startswith("2.") and name == "elasticsearch":
        return (f"{JAVA} -Des.path.home={here} -cp '{here}/lib/*' org.elasticsearch.bootstrap.Elasticsearch start"
                + options("-D", {**OLD, "path.conf": "$D/config", "path.plugins": "$D/plugins", **settings}))
    if number.startswith("5."):
        return (f"{JAVA} -Des.path.home={here} -cp '{here}/lib/*' org.elasticsearch.bootstrap.Elasticsearch"
                + options("-E", {**OLD, "path.conf": "$D/config", "discovery.type": "single-node", **settings}))
    if number.startswith("8."):
        return f"{here}/bin/elasticsearch" + options("-E", {**NEW, **DISK, **settings})
    key, main = (("es", "org.elasticsearch.bootstrap.Elasticsearch") if name == "elasticsearch" else
                 ("opensearch", "org.opensearch.bootstrap.OpenSearch"))
    flavour = f" -D{key}.distribution.flavor=default" if key == "es" else ""
    return (f"{JAVA} -D{key}.path.home={here} -D{key}.path.conf=$D/config -D{key}.distribution.type=zip"
            f"{flavour} -cp '{here}/lib/*' {main}" + options("-E", {**NEW, **DISK, **settings}))


def environment():
    return {"ES_PATH_CONF": "$D/config", "LIBFFI_TMPDIR": "$D", "ES_TMPDIR": "$D",
            "ES_JAVA_OPTS": "-Xms256m -Xmx384m -XX:TieredStopAtLevel=1"}


# What a visitor without a name may do, beside an administrator who fills the store. ES calls bcrypt $2a$.
ROLES = """
sees_state: {cluster: [monitor]}
sees_counts: {cluster: [monitor], indices: [{names: ["*"], privileges: [monitor, view_index_metadata]}]}
reads_one: {cluster: [monitor], indices: [{names: ["customers"], privileges: [read, monitor]}]}
reads_all: {indices: [{names: ["*"], privileges: [read]}]}
"""
ADMIN = {"roles.yml": ROLES, "users": "zoo:" + PASSWORD_BCRYPT.replace("2b", "2a", 1).replace("$", "$$") + "\n",
         "users_roles": "superuser:zoo\n"}


def prepare(version):
    """Its configuration in the box, without the log of the garbage collector, which would go into the cache."""
    return (f"cp -r {home(version)}/config config && chmod -R u+w config && mkdir -p config/scripts plugins"
            " && { test ! -e config/jvm.options || sed -i '/Xlog\\|gc.log\\|HeapDump\\|ErrorFile/d' config/jvm.options;"
            " }")


def ask(box, path, port, **more):
    """As the administrator where there is one."""
    return get(box, path, port, user="zoo" if "users" in box.spec.files else "", **more)


def version_at(box, port):
    """From the nodes: the small 8.15 has no module that answers on "/"."""
    return next(iter(ask(box, "/_nodes/_local", port)["nodes"].values()))["version"]


def kind_at(box, port):
    """The type of a document: a free name up to 5, `_doc` from 7 on."""
    old = version_at(box, port)[:2] in ("2.", "5.") and not box.spec.name.startswith("opensearch")
    return "doc" if old else "_doc"


def fill_at(box, port="P"):
    """Three indices, one of which is a dashboard's own, and all on disk, so that sizes no longer move."""
    kind = kind_at(box, port)
    one_shard = '{"settings": {"number_of_shards": 1, "number_of_replicas": 0}}'
    for index, count in (("customers", CUSTOMERS), ("orders", ORDERS), (".kibana", 1)):
        ask(box, f"/{index}", port, method="PUT", body=one_shard)
        for number in range(count):
            ask(box, f"/{index}/{kind}/{number}", port, method="PUT", body=f'{{"name": "name {number}"}}')
    ask(box, "/_refresh", port, method="POST", body="")
    ask(box, "/_flush", port, method="POST", body="")


def truth_at(box, port="P", cat=""):
    indices = [row for row in ask(box, "/_cat/indices?format=json&bytes=b" + cat, port) if not row["index"].startswith(".")]
    return {
        "version": version_at(box, port),
        "collections": len(indices),
        "records": sum(int(row["docs.count"]) for row in indices),
        "bytes": sum(int(row["pri.store.size"]) for row in indices),
        "names": sorted(row["index"] for row in indices),
    }


def ready(port="$P"):
    """Until it answers anything at all, be it a refusal."""
    return ("python3 -c 'import sys, http.client as h; c = h.HTTPConnection(*sys.argv[1:], timeout=5);"
            " c.request(\"GET\", \"/_cluster/health\"); r = c.getresponse();"
            f" sys.exit(r.status not in (200, 401, 403) or b\"\\\"red\\\"\" in r.read())' $A {port}")


def search(variant, version, view, settings=None, locked=False):
    return Spec(f"{version}:{variant}", command(version, settings or {}), prepare=prepare(version), env=environment(),
                ready=ready(), seed="" if locked else fill_at, slow=True, views=(view,),
                truth=(lambda box: {"version": version.rpartition("-")[2]}) if locked else truth_at)


def open_to_all(version):
    return search("open", version, View(version.rpartition("-")[0], "open", sees=FIELDS))


SECURITY = {"xpack.security.enabled": "true"}


def anonymous(role):
    return {**SECURITY, "xpack.security.authc.anonymous.roles": role}


def whole_cluster(box, port="P"):
    """With the store's own indices: whoever sees no names cannot tell them apart."""
    indices = ask(box, "/_cluster/stats", port)["indices"]
    return {"version": version_at(box, port), "collections": indices["count"], "records": indices["docs"]["count"],
            "bytes": indices["store"]["size_in_bytes"]}


def customers_only(box):
    row = ask(box, "/_cat/indices/customers?format=json&bytes=b", "P")[0]
    return {"version": version_at(box, "P"), "collections": 1, "names": ["customers"], "records": int(row["docs.count"]),
            "bytes": int(row["pri.store.size"])}


def half_open(role, view, truth=truth_at):
    """Whoever comes without a name has this role."""
    spec = search("anonymous-" + role.replace("_", "-"), "elasticsearch-7.17.9", view, anonymous(role))
    return replace(spec, truth=truth, files=ADMIN, prepare=spec.prepare + " && mv roles.yml users users_roles config/")


LOST = {"discovery.type": "zen", "discovery.zen.minimum_master_nodes": "2",
        "discovery.zen.ping.unicast.hosts": "$A:$P2,$A:$P4"}
OTHER = {**LOST, "http.port": "$P3", "transport.tcp.port": "$P4", "path.data": "$D/other", "node.data": "false"}


def lose_master(box):
    """The other node goes, which held no data; with it goes the majority."""
    fill_at(box)
    box.sh("kill $(cat other.pid); until ! python3 -c 'import urllib.request, sys;"
           " urllib.request.urlopen(sys.argv[1], timeout=5)' http://$A:$P/ 2>/dev/null; do sleep 0.5; done")


def without_master(version):
    """The remaining node lists its indices only to who asks for what it knows itself."""
    started = [command(version, settings).replace("'", '"') for settings in (OTHER, LOST)]
    return Spec(f"{version}:no-master", f"sh -c '{started[0]} >other.log 2>&1 & echo $! >other.pid; exec {started[1]}'",
                prepare=prepare(version), env=environment(), ready=ready(), seed=lose_master, slow=True,
                views=(View("elasticsearch", "open", sees=FIELDS),), truth=lambda box: truth_at(box, cat="&local=true"))


PROXY = """
daemon off;
worker_processes 1;
pid $D/pid;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $D/b; proxy_temp_path $D/p; fastcgi_temp_path $D/f; uwsgi_temp_path $D/u; scgi_temp_path $D/s;
    server { listen $A:$P; location / { proxy_pass http://$A:$P3; } RULES }
}
"""


def behind_proxy(variant, version, rules, view, port=0, truth=lambda box: truth_at(box, "P3")):
    """nginx before it, which keeps some of its paths; the store itself has no lock."""
    started = command(version, {"http.port": "$P3"}).replace("'", '"')
    return Spec(f"{version}:{variant}", f"sh -c '{started} & exec nginx -c $D/n.conf -p $D -e stderr'",
                files={"n.conf": PROXY.replace("RULES", rules)}, prepare=prepare(version), env=environment(),
                ready=ready("$P3"), seed=lambda box: fill_at(box, "P3"), truth=truth, slow=True, port=port,
                views=(view,))


SPECS = (
    open_to_all("elasticsearch-2.4.6"),
    open_to_all("elasticsearch-5.5.3"),
    without_master("elasticsearch-5.5.3"),
    open_to_all("elasticsearch-6.8.23"),
    behind_proxy("lists-kept", "elasticsearch-6.8.23", "location ~ ^/(_cat|_cluster|_nodes) { return 403; }",
                 View("elasticsearch", "open", sees=FIELDS)),
    # Only names and sizes pass: no document can be had this way.
    behind_proxy("lists-only", "elasticsearch-6.8.23", "location ~ ^/(_count|_search|ajar-none) { return 403; }",
                 View("elasticsearch", "partial", sees=FIELDS)),
    behind_proxy("search-only", "elasticsearch-6.8.23", "location ~ ^/.+ { return 403; } location = /_search"
                 " { proxy_pass http://$A:$P3; }", View("elasticsearch", "open", sees=("version", "records")),
                 truth=lambda box: whole_cluster(box, "P3")),
    # On its own port it is asked for more than its page.
    behind_proxy("page", "elasticsearch-7.17.9", "location = / { return 200 hello; }",
                 View("elasticsearch", "open", sees=FIELDS), port=9200),
    # The same where the root tells nothing. On a port that is nobody's, who is asked for is drawn by lot then.
    behind_proxy("root-kept", "elasticsearch-7.17.9", "location = / { return 404; }",
                 View("elasticsearch", "open", sees=FIELDS), port=9200),
    # The root of the name says where it lies.
    behind_proxy("below-a-path", "elasticsearch-7.17.9", "location = / { return 302 /store/es/; }"
                 " location /store/es/ { proxy_pass http://$A:$P3/; }",
                 View("elasticsearch", "open", sees=FIELDS, facts={"http.base": "/store/es"})),
    open_to_all("elasticsearch-7.17.9"),
    search("locked", "elasticsearch-7.17.9", View("elasticsearch", "locked"), SECURITY, locked=True),
    # Security is on, and everyone who comes without a name is the superuser.
    search("anonymous-superuser", "elasticsearch-7.17.9", View("elasticsearch", "open", sees=FIELDS),
           anonymous("superuser")),
    # Who comes without a name may see the version and nothing else.
    search("anonymous-monitor", "elasticsearch-7.17.9", View("elasticsearch", "partial", sees=("version",)),
           anonymous("monitoring_user"), locked=True),
    # The state of the cluster and no name: how much there is, is told all the same.
    half_open("sees_state", View("elasticsearch", "partial", sees=FIELDS), whole_cluster),
    # Names and sizes of all, and no document.
    half_open("sees_counts", View("elasticsearch", "partial", sees=FIELDS)),
    half_open("reads_one", View("elasticsearch", "open", sees=FIELDS), customers_only),
    # All documents, and not even the version.
    half_open("reads_all", View("elasticsearch", "open", sees=("records",)), whole_cluster),
    search("open", "elasticsearch-8.15.0", View("elasticsearch", "open", sees=FIELDS),
           {"xpack.security.enabled": "false"}),
    # As it comes: it has made certificates and a password for itself.
    replace(search("default", "elasticsearch-8.15.0", View("elasticsearch", "locked", transport="tls"), locked=True),
            ready="grep -q 'Node.*started' log"),
    open_to_all("opensearch-1.3.20"),
    open_to_all("opensearch-2.11.1"),
)
