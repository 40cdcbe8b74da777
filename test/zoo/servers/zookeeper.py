"""ZooKeeper 3.8. Counted: nodes, and the top nodes without its own /zookeeper."""

import re
import socket
import time

from model import PASSWORD, Spec, View

JARS = "zookeeper.jar zookeeper-jute.jar slf4j-api.jar metrics-core.jar commons-cli.jar netty-*.jar snappy*.jar"
CLASSPATH = f"/etc/zookeeper/conf:$(cd /usr/share/java && printf '/usr/share/java/%s:' {JARS})"
JAVA = "java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp " + CLASSPATH
SERVER = JAVA + " org.apache.zookeeper.server.quorum.QuorumPeerMain $D/zoo.cfg"
CLIENT = JAVA + " org.apache.zookeeper.ZooKeeperMain -waitforconnection -server $A:$P"
CONFIG = "tickTime=2000\ndataDir=$D/d\nclientPort=$P\nclientPortAddress=$A\nadmin.enableServer=false\n"
LOCKED = CONFIG + "enforce.auth.enabled=true\nenforce.auth.schemes=digest\n"
SEED = f"addauth digest zoo:{PASSWORD}\ncreate /shop x\ncreate /shop/a x\ncreate /shop/b x\nls /\n"


def srvr(box):
    """ZooKeeper's own admin word; it is answered with and without a login."""
    with socket.create_connection((box.address, box.ports["P"]), timeout=2) as server:
        server.sendall(b"srvr")
        return b"".join(iter(lambda: server.recv(4096), b"")).decode()


def serves(box):
    """The port accepts before anyone serves it; a connection made then may never be answered."""
    try:
        return "Node count" in srvr(box)
    except OSError:
        return False


def seeded(commands):
    def seed(box):
        for _ in range(50):
            if serves(box):
                break
            time.sleep(0.1)
        box.top_nodes = re.findall(r"^\[(.*)\]$", box.sh(CLIENT, commands), re.M)[-1].split(", ")
    return seed


seed = seeded(SEED)


def truth(box):
    """The names are those of the seeding: a Java client more would cost seconds, and the count shows a change."""
    text = srvr(box)
    names = sorted(set(box.top_nodes) - {"zookeeper"})
    return {"version": re.search(r"version: ([\d.]+)", text).group(1),
            "records": int(re.search(r"Node count: (\d+)", text).group(1)), "collections": len(names), "names": names}


ADDAUTH = f"addauth digest zoo:{PASSWORD}\n"
# The list of the top nodes is the right to read "/"; that of reading a node is its own.
NODES_SHUT = ADDAUTH + "create /shop x auth::cdrwa\ncreate /shop/a x auth::cdrwa\nls /\n"
ROOT_SHUT = ADDAUTH + "create /brokers x\nls /\nsetAcl / auth::cdrwa\n"
ALL_SHUT = ADDAUTH + "create /brokers x auth::cdrwa\nls /\nsetAcl / auth::cdrwa\n"


def zookeeper(variant, commands, view):
    return Spec("zookeeper:" + variant, SERVER, files={"zoo.cfg": CONFIG}, seed=seeded(commands), truth=truth, slow=True,
                views=(view,))


SPECS = (
    Spec("zookeeper:open", SERVER, files={"zoo.cfg": CONFIG}, seed=seed, truth=truth, slow=True,
         views=(View("zookeeper", "open", sees=("version", "records", "collections")),)),
    Spec("zookeeper:locked", SERVER, files={"zoo.cfg": LOCKED}, seed=seed, truth=truth, slow=True,
         views=(View("zookeeper", "locked", sees=("version", "records")),)),
    zookeeper("nodes-shut", NODES_SHUT, View("zookeeper", "partial", sees=("version", "records", "collections"),
                                             facts={"auth": "acl", "rights": "names of the top nodes"})),
    zookeeper("root-shut", ROOT_SHUT, View("zookeeper", "open", sees=("version", "records", "collections"),
                                           facts={"counts.partial": True, "writable": True})),
    zookeeper("all-shut", ALL_SHUT, View("zookeeper", "locked", sees=("version", "records"), facts={"auth": "acl"})),
)
