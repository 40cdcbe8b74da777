"""Servers in Go that answer over HTTP."""

from model import Spec, View

from ..cache import CACHE, get
from .monitors import WEB, labelled

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


CADVISOR = f"{CACHE}/cadvisor-0/cadvisor -listen_ip=$A -port=$P"
CADVISOR_READY = "curl -sf http://$A:$P/api/v1.3/machine"

SPECS = (
    Spec("memcached-exporter:open", MEMCACHED_EXPORTER, truth=exporter_truth, views=(View("memcached-exporter", "open", sees=("version",)),)),
    Spec("memcached-exporter:locked", f"{MEMCACHED_EXPORTER} --web.config.file=$D/web.yml", files=WEB, views=(View("web", "identified"),)),
    kapacitor("open", "false", View("kapacitor", "open", sees=("version", "records"))),
    # It asks for a login, and takes any.
    kapacitor("locked", "true", View("kapacitor", "locked", sees=("version",))),
    Spec("cadvisor:open", CADVISOR, ready=CADVISOR_READY, views=(View("cadvisor", "open"),)),
    # Its login keeps the pages, and neither the API behind them nor what Prometheus reads.
    Spec("cadvisor:login", f"{CADVISOR} -http_auth_file=$D/users -http_auth_realm=ops", files={"users": "zoo:$$apr1$$salt$$r\n"}, ready=CADVISOR_READY,
         views=(View("cadvisor", "open"),)),
)
