"""Kafka 3.9 (KRaft): open, and a listener that wants a login."""

import socket
import struct
import time

from model import PASSWORD, Spec, View

from ..cache import CACHE

JAVA = f"java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '{CACHE}/kafka-3.9/*' "
CONFIG = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$A:$P2
listeners=SASL://$A:$P,CONTROLLER://$A:$P2,INNER://$A:$P3
inter.broker.listener.name=INNER
controller.listener.names=CONTROLLER
listener.security.protocol.map=SASL:PROTOCOL,CONTROLLER:PLAINTEXT,INNER:PLAINTEXT
log.dirs=$D/d
offsets.topic.replication.factor=1
log.cleaner.dedupe.buffer.size=2097152
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_zoo="SECRET";
""".replace("SECRET", PASSWORD)
TOPICS = ("orders", "people")


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


def seed(box):
    """By the inner listener: two topics of three partitions."""
    topics = b"".join(string(name) + struct.pack(">ihii", 3, 1, 0, 0) for name in TOPICS)
    body = struct.pack(">hhi", 19, 1, 7) + string("zoo") + struct.pack(">i", len(TOPICS)) + topics + struct.pack(">i?", 9000, False)
    for _ in range(40):
        try:
            with socket.create_connection((box.address, box.ports["P3"]), timeout=10) as broker:
                broker.sendall(struct.pack(">i", len(body)) + body)
                if len(broker.recv(4096)) > 8:
                    break
        except OSError:
            pass
        time.sleep(0.5)
    time.sleep(1)


def kafka(variant, protocol, port, view):
    text = CONFIG.replace("PROTOCOL", protocol)
    return Spec("kafka-3.9:" + variant, JAVA + "kafka.Kafka $D/k.properties", files={"k.properties": text}, seed=seed, slow=True, port=port,
                prepare=JAVA + "kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c $D/k.properties >/dev/null",
                truth=lambda box: {"collections": len(TOPICS), "names": list(TOPICS)}, views=(view,))


SPECS = (
    kafka("open", "PLAINTEXT", 9092, View("kafka", "open", sees=("collections",), facts={"auth": "none", "writable": True, "partitions": 6})),
    kafka("locked", "SASL_PLAINTEXT", 9094, View("kafka", "locked", facts={"auth": "sasl", "mechanisms": "PLAIN"})),
)
