"""Real Elasticsearch 5.5.3, out of the wide zoo's cache (test/zoo/wide/install elasticsearch-5.5.3), with made-up people in it.

It refuses to run as root, so that each node gets a user namespace in which it is somebody else.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
CACHE = pathlib.Path(os.environ.get("AJAR_ZOO_CACHE") or REPOSITORY / "build" / "zoo-cache").resolve()
HOME = CACHE / "elasticsearch-5.5.3"
HEAP_MB, NODE_MB, START_SECONDS, FETCH_SECONDS = 256, 600, 180, 120

sys.path[:0] = [str(REPOSITORY / "test" / "pii")]
from people import People  # noqa: E402


def fetch():
    """Gets it from Maven Central, once, where there is Maven to do so. To be called outside of the namespaces."""
    if HOME.is_dir() or not (shutil.which("mvn") and shutil.which("java")):
        return
    print("fetching Elasticsearch 5.5.3 from Maven Central", file=sys.stderr, flush=True)
    try:
        subprocess.run([str(REPOSITORY / "test/zoo/wide/install"), "elasticsearch-5.5.3"], timeout=FETCH_SECONDS, check=False,
                       env=dict(os.environ, AJAR_ZOO_CACHE=str(CACHE)))
    except subprocess.TimeoutExpired:
        print(f"Maven Central did not answer within {FETCH_SECONDS} s: going on without", file=sys.stderr, flush=True)


def why_not():
    """Why no real node can be started here, or None."""
    if not shutil.which("java"):
        return "Java is not installed"
    if not HOME.is_dir():
        return "Elasticsearch 5.5.3 could not be fetched from Maven Central"
    # It refuses to run as root; inside a chroot the kernel gives nobody another user.
    trial = subprocess.run(["unshare", "--user", "--map-user=1001", "--map-group=1001", "true"], capture_output=True, check=False)
    if trial.returncode:
        return "Elasticsearch does not run as root, and here no other user can be had"
    return None


def how_many(wanted):
    """As many as memory and processors allow, `wanted` at most."""
    free = int(re.search(r"MemAvailable:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) // 1024
    return max(0, min(wanted, 2 * (os.cpu_count() or 1), (free - 1024) // NODE_MB))


def command(directory, address, name):
    """Java as the start script would call it: that one passes flags which Java 17 refuses."""
    opened = ("java.lang", "java.nio", "java.io")
    settings = {"network.host": address, "http.port": "9200", "transport.tcp.port": "9300", "discovery.type": "single-node",
                "cluster.name": f"es-{name}", "node.name": f"es-{name}", "path.data": f"{directory}/data",
                "path.logs": f"{directory}/logs", "path.conf": f"{directory}/config", "processors": "1",
                "cluster.routing.allocation.disk.threshold_enabled": "false"}
    return ["unshare", "--user", "--map-user=1001", "--map-group=1001", "java", f"-Xms{HEAP_MB}m", f"-Xmx{HEAP_MB}m",
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={directory}", "-Djava.awt.headless=true",
            "-Djava.security.manager=allow", "-Dlog4j2.disable.jmx=true", "-Dlog4j.shutdownHookEnabled=false",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in opened),
            f"-Des.path.home={HOME}", "-cp", f"{HOME}/lib/*", "org.elasticsearch.bootstrap.Elasticsearch",
            *(f"-E{key}={value}" for key, value in settings.items())]


def prepare(directory):
    for part in ("data", "logs", "plugins"):
        (directory / part).mkdir(parents=True)
    shutil.copytree(HOME / "config", directory / "config")
    (directory / "config" / "scripts").mkdir(exist_ok=True)


def ask(address, path, method="GET", body=None):
    """Runs where the private network is."""
    connection = http.client.HTTPConnection(address, 9200, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text)
    finally:
        connection.close()


def wait(address):
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return ask(address, "/_cluster/health?wait_for_status=yellow&timeout=1s")
        except (OSError, RuntimeError, http.client.HTTPException):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def document(people, fields):
    """One made-up record: only the fields of its index."""
    birth = people.birth()
    values = {"RYBH": "R" + people.digits(12), "XM": people.cn_name(), "GMSFHM": people.cn_id(birth, True), "XB": "1",
              "MZ": people.ethnic(), "CSRQ": birth.isoformat(), "HJDZ": people.cn_address(), "XZZ": people.cn_address(),
              "SJHM": people.cn_mobile(), "HZHM": people.cn_passport(), "GXSJ": "2022-03-01", "AJBH": people.case_number(),
              "AJLB": "01", "BJRXM": people.cn_name(), "BJRLXDH": people.cn_mobile(), "JYAQ": people.case_text(),
              "BJSJ": "2022-03-01", "DWDM": "310115000000"}
    return {name: values[name] for name in fields}


def fill(deployment):
    """Indices, records and a flush, so that sizes no longer move."""
    people = People(deployment.name)
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    for index in deployment.indices:
        fields = {name: {"type": kind} for name, kind in index.fields.items()}
        ask(deployment.private, f"/{index.name}", "PUT",
            json.dumps({"settings": settings, "mappings": {"doc": {"properties": fields}}}))
        lines = "".join(json.dumps({"index": {"_id": str(n)}}) + "\n" + json.dumps(document(people, index.fields)) + "\n"
                        for n in range(index.records))
        done = ask(deployment.private, f"/{index.name}/doc/_bulk", "POST", lines)
        if done["errors"]:
            raise RuntimeError(f"{deployment.name}: the bulk request had errors")
    ask(deployment.private, "/.kibana", "PUT", json.dumps({"settings": settings}))
    ask(deployment.private, "/.kibana/config/5.5.3", "PUT", '{"buildNum": 15382}')
    for step in ("_refresh", "_flush?force=true&wait_if_ongoing=true"):
        ask(deployment.private, f"/{step}", "POST")


def totals(address):
    """What is in it, by its own word: records and bytes of each index but those of the dashboard itself."""
    rows = ask(address, "/_cat/indices?format=json&bytes=b&h=index,docs.count,pri.store.size")
    return {row["index"]: (int(row["docs.count"]), int(row["pri.store.size"])) for row in rows if row["index"][0] != "."}


def counters(address):
    """What a reader or a writer would have moved: its own counters of searches, reads, writes and records."""
    total = ask(address, "/_stats/docs,search,get,indexing?level=cluster")["_all"]["total"]
    return {f"{part}.{name}": total[part][name] for part, names in {
        "docs": ("count", "deleted"), "indexing": ("index_total", "delete_total", "noop_update_total"),
        "get": ("total", "exists_total", "missing_total"),
        "search": ("query_total", "fetch_total", "scroll_total", "suggest_total", "open_contexts")}.items() for name in names}


def main():
    """`elasticsearch.py fill NAME`, `counters ADDRESS`, `totals ADDRESS`: JSON on stdout; to be run in the private network."""
    import deployments as cast

    verb, what = sys.argv[1:3]
    if verb == "fill":
        deployment = next(d for d in cast.FOURTEEN if d.name == what)
        wait(deployment.private)
        fill(deployment)
        print("{}")
    else:
        print(json.dumps({"counters": counters, "totals": totals}[verb](what)))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
