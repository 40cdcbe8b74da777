"""RocketMQ: a name server and a broker; and brokers that let in those only who sign, by the rules of 5.1 and by the users of 5.4."""

import json
import socket
import struct

from harness import ZooError
from model import Spec, View

from ..cache import CACHE

JAVA = ("java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxDirectMemorySize=128m -Drocketmq.home.dir=$D/home -Duser.home=$D/home "
        "--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED "
        "--add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED "
        f"-cp '{CACHE}/rocketmq-5.1/*' ")
NAMES = "listenPort=$NAMES\nbindAddress=$A\n"
BROKER = """brokerClusterName=zoo
brokerName=one
brokerIP1=$A
listenPort=$BROKER
bindAddress=$A
namesrvAddr=$A:$NAMES
storePathRootDir=$D/store
storePathCommitLog=$D/store/log
mappedFileSizeCommitLog=1048576
mappedFileSizeConsumeQueue=60000
haListenPort=$P3
registerNameServerPeriod=10000
"""
RULES = "accounts:\n  - {accessKey: zoo-admin, secretKey: 12345678s3cret, admin: true}\n"
VERSIONS = {"5.1": "5.1.4", "5.4": "5.4.0"}
TOPICS = ("orders", "people")


def make(box, port, topic):
    """Request 17, UPDATE_AND_CREATE_TOPIC."""
    fields = {"topic": topic, "defaultTopic": "TBW102", "readQueueNums": "4", "writeQueueNums": "4", "perm": "6",
              "topicFilterType": "SINGLE_TAG", "topicSysFlag": "0", "order": "false"}
    head = json.dumps({"code": 17, "language": "OTHER", "version": 0, "opaque": 1, "flag": 0, "extFields": fields}).encode()
    with socket.create_connection((box.address, box.ports[port]), timeout=20) as broker:
        broker.sendall(struct.pack(">II", len(head) + 4, len(head)) + head)
        if b'"code":0' not in broker.recv(4096):
            raise ZooError(f"{topic} was not made")


def seeder(port):
    def seed(box):
        for topic in TOPICS:
            make(box, port, topic)
        box.sh("sleep 13")
    return seed


AUTH = """authenticationEnabled=true
authenticationProvider=org.apache.rocketmq.auth.authentication.provider.DefaultAuthenticationProvider
authenticationMetadataProvider=org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider
initAuthenticationUser={"username":"zoo","password":"12345678s3cret"}
innerClientAuthenticationCredentials={"accessKey":"zoo","secretKey":"12345678s3cret"}
"""


def rocketmq(variant, names, broker, port, view, more="", seeded=True, release="5.1"):
    """`names`, `broker`: which of the ports each has; the one that is $P, on `port`, is looked at."""
    command = (f"sh -c \"{JAVA} org.apache.rocketmq.namesrv.NamesrvStartup -c $D/names.conf & "
               f"exec {JAVA} org.apache.rocketmq.broker.BrokerStartup -c $D/broker.conf\"").replace("rocketmq-5.1", f"rocketmq-{release}")
    fill = lambda text: text.replace("$NAMES", "$" + names).replace("$BROKER", "$" + broker)
    return Spec(f"rocketmq-{release}:{variant}", command, slow=True, port=port, seed=seeder(broker) if seeded else "", ready="sleep 6", views=(view,),
                truth=lambda box: {"version": VERSIONS[release], "collections": 2, "names": sorted(TOPICS)},
                files={"names.conf": fill(NAMES), "broker.conf": fill(BROKER) + more, "home/conf/plain_acl.yml": RULES})


SPECS = (
    rocketmq("names", "P", "P2", 9876, View("rocketmq", "open", sees=("collections",), facts={"auth": "none", "role": "name server"})),
    rocketmq("broker", "P2", "P", 10911, View("rocketmq", "open", sees=("version", "collections"), facts={"auth": "none", "role": "broker"})),
    rocketmq("rules", "P2", "P", 10911, View("rocketmq", "locked", facts={"auth": "acl"}), "aclEnable=true\n", seeded=False),
    rocketmq("broker", "P2", "P", 10911, View("rocketmq", "open", sees=("version", "collections"), facts={"auth": "none", "role": "broker"}), release="5.4"),
    rocketmq("users", "P2", "P", 10911, View("rocketmq", "locked", facts={"auth": "acl"}), AUTH, seeded=False, release="5.4"),
)
