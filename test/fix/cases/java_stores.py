"""Kafka, Cassandra, Neo4j, Hazelcast and Pulsar, of the wide zoo's cache."""

import subprocess

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at, certificate
from from_zoo import Stand, page, spec_of
from wide.cache import CACHE
from wide.servers.pulsar import seed as pulsar_seed

from .wide import unit

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"

KAFKA = f"{CACHE}/kafka-3.9"
KAFKA_JAVA = f"/usr/bin/java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp \"{KAFKA}/*\""
# The settings for KRaft as they are shipped, but for the folder and what makes the start slow. Instead of the shipped scripts, which
# the cache lacks, what they start.
KAFKA_OPEN = unit("kafka", "kafka", f"{KAFKA_JAVA} kafka.Kafka /etc/kafka/server.properties") + f"""
install -d -o kafka /etc/kafka /var/lib/kafka
cat >/etc/kafka/server.properties <<'END'
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://{SERVER}:9092
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
log.dirs=/var/lib/kafka
offsets.topic.replication.factor=1
log.cleaner.dedupe.buffer.size=2097152
END
printf '%s\\n' '#!/bin/sh' 'exec {KAFKA_JAVA} kafka.admin.ConfigCommand "$@"' >/run/fix-bin/kafka-configs.sh
chmod 755 /run/fix-bin/kafka-configs.sh
runuser -u kafka -- {KAFKA_JAVA} kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c /etc/kafka/server.properties >/dev/null
cat >/root/Topics.java <<'END'
import java.util.*;
import org.apache.kafka.clients.admin.*;
public class Topics {{
    public static void main(String[] a) throws Exception {{
        var settings = new Properties();
        settings.put("bootstrap.servers", a[0]);
        settings.put("request.timeout.ms", "10000");
        settings.put("default.api.timeout.ms", "15000");
        for (int i = 1; i < a.length; i++)
            settings.put(a[i].substring(0, a[i].indexOf('=')), a[i].substring(a[i].indexOf('=') + 1));
        try (var cluster = Admin.create(settings)) {{
            if (settings.containsKey("make"))
                cluster.createTopics(List.of(new NewTopic("ada", 1, (short) 1))).all().get();
            System.out.println(cluster.listTopics().names().get());
        }}
    }}
}}
END
javac -cp "{KAFKA}/*" -d /root /root/Topics.java
"""
TOPICS = f"{KAFKA_JAVA.replace('/*', '/*:/root')} Topics ADDRESS OPTIONS"
KAFKA_TRUST = "ssl.truststore.type=PEM ssl.truststore.location=/etc/kafka/ca.pem"
KAFKA_LOGIN = (f"security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-512 {KAFKA_TRUST} 'sasl.jaas.config="
               f"org.apache.kafka.common.security.scram.ScramLoginModule required username=\"admin\" password=\"{PASSWORD}\";'")


def topics(port=9092, options="", address=SERVER):
    return at(TOPICS, f"{address}:{port}", options=options)


def kafka(name, *steps):
    return Case(name, ("kafka",), (9092,), open=KAFKA_OPEN, seed=topics(options="make=yes"), holds="ada", owner=topics(), stranger=topics(),
                needs=(KAFKA,), wide=True, steps=steps)


CQLSH = f"{CACHE}/cqlsh-6"
CASSANDRA_SEED = f"""
printf '%s\\n' '#!/bin/sh' 'exec env PYTHONPATH={CQLSH} python3 {CQLSH}/bin/cqlsh "$@"' >/run/fix-bin/cqlsh
chmod 755 /run/fix-bin/cqlsh
cqlsh {SERVER} -e "CREATE KEYSPACE shop WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}};
CREATE TABLE shop.person (name text PRIMARY KEY); INSERT INTO shop.person (name) VALUES ('ada')"
"""
SELECT = f"SSL_VALIDATE=true SSL_CERTFILE=/run/certs/ca.pem cqlsh {SERVER} OPTIONS -e 'SELECT name FROM shop.person'"
KEYSTORE = f"""
install -d /etc/cassandra
openssl pkcs12 -export -in /run/certs/good.pem -inkey /run/certs/good.key -passout 'pass:{PASSWORD}' -out /etc/cassandra/keystore.p12
"""
ENCRYPTION = f"client_encryption_options: {{enabled: true, optional: true, keystore: $D/keystore.p12, keystore_password: {PASSWORD}}}"


def select(options=""):
    return at(SELECT, options=options)


def cassandra(name, more, *steps, **others):
    spec = spec_of("cassandra-5.0:open", text=("endpoint_snitch: SimpleSnitch", f"endpoint_snitch: SimpleSnitch\n{more}"))
    stand = Stand(spec, "cassandra", 9042, "/etc/cassandra", "")

    def opened():
        subprocess.run(["/bin/sh", "-ec", KEYSTORE], check=True)
        stand.open()  # makes all of that folder the server's own

    return Case(name, ("cassandra",), (9042,), open=opened, seed=CASSANDRA_SEED, holds="ada", owner=select(), stranger=select(),
                needs=(f"{CACHE}/cassandra-5.0", CQLSH), wide=True, steps=steps, **others)


NEO4J = f"{CACHE}/neo4j-5"
NEO4J_JAVA = (f"/usr/bin/java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp \"{NEO4J}/*\" "
              + " ".join(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "java.lang", "sun.nio.ch", "java.util.concurrent")))
# Out of the libraries that it is made of: the cache lacks its scripts. It begins with one person, whom it makes once.
NEO4J_OPEN = unit("neo4j", "neo4j", f"{NEO4J_JAVA} /etc/neo4j/Graph.java") + f"""
install -d -o neo4j /etc/neo4j /var/lib/neo4j
cat >/etc/neo4j/neo4j.conf <<'END'
server.bolt.enabled=true
server.bolt.listen_address=0.0.0.0:7687
server.memory.pagecache.size=16m
server.directories.data=/var/lib/neo4j/data
dbms.security.auth_enabled=false
END
cat >/etc/neo4j/Graph.java <<'END'
import java.nio.file.*;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

public class Graph {{
    public static void main(String[] a) throws Exception {{
        Path home = Path.of("/var/lib/neo4j"), made = home.resolve("made");
        var service = new DatabaseManagementServiceBuilder(home).loadPropertiesFromFile(Path.of("/etc/neo4j/neo4j.conf")).build();
        if (!Files.exists(made)) {{
            service.database("neo4j").executeTransactionally("CREATE (:Person {{name: 'ada'}})");
            Files.createFile(made);
        }}
        Thread.currentThread().join();
    }}
}}
END
printf '%s\\n' '#!/bin/sh' 'cd /var/lib/neo4j && exec runuser -u neo4j -- env NEO4J_HOME=/var/lib/neo4j NEO4J_CONF=/etc/neo4j {NEO4J_JAVA} org.neo4j.cli.AdminTool "$@"' \\
  >/run/fix-bin/neo4j-admin
chmod 755 /run/fix-bin/neo4j-admin
cat >/root/bolt.py <<'END'
import socket, ssl, sys
def text(words):
    return bytes([0xd0, len(words)]) + words.encode()
def pairs(**names):
    return bytes([0xa0 + len(names)]) + b"".join(text(name) + (text(value) if isinstance(value, str) else b"\\xff") for name, value in names.items())
def message(code, *fields):
    body = bytes([0xb0 + len(fields), code]) + b"".join(fields)
    return len(body).to_bytes(2, "big") + body + b"\\0\\0"
password = sys.argv[2] if sys.argv[2:] else ""
login = dict(scheme="basic", principal="neo4j", credentials=password) if password else dict(scheme="none")
with socket.create_connection((sys.argv[1], 7687), 20) as server:
    if sys.argv[3:]:
        server = ssl.create_default_context(cafile=sys.argv[3]).wrap_socket(server, server_hostname=sys.argv[1])
    server.sendall(bytes.fromhex("6060b01700000404000000000000000000000000") + message(1, pairs(user_agent="owner/1", **login))
                   + message(0x10, text("MATCH (p:Person) RETURN p.name"), pairs(), pairs()) + message(0x3f, pairs(n=-1)))
    answers = server.makefile("rb")
    answers.read(4)
    ends = 0  # of what it says about each of the three
    while ends < 3 and (head := answers.read(2)):
        body = answers.read(int.from_bytes(head, "big"))
        ends += body[1:2] in (b"\x70", b"\x7e", b"\x7f")
        print(body.decode(errors="replace"))
END
"""
GRAPH = "python3 /root/bolt.py ADDRESS OPTIONS"
NEO4J_TLS = NEO4J_OPEN + certificate("/etc/neo4j", "neo4j") + """
cat >>/etc/neo4j/neo4j.conf <<'END'
server.bolt.tls_level=OPTIONAL
dbms.ssl.policy.bolt.enabled=true
dbms.ssl.policy.bolt.base_directory=/etc/neo4j
dbms.ssl.policy.bolt.private_key=key.pem
dbms.ssl.policy.bolt.public_certificate=cert.pem
dbms.ssl.policy.bolt.client_auth=NONE
END
"""

# Its own starter, out of its one jar, which holds the client as well. Whatever it has is in memory.
HAZELCAST = f"{CACHE}/hazelcast-5.5"
HAZELCAST_JAVA = f"/usr/bin/java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp \"{HAZELCAST}/*:/root\""
HAZELCAST_OPEN = unit("hazelcast", "hazelcast", f"{HAZELCAST_JAVA.replace(':/root', '')} -Dhazelcast.config=/etc/hazelcast/hazelcast.yaml"
                      " -Dhazelcast.phone.home.enabled=false com.hazelcast.core.server.HazelcastMemberStarter") + """
install -d /etc/hazelcast
cat >/etc/hazelcast/hazelcast.yaml <<'END'
hazelcast:
  network:
    port: {port: 5701, auto-increment: false}
    join: {multicast: {enabled: false}}
    rest-api: {enabled: true, endpoint-groups: {DATA: {enabled: true}}}
END
cat >/root/People.java <<'END'
import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;

public class People {
    public static void main(String[] a) throws Exception {
        ClientConfig config = new ClientConfig();
        config.getNetworkConfig().addAddress(a[0]).setSmartRouting(false);
        config.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(15000);
        var grid = HazelcastClient.newHazelcastClient(config);
        if (a.length > 1)
            grid.getMap("people").put("name", a[1]);
        System.out.println("in it: " + grid.getMap("people").get("name"));
        grid.shutdown();
    }
}
END
javac -cp "CACHED/*" -d /root /root/People.java
""".replace("CACHED", HAZELCAST)
PEOPLE = f"{HAZELCAST_JAVA} People ADDRESS NAME"

PULSAR = f"{CACHE}/pulsar-4.0"
# The user that the text names is the one that it runs as here.
PULSAR_TOOL = f"""
useradd -o -M -u $(id -u zoo) pulsar
printf '%s\\n' '#!/bin/sh' 'shift; exec java -cp "{PULSAR}/*" org.apache.pulsar.utils.auth.tokens.TokensCliUtils "$@"' >/run/fix-bin/pulsar
chmod 755 /run/fix-bin/pulsar
"""
ADMIN_TOKEN = "-H \"Authorization: Bearer $(cat /etc/pulsar/admin.token)\""


def pulsar():
    spec = spec_of("pulsar-4.0:open", (" --wipe-data", ""), rename={"standalone.conf": "/etc/pulsar/broker.conf"}, seed=pulsar_seed)
    stand = Stand(spec, "pulsar", 6650, "", "")
    topics_of = page(20000, "/admin/v2/persistent/public/default")
    return Case("pulsar", ("pulsar",), (6650,), open=stand.open, ready=page(20000, "/admin/v2/clusters"), seed=stand.seed, holds="orders",
                owner=topics_of, stranger=topics_of, needs=(PULSAR,), wide=True,
                steps=(Step(OPEN_STORE, "pulsar", "locked", page(20000, "/admin/v2/persistent/public/default", ADMIN_TOKEN), needs=PULSAR_TOOL),))


KAFKA_NEEDS = certificate("/etc/kafka", "kafka")

CASES = (
    kafka("kafka", Step(OPEN_STORE, "kafka", "locked", topics(9094, KAFKA_LOGIN), then_port=9094, needs=KAFKA_NEEDS)),
    kafka("kafka-tls", Step(PLAIN, "kafka", "open", topics(9094, f"security.protocol=SSL {KAFKA_TRUST}"), then_port=9094, needs=KAFKA_NEEDS)),
    cassandra("cassandra", "", Step(OPEN_STORE, "cassandra", "locked", select(f"-u admin -p '{PASSWORD}'")),
              Step(PLAIN, "cassandra", "locked", select(f"--ssl -u admin -p '{PASSWORD}'"))),
    cassandra("cassandra-optional-tls", ENCRYPTION, Step("tls-optional", "cassandra", "open", select("--ssl"), of_certificate=True), scan="--tls full"),
    Case("neo4j", ("neo4j",), (7687,), open=NEO4J_OPEN, seed="", holds="ada", owner=at(GRAPH, options=""), stranger=at(GRAPH, SERVER, options=""),
         needs=(NEO4J,), wide=True, steps=(Step(OPEN_STORE, "neo4j", "locked", at(GRAPH, options=f"'{PASSWORD}'")),)),
    Case("neo4j-optional-tls", ("neo4j",), (7687,), open=NEO4J_TLS, seed="", holds="ada", owner=at(GRAPH, options=""),
         stranger=at(GRAPH, SERVER, options=""), needs=(NEO4J,), wide=True, scan="--tls full",
         steps=(Step("tls-optional", "neo4j", "open", at(GRAPH, SERVER, options="'' /run/certs/ca.pem"), of_certificate=True),)),
    Case("hazelcast", ("hazelcast",), (5701,), open=HAZELCAST_OPEN, seed=at(PEOPLE, name="ada"), holds="ada", owner=at(PEOPLE, name=""), volatile="in it: null",
         stranger=at(PEOPLE, PUBLIC, name=""), address=PUBLIC, needs=(HAZELCAST,), wide=True,
         steps=(Step(OPEN_STORE, "hazelcast", "closed", at(PEOPLE, name=""), down=True),)),
    pulsar(),
)
