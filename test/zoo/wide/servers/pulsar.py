"""Pulsar 4.0, standalone: open, with logins, and with a name for those who have none and no rights for it."""

import base64
import time

from harness import ZooError
from model import Spec, View

from ..cache import CACHE, get

OPENED = ("java.base/java.io", "java.base/java.util.zip", "java.management/sun.management", "jdk.management/com.sun.management.internal",
          "java.base/sun.net", "java.base/jdk.internal.platform", "java.base/java.nio", "java.base/jdk.internal.misc")
JAVA = ("java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxDirectMemorySize=256m "
        + "".join(f"--add-opens {name}=ALL-UNNAMED " for name in OPENED))
RUN = (f"-cp '{CACHE}/pulsar-4.0/*' org.apache.pulsar.PulsarStandaloneStarter --config $D/standalone.conf --wipe-data --no-functions-worker "
       "--no-stream-storage --metadata-dir $D/m --bookkeeper-dir $D/b --bookkeeper-port $P3")
CONFIG = """clusterName=standalone
bindAddress=$A
advertisedAddress=$A
brokerServicePort=$P
webServicePort=$P2
zookeeperServers=
metadataStoreUrl=
configurationMetadataStoreUrl=
managedLedgerDefaultEnsembleSize=1
managedLedgerDefaultWriteQuorum=1
managedLedgerDefaultAckQuorum=1
loadBalancerEnabled=false
"""
LOGINS = f"""authenticationEnabled=true
authenticationProviders=org.apache.pulsar.broker.authentication.AuthenticationProviderToken
tokenSecretKey=data:;base64,{base64.b64encode(bytes(range(32))).decode()}
"""
NOBODY = "anonymousUserRole=guest\nauthorizationEnabled=true\nsuperUserRoles=admin\n"


def seed(box):
    """The namespace is made some time after the port is open."""
    for _ in range(60):
        try:
            get(box, "/admin/v2/persistent/public/default/orders", port="P2", method="PUT")
            break
        except (ZooError, OSError):
            time.sleep(1)
    get(box, "/admin/v2/persistent/public/default/people/partitions", port="P2", method="PUT", body="3")


def pulsar(variant, view, more="", filler=""):
    told = {"version": "4.0.1", "collections": 2, "names": ["orders", "people"]}
    return Spec("pulsar-4.0:" + variant, JAVA + RUN, files={"standalone.conf": CONFIG + more}, slow=True, port=6650, seed=filler,
                ready="curl -s -o ready http://$A:$P2/admin/v2/brokers/ready", truth=lambda box: told, views=(view,))


SPECS = (
    pulsar("open", View("pulsar", "open", sees=("version", "collections"), facts={"auth": "none"}), filler=seed),
    pulsar("token", View("pulsar", "locked", facts={"auth": "required"}), LOGINS),
    pulsar("nobody", View("pulsar", "locked", sees=("version",), facts={"auth": "acl"}), LOGINS + NOBODY),
)
