"""aMQTT, a broker in Python: another voice of MQTT than Mosquitto's."""

from model import Spec, View, number

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
MESSAGES = 3
PUBLISH = f"for n in $(seq {MESSAGES}); do mosquitto_pub -h $A -p $P -r -t zoo/$n -m value; done"



def truth(box):
    return {"version": number(next(CACHE.glob("amqtt-0.11/amqtt-*.dist-info")).name), "records": MESSAGES}


SPECS = (
    Spec("amqtt:open", SERVER, files={"c.yaml": CONFIG.replace("AUTH", ANONYMOUS)}, seed=PUBLISH, truth=truth,
         views=(View("mqtt", "open", sees=("version",), may=("records",)),)),
    Spec("amqtt:locked", SERVER, files={"c.yaml": CONFIG.replace("AUTH", WITH_PASSWORD), "pw": ""},
         views=(View("unknown", "identified"),)),
)
