"""What tells Prometheus and people how things are: Pushgateway, node exporter, VictoriaMetrics, NATS' monitoring port."""

import re

from model import PASSWORD, PASSWORD_BCRYPT, Spec, View

from ..cache import CACHE, get

WEB = {"web.yml": f"basic_auth_users: {{zoo: {PASSWORD_BCRYPT}}}\n"}
PUSH = f"{CACHE}/pushgateway-1.5/usr/bin/prometheus-pushgateway --web.listen-address=$A:$P" + \
    f" --web.local-assets={CACHE}/pushgateway-1.5/usr/share/prometheus/pushgateway"
NODE = f"{CACHE}/node-exporter-1.5/usr/bin/prometheus-node-exporter --web.listen-address=$A:$P"
VICTORIA = f"{CACHE}/victoriametrics-1.79/usr/bin/victoria-metrics -httpListenAddr=$A:$P -storageDataPath=$D/data"
NATS = f"{CACHE}/nats-2.9/usr/sbin/nats-server -a $A -p $P2 -m $P"

LOGS = f"{CACHE}/victorialogs-1/victoria-logs -httpListenAddr=$A:$P -storageDataPath=$D/data"


def logs_fill(box):
    get(box, "/insert/jsonline", method="POST", body='{"_msg": "ada"}\n')
    get(box, "/internal/force_flush")


JAEGER = (f"{CACHE}/jaeger-1/all-in-one --query.http-server.host-port=$A:$P --query.grpc-server.host-port=$A:$P2 --admin.http.host-port=$A:$P3"
          " --collector.grpc-server.host-port=$A:$P4 --collector.http-server.host-port=$A:$P5 --collector.otlp.enabled=false --log-level=warn")
NETDATA_HOME = f"{CACHE}/netdata-1.37"
NETDATA = f"env LD_LIBRARY_PATH={NETDATA_HOME}/usr/lib/x86_64-linux-gnu {NETDATA_HOME}/usr/sbin/netdata -D -c $D/netdata.conf"
NETDATA_CONF = f"""[global]
update every = 5
[directories]
config = $D
stock config = $D
cache = $D
lib = $D
log = $D
web = {NETDATA_HOME}/usr/share/netdata/web
plugins = $D
[plugins]
apps = no
go.d = no
python.d = no
charts.d = no
[web]
bind to = $A:$P
"""


def netdata_truth(box):
    return {"version": get(box, "/api/v1/info")["version"].lstrip("v")}


def push_truth(box):
    return {"version": get(box, "/api/v1/status")["data"]["build_information"]["version"]}


def metric(text, name):
    return sum(float(value) for value in re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.M))


def labelled(text, name, label):
    return re.search(rf'^{name}\{{[^}}]*{label}="([^"]*)"', text, re.M).group(1)


def node_truth(box):
    return {"version": labelled(get(box, "/metrics"), "node_exporter_build_info", "version")}


def victoria_fill(box):
    get(box, "/api/v1/import/prometheus", method="POST", body="".join(f'zoo{{n="{i}"}} 1\n' for i in range(17)))
    get(box, "/internal/force_flush")


def victoria_truth(user=""):
    def truth(box):
        text = get(box, "/metrics")
        return {"records": int(get(box, "/api/v1/status/tsdb", user=user)["data"]["totalSeries"]),
                "bytes": int(metric(text, "vm_data_size_bytes"))}
    return truth


def nats_truth(box):
    streams = get(box, "/jsz")
    return {"version": get(box, "/varz")["version"], "collections": streams["streams"], "records": streams["messages"],
            "bytes": streams["bytes"]}


SPECS = (
    Spec("jaeger:open", JAEGER, views=(View("jaeger", "open"),)),
    Spec("victorialogs:open", LOGS, seed=logs_fill, views=(View("victorialogs", "open", may=("version",)),)),
    Spec("netdata:open", NETDATA, files={"netdata.conf": NETDATA_CONF}, slow=True, truth=netdata_truth,
         views=(View("netdata", "open", sees=("version",), may=("collections", "records")),)),
    Spec("pushgateway:open", PUSH, truth=push_truth, views=(View("pushgateway", "open", sees=("version",)),)),
    Spec("pushgateway:locked", f"{PUSH} --web.config.file=$D/web.yml", files=WEB, views=(View("web", "identified"),)),
    Spec("node-exporter:open", NODE, truth=node_truth, views=(View("node-exporter", "open", sees=("version",)),)),
    Spec("node-exporter:locked", f"{NODE} --web.config.file=$D/web.yml", files=WEB, views=(View("web", "identified"),)),
    Spec("victoriametrics:open", VICTORIA, seed=victoria_fill, truth=victoria_truth(),
         views=(View("victoriametrics", "open", sees=("records", "bytes"), slack={"bytes": 0.5}),)),
    # /metrics is told unless it has a key of its own.
    Spec("victoriametrics:locked", f"{VICTORIA} -httpAuth.username=zoo -httpAuth.password={PASSWORD}", truth=victoria_truth("zoo"),
         views=(View("victoriametrics", "partial", sees=("bytes",), slack={"bytes": 0.5}),)),
    Spec("victoriametrics:all-locked", f"{VICTORIA} -httpAuth.username=zoo -httpAuth.password={PASSWORD} -metricsAuthKey=k",
         views=(View("victoriametrics", "locked"),)),
    Spec("nats-monitor:open", f"{NATS} -js -sd $D/js", truth=nats_truth,
         views=(View("nats-monitor", "open", sees=("version", "collections", "records", "bytes")),)),
    # Clients must log in; whoever looks at this port need not.
    Spec("nats-monitor:users", f"{NATS} --user zoo --pass {PASSWORD}", truth=nats_truth,
         views=(View("nats-monitor", "open", sees=("version",)),)),
)
