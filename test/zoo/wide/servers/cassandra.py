"""Cassandra 4.1 and 5.0: open, by the newest version of its protocol only, and with logins."""

import socket
import struct

from model import Spec, View

from ..cache import CACHE

# What its own scripts say for Java 17.
EXPORTED = ("java.base/jdk.internal.misc", "java.base/jdk.internal.ref", "java.base/sun.nio.ch", "java.rmi/sun.rmi.registry",
            "java.management.rmi/com.sun.jmx.remote.internal.rmi", "java.rmi/sun.rmi.server", "java.sql/java.sql")
OPENED = ("java.base/java.lang.module", "java.base/jdk.internal.loader", "java.base/jdk.internal.ref", "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.math", "java.base/jdk.internal.module", "java.base/jdk.internal.util.jar", "java.base/sun.nio.ch",
          "jdk.management/com.sun.management.internal", "java.base/java.io", "java.base/java.lang", "java.base/java.nio",
          "java.base/java.util", "java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic")
JAVA = ("java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djdk.attach.allowAttachSelf=true "
        + "".join(f"--add-exports {name}=ALL-UNNAMED " for name in EXPORTED) + "".join(f"--add-opens {name}=ALL-UNNAMED " for name in OPENED)
        + "-Dlogback.configurationFile=file://$D/logback.xml -Dcassandra.config=file://$D/cassandra.yaml -Dcassandra.storagedir=$D "
        "-Dcassandra.superuser_setup_delay_ms=0 -Dcassandra.ring_delay_ms=0 -Dcassandra.skip_wait_for_gossip_to_settle=0 ")
LOGBACK = ('<configuration><appender name="O" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%level %msg%n</pattern>'
           '</encoder></appender><root level="WARN"><appender-ref ref="O"/></root></configuration>\n')
CONFIG = """cluster_name: zoo
num_tokens: 4
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
listen_address: $A
rpc_address: $A
storage_port: $P2
native_transport_port: $P
endpoint_snitch: SimpleSnitch
commitlog_sync: periodic
commitlog_sync_period: 10000ms
data_file_directories: [$D/d]
commitlog_directory: $D/cl
saved_caches_directory: $D/sc
hints_directory: $D/h
cdc_raw_directory: $D/cdc
seed_provider: [{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: $A}]}]
"""
SEED = ("CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        "CREATE TABLE shop.people (id int PRIMARY KEY, name text)", "CREATE TABLE shop.orders (id int PRIMARY KEY)",
        "INSERT INTO shop.people (id, name) VALUES (1, 'x')")


def say(connection, code, body):
    connection.sendall(struct.pack(">BBHBI", 4, 0, 1, code, len(body)) + body)
    head = connection.recv(9, socket.MSG_WAITALL)
    return head[4], connection.recv(struct.unpack(">I", head[5:])[0], socket.MSG_WAITALL)


def run(box, statements):
    """The answer to the last one, as it comes."""
    body = b""
    with socket.create_connection((box.address, box.ports["P"]), timeout=60) as connection:
        say(connection, 1, b"\0\x01\0\x0bCQL_VERSION\0\x053.0.0")
        for statement in statements:
            text = statement.encode()
            code, body = say(connection, 7, struct.pack(">I", len(text)) + text + b"\0\x01\0")
            if code == 0:
                raise RuntimeError(f"{statement}: {body!r}")
    return body


def seed(box):
    run(box, SEED)


def cassandra(version, variant, view, more="", seeded=True, **others):
    number = {"4.1": "4.1.7", "5.0": "5.0.4"}[version]
    told = {"version": number, "collections": 2, "names": ["shop.orders", "shop.people"]}
    return Spec(f"cassandra-{version}:{variant}", JAVA + f"-cp '{CACHE}/cassandra-{version}/*' org.apache.cassandra.service.CassandraDaemon",
                files={"cassandra.yaml": CONFIG + more, "logback.xml": LOGBACK}, seed=seed if seeded else "", slow=True,
                truth=lambda box: told if seeded else {"version": number, "collections": 0, "names": []}, views=(view,), **others)


OPEN = View("cassandra", "open", sees=("version", "collections"), facts={"auth": "none", "cluster": "zoo"})
SPECS = (
    cassandra("5.0", "open", OPEN),
    cassandra("5.0", "v5-only", OPEN, "native_transport_allow_older_protocols: false\n", seeded=False),
    cassandra("5.0", "password", View("cassandra", "locked", facts={"auth": "password"}),
              "authenticator: PasswordAuthenticator\nauthorizer: CassandraAuthorizer\n", seeded=False),
    cassandra("4.1", "open", OPEN, port=9042),
)
