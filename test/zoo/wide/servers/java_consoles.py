"""Consoles that other registries than Debian carry whole or in parts: Zipkin, Zeppelin, Livy, HiveServer2, Airflow,
KairosDB, NiFi, Oozie, Nexus. What is told is read from their own interfaces."""

import base64
import json
import urllib.request

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


# What it hands programs to is asked for its version when Livy starts, and nothing else here.
SUBMIT = "#!/bin/sh\necho 'version 2.4.5' >&2\necho 'Using Scala version 2.11.12' >&2\n"
LIVY_FILES = {"conf/livy.conf": "livy.server.host = $A\nlivy.server.port = $P\n", "spark/bin/spark-submit": SUBMIT}
LIVY = Spec("livy:open", java("livy-07", "org.apache.livy.server.LivyServer"), files=LIVY_FILES, prepare="chmod 755 spark/bin/spark-submit; mkdir -p logs",
            env={"SPARK_HOME": "$D/spark", "LIVY_HOME": "$D", "LIVY_CONF_DIR": "$D/conf"}, ready="curl -sf http://$A:$P/version", slow=True,
            truth=lambda box: {"version": get(box, "/version")["version"], "records": get(box, "/sessions?from=0&size=0")["total"]},
            views=(View("livy", "open", sees=("version", "records")),))

AIRFLOW = f"env PYTHONPATH={CACHE}/airflow-210 AIRFLOW_HOME=$D AIRFLOW__WEBSERVER__WORKERS=1 /usr/bin/python3 -m airflow"
DAG = """import datetime

from airflow import DAG

ada = DAG("ada", schedule=None, start_date=datetime.datetime(2026, 1, 1))
"""


def airflow(variant, config, view, truth):
    return Spec(f"airflow:{variant}", f"{AIRFLOW} webserver --hostname $A --port $P", files={"webserver_config.py": config, "dags/shop.py": DAG},
                prepare=f"{AIRFLOW} db migrate && {AIRFLOW} dags reserialize", env={"AIRFLOW__CORE__LOAD_EXAMPLES": "False"}, slow=True,
                ready="curl -sf http://$A:$P/api/v1/version", views=(view,), truth=lambda box: {"version": get(box, "/api/v1/version")["version"], **truth(box)})


# Alone, with a store of its own for what tables there are.
HIVE = site(hive_server2_webui_host="$A", hive_server2_webui_port="$P", hive_server2_thrift_bind_host="$A", hive_server2_thrift_port="$P2",
            javax_jdo_option_ConnectionURL="jdbc:derby:;databaseName=$D/db;create=true", datanucleus_schema_autoCreateAll="true",
            hive_metastore_schema_verification="false", hive_metastore_warehouse_dir="$D/w", hive_exec_scratchdir="$D/s", hive_exec_local_scratchdir="$D/l",
            hive_server2_enable_doAs="false", hive_execution_engine="mr", hive_notification_event_poll_interval="0s",
            hive_server2_logging_operation_enabled="false")
BEANS = "/jmx?qry=Hadoop:service=hiveserver2,name=*"
HIVESERVER2 = Spec("hiveserver2:open", java("hive-4", "org.apache.hive.service.server.HiveServer2", "$D/conf:", heap=500), files={"conf/hive-site.xml": HIVE},
                   slow=True, ready=f'curl -sf "http://$A:$P{BEANS}"', views=(View("hiveserver2", "open"),))

# Its own page is in no registry; one in its place, with its title. It writes each step down unless told not to.
QUIET = ('<configuration><appender name="C" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%level %logger %msg%n</pattern></encoder></appender>'
         '<root level="WARN"><appender-ref ref="C"/></root></configuration>\n')
KAIROSDB_FILES = {"conf/logback.xml": QUIET, "web/index.html": "<html><head><title>KairosDB</title></head></html>\n", "conf/kairosdb.conf": """
kairosdb.jetty.address = "$A"
kairosdb.jetty.port = $P
kairosdb.jetty.static_web_root = "$D/web"
kairosdb.telnetserver.address = "$A"
kairosdb.telnetserver.port = $P2
kairosdb.datastore.h2.database_path = "$D/h2db"
"""}
KAIROSDB = java("kairosdb-1", "org.kairosdb.core.Main -c run -p $D/conf/kairosdb.conf").replace("-Djava.io", "-Dlogback.configurationFile=$D/conf/logback.xml -Djava.io")


def kairosdb_fill(box):
    """One figure of one metric, beside those that it writes down of itself."""
    get(box, "/api/v1/datapoints", method="POST", body=json.dumps([{"name": "ada", "timestamp": 1790000000000, "value": 1, "tags": {"of": "shop"}}]))


NIFI_PROPERTIES = """
nifi.flow.configuration.file=./conf/flow.xml.gz
nifi.flow.configuration.json.file=./conf/flow.json.gz
nifi.flow.configuration.archive.enabled=false
nifi.flowcontroller.autoResumeState=true
nifi.flowcontroller.graceful.shutdown.period=5 sec
nifi.flowservice.writedelay.interval=500 ms
nifi.administrative.yield.duration=30 sec
nifi.authorizer.configuration.file=./conf/authorizers.xml
nifi.login.identity.provider.configuration.file=./conf/login-identity-providers.xml
nifi.templates.directory=./conf/templates
nifi.nar.library.directory=./lib
nifi.nar.working.directory=./work/nar/
nifi.documentation.working.directory=./work/docs/components
nifi.state.management.configuration.file=./conf/state-management.xml
nifi.state.management.provider.local=local
nifi.database.directory=./database
nifi.flowfile.repository.implementation=org.apache.nifi.controller.repository.WriteAheadFlowFileRepository
nifi.flowfile.repository.directory=./flowfiles
nifi.swap.manager.implementation=org.apache.nifi.controller.FileSystemSwapManager
nifi.content.repository.implementation=org.apache.nifi.controller.repository.FileSystemRepository
nifi.content.repository.directory.default=./content
nifi.content.claim.max.appendable.size=50 KB
nifi.provenance.repository.implementation=org.apache.nifi.provenance.VolatileProvenanceRepository
nifi.provenance.repository.buffer.size=1000
nifi.components.status.repository.implementation=org.apache.nifi.controller.status.history.VolatileComponentStatusRepository
nifi.sensitive.props.key=a-key-of-the-zoo-1
nifi.sensitive.props.algorithm=NIFI_PBKDF2_AES_GCM_256
nifi.web.war.directory=./lib
nifi.web.http.host=$A
nifi.web.http.port=$P
nifi.web.jetty.working.directory=./work/jetty
nifi.web.jetty.threads=20
nifi.queue.backpressure.count=10000
nifi.queue.backpressure.size=1 GB
nifi.bored.yield.duration=10 millis
"""
NIFI_FILES = {"conf/nifi.properties": NIFI_PROPERTIES, "conf/logback.xml": QUIET, "conf/authorizers.xml": "<authorizers/>\n",
              "conf/login-identity-providers.xml": "<loginIdentityProviders/>\n",
              "conf/state-management.xml": "<stateManagement><local-provider><id>local</id>"
              "<class>org.apache.nifi.controller.state.providers.local.WriteAheadLocalStateProvider</class>"
              "<property name=\"Directory\">./state</property></local-provider></stateManagement>\n"}


def nifi_fill(box):
    """One group, of nothing."""
    group = {"revision": {"version": 0}, "component": {"name": "ada", "position": {"x": 0, "y": 0}}}
    get(box, "/nifi-api/process-groups/root/process-groups", method="POST", body=json.dumps(group))


NIFI = Spec("nifi:open", java("nifi-1/lib", "org.apache.nifi.NiFi", "$D/conf:", heap=500).replace("-Djava.io", "-Dnifi.properties.file.path=$D/conf/nifi.properties -Djava.io"),
            files=NIFI_FILES, prepare=f"ln -s {CACHE}/nifi-1/lib lib", seed=nifi_fill, slow=True, ready="curl -sf http://$A:$P/nifi-api/flow/status && curl -sf http://$A:$P/",
            truth=lambda box: {"version": get(box, "/nifi-api/flow/about")["about"]["version"], "records": 0, "bytes": 0},
            views=(View("nifi", "open", sees=("version", "records", "bytes")),))

# Alone, without a cluster; one page with its title in the place of its console, which wants a library that is not to be had. What it reads
# the version of Java with knows none above 9.
OOZIE_FILES = {"web/webapp/index.html": "<html><head><title>Oozie Web Console</title></head></html>\n", "conf/hadoop-conf/core-site.xml": site(), "share/none": "",
               "conf/action-conf/default.xml": site(), "conf/log4j.properties": "log4j.rootLogger=OFF\n", "conf/oozie-log4j.properties": "log4j.rootLogger=OFF\n",
               "conf/oozie-site.xml": site(
                   oozie_service_JPAService_create_db_schema="true", oozie_service_JPAService_jdbc_driver="org.apache.derby.jdbc.EmbeddedDriver",
                   oozie_service_JPAService_jdbc_url="jdbc:derby:$D/data/db;create=true", oozie_service_JPAService_jdbc_username="sa",
                   oozie_service_JPAService_jdbc_password=" ", oozie_service_HadoopAccessorService_hadoop_configurations="*=$D/conf/hadoop-conf",
                   oozie_service_WorkflowAppService_system_libpath="file://$D/share")}
OOZIE = Spec("oozie:open", java("oozie-5", "org.apache.oozie.server.EmbeddedOozieServer", "$D/conf:$D/web:", heap=400).replace(
    "-Djava.io", "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED -Djava.version=1.8.0 -Doozie.home.dir=$D -Doozie.config.dir=$D/conf"
    " -Doozie.data.dir=$D/data -Doozie.log.dir=$D/logs -Doozie.http.hostname=$A -Doozie.http.port=$P -Doozie.base.url=http://$A:$P/oozie -Djava.io"),
    files=OOZIE_FILES, prepare="mkdir -p data logs", slow=True, ready="curl -sf http://$A:$P/oozie/v1/admin/status",
    truth=lambda box: {"version": get(box, "/oozie/v1/admin/build-version")["buildVersion"]}, views=(View("oozie", "open", sees=("version",)),))

NEXUS_HOME = f"{CACHE}/nexus-3"
NEXUS_LOCATOR, NEXUS_XML = (f"{NEXUS_HOME}/lib/endorsed/org.apache.karaf.specs.{name}-4.3.9.jar" for name in ("locator", "java.xml"))
NEXUS = " ".join((
    "java -Xms200m -Xmx900m -XX:MaxDirectMemorySize=400m -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true",
    f"-Dkaraf.startLocalConsole=false -Dkaraf.home={NEXUS_HOME} -Dkaraf.base={NEXUS_HOME} -Dkaraf.etc={NEXUS_HOME}/etc/karaf",
    f"-Djava.util.logging.config.file={NEXUS_HOME}/etc/karaf/java.util.logging.properties",
    "-Dkaraf.data=$D/nexus3 -Dkaraf.log=$D/nexus3/log -Djava.io.tmpdir=$D/nexus3/tmp -Djava.util.prefs.userRoot=$D",
    f"--patch-module java.base={NEXUS_LOCATOR} --patch-module java.xml={NEXUS_XML}",
    "--add-exports java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED --add-reads=java.xml=java.logging",
    *(f"--add-opens {package}=ALL-UNNAMED" for package in (
        "java.base/java.security", "java.base/java.net", "java.base/java.lang", "java.base/java.util", "java.naming/javax.naming.spi",
        "java.rmi/sun.rmi.transport.tcp")),
    f"-cp \"{NEXUS_HOME}/lib/boot/*\" org.sonatype.nexus.karaf.NexusMain"))


def nexus_asks(box, method, path, body, kind="application/json", password=PASSWORD):
    """What its administrator does; `password`: of a moment ago, or from the start."""
    login = base64.b64encode(f"admin:{password}".encode()).decode()
    request = urllib.request.Request(f"http://{box.address}:{box.ports['P']}/service/rest/v1/{path}", method=method, data=body.encode(),
                                     headers={"Authorization": f"Basic {login}", "Content-Type": kind})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).close()


def nexus_fill(box, password=PASSWORD):
    """Its first password is changed, as it asks everybody to, and there is a repository."""
    nexus_asks(box, "PUT", "security/users/admin/change-password", password, "text/plain", (box.dir / "nexus3/admin.password").read_text())
    storage = {"blobStoreName": "default", "strictContentTypeValidation": True, "writePolicy": "allow_once"}
    nexus_asks(box, "POST", "repositories/raw/hosted", json.dumps({"name": "ada", "online": True, "storage": storage}), password=password)


def nexus_shut(box):
    nexus_fill(box)
    nexus_asks(box, "PUT", "security/anonymous", json.dumps({"enabled": False, "userId": "anonymous", "realmName": "NexusAuthorizingRealm"}))


def nexus_truth(box):
    names = [repository["name"] for repository in get(box, "/service/rest/v1/repositories", user="admin")]
    return {"version": "3.71.0-06", "collections": len(names), "names": names}


def nexus(variant, fill, view):
    return Spec(f"nexus:{variant}", NEXUS, files={"nexus3/etc/nexus.properties": "application-host=$A\napplication-port=$P\n"}, prepare="mkdir -p nexus3/log nexus3/tmp",
                ready="curl -sf http://$A:$P/service/rest/v1/status && test -s $D/nexus3/admin.password", seed=fill, truth=nexus_truth, slow=True, views=(view,))


SPECS = (
    OOZIE,
    NIFI,
    Spec("kairosdb:open", KAIROSDB, files=KAIROSDB_FILES, slow=True, ready="curl -sf http://$A:$P/api/v1/metricnames", seed=kairosdb_fill,
         truth=lambda box: {"version": "1.3.0", "collections": len(get(box, "/api/v1/metricnames")["results"])},
         views=(View("kairosdb", "open", may=("version",), sees=("collections",)),)),
    HIVESERVER2,
    airflow("open", "AUTH_ROLE_PUBLIC = 'Admin'\n", View("airflow", "open", sees=("version", "records")),
            lambda box: {"records": get(box, "/api/v1/dags")["total_entries"]}),
    airflow("locked", "WTF_CSRF_ENABLED = True\n", View("airflow", "locked", sees=("version",)), lambda box: {}),
    LIVY,
    nexus("open", nexus_fill, View("nexus", "open", sees=("version", "collections"))),
    nexus("locked", nexus_shut, View("nexus", "locked", sees=("version",))),
    Spec("zipkin:open", f"java -Xmx250m -XX:TieredStopAtLevel=1 -jar {CACHE}/zipkin-3/zipkin-server-3.6.1-exec.jar", env=ZIPKIN_AT, slow=True,
         ready="curl -sf http://$A:$P/health", seed=span("ada"), truth=zipkin_truth, views=(View("zipkin", "open", sees=("version", "collections")),)),
    zeppelin("open", {}, View("zeppelin", "open", sees=("version", "records")), lambda box: {"records": len(get(box, "/api/notebook")["body"])},
             seed=notebook),
    zeppelin("locked", {"conf/shiro.ini": SHIRO}, View("zeppelin", "locked", sees=("version",)), lambda box: {}),
)
