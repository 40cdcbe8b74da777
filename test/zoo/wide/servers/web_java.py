"""Stores and queues in Java that answer over HTTP: Ignite, Gremlin Server, ElasticMQ, Infinispan, OrientDB, Kafka
Connect, Artemis, Blazegraph, Alibaba's Druid, HAPI FHIR, and the parts of Hadoop beside the NameNode. What is told is read from their own
interfaces."""

from model import PASSWORD, Spec, View

from ..cache import CACHE, get
from .programs import HADOOP, java, site

OPENS = " ".join(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
    "java.lang", "java.lang.invoke", "java.io", "java.math", "java.net", "java.nio", "java.time", "java.util", "java.util.concurrent",
    "java.util.concurrent.atomic", "java.util.concurrent.locks", "jdk.internal.access", "jdk.internal.misc", "sun.nio.ch"))


def waits(path):
    """Exits 0 once a path is answered with 200."""
    return f"python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' \"http://$A:$P{path}\""


BEAN = '<bean class="org.apache.ignite.{0}">{1}</bean>'
IGNITE = ('<?xml version="1.0" encoding="UTF-8"?><beans xmlns="http://www.springframework.org/schema/beans" '
          'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.springframework.org/schema/beans '
          'http://www.springframework.org/schema/beans/spring-beans.xsd">' + BEAN.format(
              "configuration.IgniteConfiguration", '<property name="localHost" value="$A"/><property name="cacheConfiguration"><list>' + "".join(
                  BEAN.format("configuration.CacheConfiguration", f'<property name="name" value="{name}"/>') for name in ("people", "orders")) +
              '</list></property><property name="discoverySpi">' + BEAN.format(
                  "spi.discovery.tcp.TcpDiscoverySpi", '<property name="localPort" value="$P2"/><property name="ipFinder">' + BEAN.format(
                      "spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder", '<property name="addresses"><list><value>$A:$P2</value></list></property>') +
                  "</property>") + "</property>") + "</beans>")


def ignite_truth(box):
    names = [cache["name"] for cache in get(box, "/ignite?cmd=top&attr=false&mtr=false")["response"][0]["caches"]]
    return {"version": get(box, "/ignite?cmd=version")["response"], "collections": len(names), "names": names}


GREMLIN = """host: $A
port: $P
channelizer: org.apache.tinkerpop.gremlin.server.channel.HttpChannelizer
graphs: {graph: $D/g.properties}
scriptEngines: {gremlin-groovy: {plugins: {org.apache.tinkerpop.gremlin.server.jsr223.GremlinServerGremlinPlugin: {}}}}
serializers: [{className: org.apache.tinkerpop.gremlin.util.ser.GraphSONMessageSerializerV3, config: {}}]
"""
ELASTICMQ = "node-address {host = $A, port = $P}\nrest-sqs {bind-hostname = $A, bind-port = $P}\nrest-stats {enabled = true, bind-hostname = $A, bind-port = $P2}\nqueues {orders {}, mails {}}\n"


def elasticmq_truth(box):
    figures = get(box, "/statistics/queues", port="P2")
    return {"collections": len(figures), "names": [each["name"] for each in figures], "records": 0}


INFINISPAN = """<infinispan xmlns="urn:infinispan:config:14.0">
<cache-container name="default" statistics="true"><local-cache name="people"/><local-cache name="orders"/></cache-container>
<server xmlns="urn:infinispan:server:14.0"><interfaces><interface name="public"><inet-address value="$A"/></interface></interfaces>
<socket-bindings default-interface="public" port-offset="0"><socket-binding name="default" port="$P"/></socket-bindings>
<endpoints socket-binding="default"/></server></infinispan>
"""
LOG4J = '<Configuration><Appenders><Console name="S"/></Appenders><Loggers><Root level="WARN"><AppenderRef ref="S"/></Root></Loggers></Configuration>'


def infinispan_truth(box):
    names = [name for name in get(box, "/rest/v2/caches") if name in ("people", "orders")]
    return {"version": get(box, "/rest/v2/server")["version"].split()[-1], "collections": len(names), "names": names,
            "records": sum(int(get(box, f"/rest/v2/caches/{name}?action=size")) for name in names)}


ORIENTDB = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<orient-server><handlers/><network><protocols>
<protocol name="http" implementation="com.orientechnologies.orient.server.network.protocol.http.ONetworkProtocolHttpDb"/></protocols>
<listeners><listener ip-address="$A" port-range="$P" protocol="http"/></listeners></network>
<users><user name="zoo" password="{PASSWORD}" resources="*"/><user name="guest" password="guest" resources="connect,server.listDatabases,server.dblist"/></users>
<properties><entry name="server.database.path" value="$D/databases"/></properties></orient-server>
"""


def orientdb_truth(box):
    names = [name for name in get(box, "/listDatabases", user="zoo")["databases"] if name != "OSystem"]
    return {"collections": len(names), "names": names}


KAFKA = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$A:$P3
listeners=PLAINTEXT://$A:$P2,CONTROLLER://$A:$P3
controller.listener.names=CONTROLLER
log.dirs=$D/d
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
log.cleaner.dedupe.buffer.size=2097152
"""
CONNECT = """bootstrap.servers=$A:$P2
group.id=c
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
offset.storage.topic=co
offset.storage.replication.factor=1
offset.storage.partitions=1
config.storage.topic=cc
config.storage.replication.factor=1
status.storage.topic=cs
status.storage.replication.factor=1
status.storage.partitions=1
listeners=http://$A:$P
plugin.discovery=only_scan
"""
KAFKA_TOOL = f"java -Xmx192m -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp \"{CACHE}/kafka-connect-3/*\""
CONNECT_LOCK = "rest.extension.classes=org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension\n"
JAAS = "KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file=\"$D/users\"; };\n"


KAFKA_BROKER = f"{KAFKA_TOOL} kafka.Kafka $D/k.properties"
KAFKA_CONNECT = f"{KAFKA_TOOL} org.apache.kafka.connect.cli.ConnectDistributed $D/c.properties"


def kafka_connect(variant, more, path, view, truth):
    connect = KAFKA_CONNECT.replace("-Xmx", "-Djava.security.auth.login.config=$D/jaas -Xmx")
    return Spec(f"kafka-connect:{variant}", f"sh -c '{KAFKA_BROKER} & exec {connect}'", files={
                    "k.properties": KAFKA, "c.properties": CONNECT + more, "jaas": JAAS, "users": f"zoo={PASSWORD}\n"},
                prepare=f"{KAFKA_TOOL} kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c $D/k.properties >/dev/null",
                ready=waits(path) if path else "curl -s http://$A:$P/ | grep -q cannot", truth=truth, slow=True, views=(view,))


QUESTDB = f"java -Xmx300m -XX:TieredStopAtLevel=1 --add-exports=java.base/jdk.internal.math=ALL-UNNAMED -p {CACHE}/questdb-7/questdb-7.4.2.jar -m io.questdb/io.questdb.ServerMain -d $D"
QUESTDB_CONF = ("http.bind.to=$A:$P\nhttp.min.enabled=false\npg.net.bind.to=$A:$P2\nline.tcp.net.bind.to=$A:$P3\nhttp.worker.count=1\nshared.worker.count=1\n"
                "telemetry.enabled=false\n")


def questdb_fill(box):
    get(box, "/exec?query=create%20table%20people(name%20string)")


ARTEMIS_MADE = (f"{CACHE}/artemis-2/bin/artemis create $D/b --user zoo --password {PASSWORD} --require-login --http-host $A --http-port $P --host $A --default-port $P2"
                " --no-amqp-acceptor --no-mqtt-acceptor --no-stomp-acceptor --no-hornetq-acceptor --silent >/dev/null")
# Its options are those of its own file, but for the memory.
ARTEMIS_OPEN = (ARTEMIS_MADE + " && sed -i 's/-Xms512M -Xmx2G/-Xmx300m/; s/^ *JAVA_ARGS=\\\"/&-Dhawtio.authenticationEnabled=false /'"
                " $D/b/etc/artemis.profile")
DRUID = """import com.alibaba.druid.pool.DruidDataSource;
import com.alibaba.druid.support.http.StatViewServlet;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;
import java.net.InetSocketAddress;

public class Monitor {
    public static void main(String[] words) throws Exception {
        DruidDataSource source = new DruidDataSource();
        source.setUrl("jdbc:h2:mem:people");
        source.setFilters("stat");
        source.init();
        Server server = new Server(new InetSocketAddress(words[0], Integer.parseInt(words[1])));
        ServletContextHandler handler = new ServletContextHandler(ServletContextHandler.SESSIONS);
        ServletHolder holder = new ServletHolder(new StatViewServlet());
        if (words.length > 2) {
            holder.setInitParameter("loginUsername", "zoo");
            holder.setInitParameter("loginPassword", words[2]);
        }
        handler.addServlet(holder, "/druid/*");
        server.setHandler(handler);
        server.start();
        server.join();
    }
}
"""
FHIR = """import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.annotation.*;
import ca.uhn.fhir.rest.server.*;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;
import org.hl7.fhir.r4.model.*;
import java.net.InetSocketAddress;
import java.util.*;

public class Fhir {
    public static class Patients implements IResourceProvider {
        public Class<Patient> getResourceType() {
            return Patient.class;
        }

        @Search
        public List<Patient> all() {
            List<Patient> patients = new ArrayList<>();
            for (String id : List.of("ada", "bob", "eve")) {
                Patient patient = new Patient();
                patient.setId(id);
                patients.add(patient);
            }
            return patients;
        }
    }
    public static void main(String[] words) throws Exception {
        RestfulServer fhir = new RestfulServer(FhirContext.forR4());
        fhir.setResourceProviders(List.of(new Patients()));
        Server server = new Server(new InetSocketAddress(words[0], Integer.parseInt(words[1])));
        ServletContextHandler handler = new ServletContextHandler();
        handler.addServlet(new ServletHolder(fhir), words[2]);
        server.setHandler(handler);
        server.start();
        server.join();
    }
}
"""
PARTS = {**HADOOP, "conf/hdfs-site.xml": site(dfs_datanode_http_address="$A:$P", dfs_datanode_address="$A:$P2", dfs_datanode_ipc_address="$A:$P3",
                                              dfs_journalnode_http__address="$A:$P", dfs_journalnode_rpc__address="$A:$P2", dfs_journalnode_edits_dir="$D/j"),
         "conf/mapred-site.xml": site(mapreduce_jobhistory_webapp_address="$A:$P", mapreduce_jobhistory_address="$A:$P2", mapreduce_jobhistory_admin_address="$A:$P3"),
         "conf/yarn-site.xml": site(yarn_nodemanager_webapp_address="$A:$P", yarn_nodemanager_address="$A:$P2", yarn_nodemanager_localizer_address="$A:$P3",
                                    yarn_resourcemanager_hostname="$A")}


HBASE = {"conf/hbase-site.xml": site(hbase_rootdir="file://$D/r", hbase_tmp_dir="$D/t", hbase_zookeeper_property_dataDir="$D/z",
                                     hbase_zookeeper_property_clientPort="$P5", hbase_master_port="$P3", hbase_regionserver_port="$P4",
                                     hbase_master_info_bindAddress="$A", hbase_regionserver_info_bindAddress="$A", hbase_master_info_port="$P",
                                     hbase_regionserver_info_port="$P2", hbase_unsafe_stream_capability_enforce="false", hbase_wal_provider="filesystem")}
LOCAL = {**PARTS, "conf/core-site.xml": site(fs_defaultFS="file:///", hadoop_tmp_dir="$D", yarn_app_mapreduce_am_staging__dir="$D/s")}


def fhir_truth(box, base=""):
    return {"version": get(box, f"{base}/metadata")["software"]["version"], "records": get(box, f"{base}/Patient?_summary=count&_format=json")["total"]}


def hadoop(name, main, port, product, path, files=PARTS):
    return Spec(f"{name}:open", java("hadoop-3", main, "$D/conf:"), files=files, truth=lambda box: {"version": "3.3.6"}, slow=True, port=port, ready=waits(path),
                views=(View(product, "open", sees=("version",)),))


SPECS = (
    Spec("ignite:open", java("ignite-2", "org.apache.ignite.startup.cmdline.CommandLineStartup $D/c.xml", heap=400).replace(
        "-Djava.io", f"{OPENS} -DIGNITE_JETTY_HOST=$A -DIGNITE_JETTY_PORT=$P -DIGNITE_HOME=$D -DIGNITE_UPDATE_NOTIFIER=false -Djava.io"),
        files={"c.xml": IGNITE}, ready=waits("/ignite?cmd=version"), truth=ignite_truth, slow=True,
        views=(View("ignite", "open", sees=("version", "collections")),)),
    Spec("gremlin:open", java("gremlin-3", "org.apache.tinkerpop.gremlin.server.GremlinServer $D/g.yaml"), slow=True,
         files={"g.yaml": GREMLIN, "g.properties": "gremlin.graph=org.apache.tinkerpop.gremlin.tinkergraph.structure.TinkerGraph\n"},
         views=(View("gremlin-server", "open"),)),
    Spec("elasticmq:open", java("elasticmq-1", "org.elasticmq.server.Main").replace("-Djava.io", "-Dconfig.file=$D/e.conf -Djava.io"),
         files={"e.conf": ELASTICMQ}, truth=elasticmq_truth, slow=True,
         views=(View("elasticmq", "open"), View("elasticmq", "open", sees=("collections", "records"), port="P2"))),
    Spec("infinispan:open", java("infinispan-14", "org.infinispan.server.Bootstrap -c i.xml -s $D/server").replace(
        "-Djava.io", "-Dinfinispan.server.home.path=$D -Djava.io"), files={"server/conf/i.xml": INFINISPAN, "server/conf/log4j2.xml": LOG4J},
        prepare="mkdir -p server/data server/log server/lib", truth=infinispan_truth, slow=True,
        views=(View("infinispan", "open", sees=("version", "collections", "records")),)),
    Spec("orientdb:names", java("orientdb-3", "com.orientechnologies.orient.server.OServerMain").replace(
        "-Djava.io", "--add-opens=jdk.unsupported/sun.misc=ALL-UNNAMED -Dorientdb.config.file=$D/o.xml -DORIENTDB_HOME=$D -Djava.io"),
        files={"o.xml": ORIENTDB}, seed=lambda box: get(box, "/database/people/memory", user="zoo", method="POST", body=""), truth=orientdb_truth, slow=True, env={"ORIENTDB_ROOT_PASSWORD": PASSWORD},
        ready=waits("/listDatabases"),
        views=(View("orientdb", "partial", sees=("collections",)),)),
    kafka_connect("open", "", "/connectors", View("kafka-connect", "open", sees=("version", "collections")),
                  lambda box: {"version": get(box, "/")["version"], "collections": len(get(box, "/connectors"))}),
    kafka_connect("locked", CONNECT_LOCK, "", View("kafka-connect", "locked"), lambda box: {}),
    Spec("questdb:open", QUESTDB, files={"conf/server.conf": QUESTDB_CONF}, slow=True, ready=waits("/exec?query=select%201"), seed=questdb_fill,
         truth=lambda box: {"version": "7.4.2", "collections": 1}, views=(View("questdb", "open", sees=("version", "collections")),)),
    Spec("artemis:locked", "env JAVA_ARGS=-Xmx300m $D/b/bin/artemis run", prepare=ARTEMIS_MADE, slow=True, views=(View("artemis", "locked"),)),
    Spec("artemis:open", "$D/b/bin/artemis run", prepare=ARTEMIS_OPEN, slow=True, ready="curl -sf http://$A:$P/console/jolokia/version",
         views=(View("artemis", "open"),)),
    Spec("blazegraph:open", java("blazegraph-2", f"org.eclipse.jetty.runner.Runner --host $A --port $P --path /bigdata {CACHE}/blazegraph-2/war"), slow=True,
         ready=waits("/bigdata/namespace"), views=(View("blazegraph", "open"),)),
    Spec("druid-monitor:open", java("druid-monitor-1", "$D/Monitor.java $A $P"), files={"Monitor.java": DRUID}, truth=lambda box: {"version": "1.2.23"}, slow=True,
         views=(View("druid-monitor", "open", sees=("version",)),)),
    Spec("druid-monitor:locked", java("druid-monitor-1", f"$D/Monitor.java $A $P {PASSWORD}"), files={"Monitor.java": DRUID}, slow=True,
         views=(View("druid-monitor", "locked"),)),
    Spec("hapi-fhir:below", java("hapi-6", "$D/Fhir.java $A $P '/fhir/*'"), files={"Fhir.java": FHIR}, truth=lambda box: fhir_truth(box, "/fhir"), slow=True, port=8080,
         ready=waits("/fhir/metadata"), views=(View("fhir", "open", sees=("version", "records")),)),
    Spec("hapi-fhir:top", java("hapi-6", "$D/Fhir.java $A $P '/*'"), files={"Fhir.java": FHIR}, truth=fhir_truth, slow=True, ready=waits("/metadata"),
         views=(View("fhir", "open", sees=("version", "records")),)),
    Spec("hbase:open", java("hbase-25", "org.apache.hadoop.hbase.master.HMaster start", "$D/conf:", heap=400), files=HBASE, slow=True, ready=(
        "sh -c 'curl -sf \"http://$A:$P/jmx?qry=Hadoop:service=HBase,name=Master,sub=Server\" | grep -q \"numRegionServers.*1\"'"),
        truth=lambda box: {"collections": get(box, "/jmx?qry=Hadoop:service=HBase,name=Master,sub=Server")["beans"][0]["numRegionServers"]},
        # One process in this variant: master and region server tell the same.
        views=(View("hbase", "open", sees=("collections",)), View("hbase", "open", sees=("collections",), port="P2"))),
    hadoop("hdfs-datanode", "org.apache.hadoop.hdfs.server.datanode.DataNode", 9864, "hdfs-datanode", "/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo"),
    hadoop("hdfs-journalnode", "org.apache.hadoop.hdfs.qjournal.server.JournalNode", 8480, "hdfs-journalnode", "/jmx?qry=Hadoop:service=JournalNode,name=JournalNodeInfo"),
    hadoop("yarn-nodemanager", "org.apache.hadoop.yarn.server.nodemanager.NodeManager", 0, "yarn-nodemanager", "/ws/v1/node/info"),
    hadoop("mapreduce-history", "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer", 0, "mapreduce-history", "/ws/v1/history/info", LOCAL),
)
