"""Monitoring of the wide zoo, and Debian's exporters: with a login of their own in TLS, where they know one, else behind nginx."""

from case import PASSWORD
from common import certificate
from from_zoo import SPECS, console, page, spec_of

RULE = "open-monitor"
AS_OPS = f"-u ops:{PASSWORD}"
OWN = certificate("/etc/prometheus", "zoo")


def monitor(product, *words, **more):
    return console(RULE, product, *words, **more)


def exporter(name, port, holds, **more):
    return monitor(f"{name}-exporter", f"{name}-exporter:open", port, "/metrics", holds, **more)


CASES = (
    monitor("node-exporter", "node-exporter:open", 9100, "/metrics", "node_load1", owner=AS_OPS, needs=OWN),
    monitor("pushgateway", "pushgateway:open", 9091, "/metrics", "pushgateway_build_info", owner=AS_OPS, needs=OWN),
    exporter("elasticsearch", 9114, "elasticsearch_exporter_build_info"),
    exporter("snmp", 9116, "snmp_exporter_build_info", owner=AS_OPS, needs=OWN),
    exporter("haproxy", 9101, "haproxy_exporter_build_info"),
    exporter("process", 9256, "namedprocess"),
    exporter("apache", 9117, "apache_exporter_build_info"),
    exporter("bind", 9119, "bind_exporter_build_info"),
    exporter("varnish", 9131, "varnish"),
    exporter("squid", 9301, "squid_exporter_build_info"),
    monitor("glances", "glances:open", 61208, "/api/4/version", "4."),
    monitor("cortex", spec_of("cortex:open", rename={"c.yaml": "/etc/cortex/config.yaml"}), 9009, "/prometheus/api/v1/labels", "success"),
    monitor("thanos", "thanos:querier", 10902, "/api/v1/labels", "success"),
    # Not at its usual ports: it answers there in TLS as well, which Ajar asks first where another product has them for that.
    monitor("traefik", "traefik:open", 8099, "/api/overview", "routers"),
    monitor("nats-monitor", spec_of("nats-monitor:open", (" -a $A -p $P2 -m $P", " -c /etc/nats-server.conf"),
                                    files={"/etc/nats-server.conf": "listen: $A:$P2\nhttp: $A:$P\n"}), 8222, "/varz", "server_id"),
    monitor("jaeger", "jaeger:open", 16686, "/api/services", "data"),
    monitor("netdata", spec_of("netdata:open", rename={"netdata.conf": "/etc/netdata/netdata.conf"}), 19999, "/api/v1/info", "version"),
    monitor("victorialogs", "victorialogs:open", 9428, "/select/logsql/query?query=*", "ada"),
    monitor("victoriametrics", "victoriametrics:open", 8428, "/api/v1/status/tsdb", "totalSeries"),
    console("partial", "victoriametrics", spec_of("victoriametrics:open", command=SPECS["victoriametrics:locked"].command, seed=""), 8429, "/metrics", "vm_app_version",
            says="locked", scheme="http", owner=f"-G -d authKey={PASSWORD}", name="victoriametrics-partial"),
    monitor("haproxy-stats", spec_of("haproxy-stats:open", rename={"h.cfg": "/etc/haproxy/haproxy.cfg"}), 8404, "/", "Statistics Report", says="locked",
            scheme="http", before="haproxy() { true; }"),
    # Health is told still; what is in the environment is not.
    monitor("spring-boot", "spring-boot-3:environment", 8080, "/actuator/health", "status", scheme="http", owner="",
            strange=f"{page(8080, '/actuator/env')} >/dev/null && echo status"),
)
