"""Servers in Go: TiDB, and some that answer over HTTP."""

from model import FIELDS, PASSWORD, Spec, View

from ..cache import CACHE, get
from .monitors import WEB, labelled
from .registry import DOCKERD, ENGINE

MEMCACHED_EXPORTER = f"{CACHE}/memcached-exporter-0/memcached_exporter --web.listen-address=$A:$P --memcached.address=127.0.0.1:9"


def exporter_truth(box):
    return {"version": labelled(get(box, "/metrics"), "memcached_exporter_build_info", "version")}


KAPACITOR = f"{CACHE}/kapacitor-1/kapacitord -config $D/kapacitor.conf"
KAPACITOR_CONF = """hostname = "localhost"
data_dir = "$D"
[http]
bind-address = "$A:$P"
auth-enabled = AUTH
[replay]
dir = "$D/replay"
[storage]
boltdb = "$D/kapacitor.db"
[task]
dir = "$D/tasks"
[load]
dir = "$D/load"
[reporting]
enabled = false
[[influxdb]]
enabled = false
[logging]
file = "STDERR"
level = "ERROR"
"""


def task(box):
    get(box, "/kapacitor/v1/tasks", user="zoo", method="POST",
        body='{"id": "ada", "type": "stream", "dbrps": [{"db": "shop", "rp": "autogen"}], "script": "stream|from().measurement(\'orders\')"}')


def kapacitor_truth(box):
    return {"version": box.sh("curl -sSi -u zoo:any http://$A:$P/kapacitor/v1/ping | sed -n 's/^X-Kapacitor-Version: \\([0-9.]*\\).*/\\1/p'"),
            "records": len(get(box, "/kapacitor/v1/tasks", user="zoo")["tasks"])}


def kapacitor(variant, auth, view):
    return Spec(f"kapacitor:{variant}", KAPACITOR, files={"kapacitor.conf": KAPACITOR_CONF.replace("AUTH", auth)}, seed=task, truth=kapacitor_truth,
                ready="curl -sf -u zoo:any http://$A:$P/kapacitor/v1/ping", views=(view,))


# One process with a store of its own, which tests use. As it comes root@'%' has no password, and its status port has no login.
TIDB = f"{CACHE}/tidb-5/tidb-server -config $D/tidb.toml -store unistore -path $D/db -host $A -P $P -L error"
TIDB_CONFIG = """socket = ""
tmp-storage-path = "$D/temp"
enable-telemetry = false
lease = "1s"
split-table = false
[status]
status-host = "$A"
status-port = $P2
[performance]
stats-lease = "1s"
"""
TIDB_CLIENT = "mysql --no-defaults -N -B -u root -h $A -P $P"
# Two tables, and `test` is there as it comes, so that its databases are as many.
TIDB_SQL = """
create database shop;
create table shop.customer (id int primary key, name varchar(40));
insert into shop.customer values (1, 'ada'), (2, 'bob');
create table shop.orders (id int primary key);
analyze table shop.customer, shop.orders;
"""
TIDB_TABLES = ("select concat(table_schema, '.', table_name), table_rows, data_length + index_length from information_schema.tables"
               " where table_schema = 'shop' order by 1")


def tidb_truth(box):
    rows = [line.split("\t") for line in box.client("", TIDB_TABLES).splitlines()]
    return {"version": box.client("-e 'select version()'").split("-TiDB-v")[1].split("-")[0], "collections": len(rows),
            "records": sum(int(row[1]) for row in rows), "bytes": sum(int(row[2]) for row in rows)}


def tidb(variant, seed, views, client=TIDB_CLIENT):
    return Spec(f"tidb:{variant}", TIDB, files={"tidb.toml": TIDB_CONFIG}, client=client, seed=lambda box: box.sh(TIDB_CLIENT, TIDB_SQL + seed),
                truth=tidb_truth, ready=f"{TIDB_CLIENT} -e 'select 1'", slow=True, views=views)


# The status port names the databases to anyone, whoever has a password.
TIDB_STATUS = View("tidb", "open", port="P2", sees=("version", "collections"))
CADVISOR = f"{CACHE}/cadvisor-0/cadvisor -listen_ip=$A -port=$P"
CADVISOR_READY = "curl -sf http://$A:$P/api/v1.3/machine"

# It wants an engine, in which nothing runs here.
ENGINE_PATH = f"{ENGINE}/bin:{ENGINE}/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
DOCKER = f"{DOCKERD} -H unix://$D/engine"
DOZZLE = f"env DOCKER_HOST=unix://$D/engine PATH={ENGINE_PATH} {CACHE}/dozzle-1/dozzle --addr=$A:$P"
DOZZLE_ALONE = DOZZLE.replace(f"{CACHE}/dozzle-1", f"sh -c '{DOCKER} & until curl -sf --unix-socket $D/engine http://engine/_ping; do sleep 0.2; done; exec {CACHE}/dozzle-1") + "'"

SPECS = (
    Spec("memcached-exporter:open", MEMCACHED_EXPORTER, truth=exporter_truth, views=(View("memcached-exporter", "open", sees=("version",)),)),
    Spec("memcached-exporter:locked", f"{MEMCACHED_EXPORTER} --web.config.file=$D/web.yml", files=WEB, views=(View("web", "identified"),)),
    kapacitor("open", "false", View("kapacitor", "open", sees=("version", "records"))),
    # It asks for a login, and takes any.
    kapacitor("locked", "true", View("kapacitor", "locked", sees=("version",))),
    tidb("open", "", (View("tidb", "open", sees=FIELDS), TIDB_STATUS)),
    tidb("locked", f"alter user root@'%' identified by '{PASSWORD}';", (View("tidb", "locked", sees=("version",)), TIDB_STATUS),
         client=f"{TIDB_CLIENT} -p{PASSWORD}"),
    Spec("cadvisor:open", CADVISOR, ready=CADVISOR_READY, views=(View("cadvisor", "open"),)),
    # Its login keeps the pages, and neither the API behind them nor what Prometheus reads.
    Spec("cadvisor:login", f"{CADVISOR} -http_auth_file=$D/users -http_auth_realm=ops", files={"users": "zoo:$$apr1$$salt$$r\n"}, ready=CADVISOR_READY,
         views=(View("cadvisor", "open"),)),
    # The newest that its module has, from before it knew a login.
    Spec("dozzle:open", DOZZLE_ALONE, root=True, slow=True, truth=lambda box: {"version": get(box, "/version").strip().lstrip("v")},
         views=(View("dozzle", "open", sees=("version",)),)),
)
