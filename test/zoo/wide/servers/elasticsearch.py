"""Elasticsearch 2, 5, 7, 8 and OpenSearch 1, 2. Counted: indices without those of its own, documents, primary bytes.

Their own start scripts pass flags that Java 17 no longer knows, so Java is called as those scripts would.
"""

from dataclasses import replace

from model import FIELDS, Spec, View

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
    return f"{CACHE}/{name}"


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


def prepare(version):
    """Its configuration in the box, without the log of the garbage collector, which would go into the cache."""
    return (f"cp -r {home(version)}/config config && chmod -R u+w config && mkdir -p config/scripts plugins"
            " && { test ! -e config/jvm.options || sed -i '/Xlog\\|gc.log\\|HeapDump\\|ErrorFile/d' config/jvm.options;"
            " }")


def version_at(box, port):
    """From the nodes: the small 8.15 has no module that answers on "/"."""
    return next(iter(get(box, "/_nodes/_local", port)["nodes"].values()))["version"]


def kind_at(box, port):
    """The type of a document: a free name up to 5, `_doc` from 7 on."""
    old = version_at(box, port)[:2] in ("2.", "5.") and not box.spec.name.startswith("opensearch")
    return "doc" if old else "_doc"


def fill_at(box, port="P"):
    """Three indices, one of which is a dashboard's own, and all on disk, so that sizes no longer move."""
    kind = kind_at(box, port)
    one_shard = '{"settings": {"number_of_shards": 1, "number_of_replicas": 0}}'
    for index, count in (("customers", CUSTOMERS), ("orders", ORDERS), (".kibana", 1)):
        get(box, f"/{index}", port, method="PUT", body=one_shard)
        for number in range(count):
            get(box, f"/{index}/{kind}/{number}", port, method="PUT", body=f'{{"name": "name {number}"}}')
    get(box, "/_refresh", port, method="POST", body="")
    get(box, "/_flush", port, method="POST", body="")


def truth_at(box, port="P"):
    indices = [row for row in get(box, "/_cat/indices?format=json&bytes=b", port) if not row["index"].startswith(".")]
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


SPECS = (
    open_to_all("elasticsearch-2.4.6"),
    open_to_all("elasticsearch-5.5.3"),
    open_to_all("elasticsearch-7.17.9"),
    search("locked", "elasticsearch-7.17.9", View("elasticsearch", "locked"), SECURITY, locked=True),
    # Security is on, and everyone who comes without a name is the superuser.
    search("anonymous-superuser", "elasticsearch-7.17.9", View("elasticsearch", "open", sees=FIELDS),
           anonymous("superuser")),
    # Who comes without a name may see the version and nothing else.
    search("anonymous-monitor", "elasticsearch-7.17.9", View("elasticsearch", "partial", sees=("version",)),
           anonymous("monitoring_user"), locked=True),
    search("open", "elasticsearch-8.15.0", View("elasticsearch", "open", sees=FIELDS),
           {"xpack.security.enabled": "false"}),
    # As it comes: it has made certificates and a password for itself.
    replace(search("default", "elasticsearch-8.15.0", View("elasticsearch", "locked", transport="tls"), locked=True),
            ready="grep -q 'Node.*started' log"),
    open_to_all("opensearch-1.3.20"),
    open_to_all("opensearch-2.11.1"),
)
