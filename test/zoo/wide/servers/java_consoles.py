"""Consoles that other registries than Debian carry whole or in parts: Zipkin, Zeppelin, Airflow. What is told is read from their own
interfaces."""

from model import PASSWORD, Spec, View

from ..cache import CACHE, get
from .programs import java, site


def span(name, options="", at="http://$A:$P"):
    """Reports one trace of a service."""
    return (f"curl -sSf {options} -H 'Content-Type: application/json' -d '[{{\"traceId\":\"352bff9a74ca9ad2\",\"id\":\"5af7183fb1d4cf5f\",\"name\":\"get\","
            f"\"timestamp\":'$(date +%s)'000000,\"duration\":9,\"localEndpoint\":{{\"serviceName\":\"{name}\"}}}}]' {at}/api/v2/spans\n")


# Several figures of one port are set together or not at all.
ZIPKIN_AT = {"ARMERIA_PORTS_0_IP": "$A", "ARMERIA_PORTS_0_PORT": "$P", "ARMERIA_PORTS_0_PROTOCOLS_0": "http"}


def zipkin_truth(box):
    names = get(box, "/api/v2/services")
    return {"version": get(box, "/info")["zipkin"]["version"], "collections": len(names), "names": names}


# Its own pages are in no registry; one in their place, with their title. It ends by itself without that variable.
ZEPPELIN_FILES = {"conf/zeppelin-site.xml": site(zeppelin_server_addr="$A", zeppelin_server_port="$P"), "next/index.html": "",
                  "web/index.html": "<html ng-app=\"zeppelinWebApp\"><head><title>Zeppelin</title></head></html>\n"}
ZEPPELIN = java("zeppelin-010", "org.apache.zeppelin.server.ZeppelinServer", "$D/conf:").replace(
    "-Djava.io", "-Dzeppelin.home=$D -Dzeppelin.war=$D/web -Dzeppelin.angular.war=$D/next -Dzeppelin.war.tempdir=$D/war -Djava.io")
SHIRO = f"[users]\nzoo = {PASSWORD}, admin\n[main]\nshiro.loginUrl = /api/login\n[roles]\nadmin = *\n[urls]\n/api/version = anon\n/** = authc\n"


def notebook(box):
    get(box, "/api/notebook", method="POST", body='{"name": "ada"}')


def zeppelin(variant, files, view, truth, **more):
    return Spec(f"zeppelin:{variant}", ZEPPELIN, files={**ZEPPELIN_FILES, **files}, env={"ZEPPELIN_IDENT_STRING": "zoo"}, slow=True,
                prepare="mkdir -p notebook interpreter logs", ready="curl -sf http://$A:$P/api/version", views=(view,),
                truth=lambda box: {"version": get(box, "/api/version")["body"]["version"], **truth(box)}, **more)


SPECS = (
    Spec("zipkin:open", f"java -Xmx250m -XX:TieredStopAtLevel=1 -jar {CACHE}/zipkin-3/zipkin-server-3.6.1-exec.jar", env=ZIPKIN_AT, slow=True,
         ready="curl -sf http://$A:$P/health", seed=span("ada"), truth=zipkin_truth, views=(View("zipkin", "open", sees=("version", "collections")),)),
    zeppelin("open", {}, View("zeppelin", "open", sees=("version", "records")), lambda box: {"records": len(get(box, "/api/notebook")["body"])},
             seed=notebook),
    zeppelin("locked", {"conf/shiro.ini": SHIRO}, View("zeppelin", "locked", sees=("version",)), lambda box: {}),
)
