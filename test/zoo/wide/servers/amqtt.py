"""aMQTT, a broker in Python: another voice of MQTT than Mosquitto's."""

from model import PASSWORD, Spec, View

from ..cache import CACHE

SERVER = f"env PYTHONPATH={CACHE}/amqtt-0.11 python3 -m amqtt.scripts.broker_script -c $D/c.yaml"
CONFIG = """
listeners:
  default: {type: tcp, bind: "$A:$P"}
plugins:
  amqtt.plugins.authentication.AUTH
  amqtt.plugins.sys.broker.BrokerSysPlugin: {sys_interval: 1}
"""
ANONYMOUS = "AnonymousAuthPlugin: {allow_anonymous: true}"
WITH_PASSWORD = "FileAuthPlugin: {password_file: $D/pw}"
PUBLISH = "for n in 1 2 3; do mosquitto_pub -h $A -p $P -r -t zoo/$n -m value; done"

SPECS = (
    Spec("amqtt:open", SERVER, files={"c.yaml": CONFIG.replace("AUTH", ANONYMOUS)}, seed=PUBLISH,
         views=(View("mqtt", "open", may=("version", "records")),)),
    Spec("amqtt:locked", SERVER, files={"c.yaml": CONFIG.replace("AUTH", WITH_PASSWORD), "pw": ""},
         views=(View("mqtt", "locked"),)),
)
