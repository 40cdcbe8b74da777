"""RabbitMQ with its management page. Without a login it tells nothing but the version in its AMQP greeting."""

import base64
import json
import time
import urllib.request

from harness import ZooError
from model import PASSWORD, Spec, View, number

# Long names, so that the node, its distribution port and its epmd stay on the zoo's own address.
ENV = {"RABBITMQ_USE_LONGNAME": "true", "RABBITMQ_NODENAME": "zoo@$A", "RABBITMQ_PID_FILE": "$D/pid",
       "RABBITMQ_MNESIA_BASE": "$D/m", "RABBITMQ_LOG_BASE": "$D/l", "RABBITMQ_CONFIG_FILE": "$D/rabbitmq",
       "RABBITMQ_ENABLED_PLUGINS_FILE": "$D/plugins", "RABBITMQ_NODE_IP_ADDRESS": "$A", "RABBITMQ_NODE_PORT": "$P",
       "RABBITMQ_DIST_PORT": "$P3", "ERL_EPMD_ADDRESS": "$A", "ERL_EPMD_PORT": "$P4"}
# A login that stands in for visitors: MQTT's CONNECT without a name is let in as that user.
MQTT = "mqtt.listeners.tcp.1 = $A:$P2\nmqtt.allow_anonymous = true\nmqtt.default_user = zoo\n" \
       f"mqtt.default_pass = {PASSWORD}\ndefault_user = zoo\ndefault_pass = {PASSWORD}\n"
CONFIG = f"management.tcp.ip = $A\nmanagement.tcp.port = $P2\ndefault_user = zoo\ndefault_pass = {PASSWORD}\n"

# The scripts in the PATH insist on the user rabbitmq; these do not.
BIN = "/usr/lib/rabbitmq/bin"
SERVER = ("env RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=\"-kernel inet_dist_use_interface {$(echo $A | tr . ,)}\" "
          + BIN + "/rabbitmq-server")


def truth(box):
    return {"version": number(box.sh(BIN + "/rabbitmqctl version"))}


FILES = {"plugins": "[rabbitmq_management].\n", "rabbitmq.conf": CONFIG}
NODE = View("erlang", "locked", port="P3", facts={"auth": "cookie", "otp.least": 25}, rules=("code-behind-cookie",))
AMQP = View("rabbitmq", "locked", port="P", sees=("version",), facts={"auth": "password", "protocol": "AMQP 0-9-1"})


def login(user):
    return "Basic " + base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()


# Before the management, which lives below a path here, a proxy that logs everybody in: as the administrator, and as a
# user who may enter and see nothing. AMQP has no port here; what Prometheus is told has one of its own, and no login.
PROXY = """
daemon off;
worker_processes 1;
pid $D/nginx.pid;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $D/b; proxy_temp_path $D/p; fastcgi_temp_path $D/f; uwsgi_temp_path $D/u; scgi_temp_path $D/s;
    server { listen $A:$P; location / { proxy_set_header Authorization "ADMIN"; proxy_pass http://$A:$P2; } }
    server { listen $A:$P5; location / { proxy_set_header Authorization "LOW"; proxy_pass http://$A:$P2; } }
}
""".replace("ADMIN", login("zoo")).replace("LOW", login("low"))
PROXIED = CONFIG + """
management.path_prefix = /x/rabbit
listeners.tcp = none
prometheus.tcp.ip = $A
prometheus.tcp.port = $P6
"""
QUEUES = {"a": 2, "b": 1, "c": 0}


def ask(box, path, method="GET", body=None):
    request = urllib.request.Request(f"http://{box.address}:{box.ports['P2']}/x/rabbit/api/{path}", method=method,
                                     data=body and json.dumps(body).encode(),
                                     headers={"Authorization": login("zoo"), "Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def fill(box):
    """It takes some seconds until what it counts is in its overview."""
    ask(box, "users/low", "PUT", {"password": PASSWORD, "tags": "management"})
    for queue, messages in QUEUES.items():
        ask(box, f"queues/%2F/{queue}", "PUT", {"durable": True})
        for number_of in range(messages):
            ask(box, "exchanges/%2F/amq.default/publish", "POST",
                {"properties": {}, "routing_key": queue, "payload": str(number_of), "payload_encoding": "string"})
    for _ in range(60):
        if ask(box, "overview").get("queue_totals", {}).get("messages") == sum(QUEUES.values()):
            return
        time.sleep(0.5)
    raise ZooError("the overview does not count the messages")


def counted(box):
    overview = ask(box, "overview")
    return {**truth(box), "collections": overview["object_totals"]["queues"], "records": overview["queue_totals"]["messages"]}


ALL = ("version", "collections", "records")
SPECS = (
    Spec("rabbitmq:below-a-path", SERVER, env=ENV, truth=truth, slow=True,
         files={**FILES, "rabbitmq.conf": CONFIG + "management.path_prefix = /queues\n"},
         views=(View("rabbitmq", "locked", port="P2", facts={"http.base": "/queues"}), AMQP)),
    Spec("rabbitmq:locked", SERVER, env=ENV, truth=truth, slow=True,
         files=FILES, views=(View("rabbitmq", "locked", port="P2"), AMQP, NODE)),
    Spec("rabbitmq:mqtt", SERVER, env=ENV, truth=truth, slow=True,
         files={"plugins": "[rabbitmq_mqtt].\n", "rabbitmq.conf": MQTT},
         views=(View("mqtt", "open", port="P2", facts={"auth": "none", "protocol": "MQTT 3.1.1"}),
                AMQP)),
    Spec("rabbitmq:mqtt-locked", SERVER, env=ENV, truth=truth, slow=True,
         files={"plugins": "[rabbitmq_mqtt].\n", "rabbitmq.conf": MQTT.replace("anonymous = true", "anonymous = false")},
         views=(View("mqtt", "locked", port="P2"),
                AMQP)),
    Spec("rabbitmq:proxied", "sh -c 'nginx -c $D/n.conf -p $D -e stderr & exec " + SERVER.replace("'", '"') + "'",
         env={key: value for key, value in ENV.items() if key != "RABBITMQ_NODE_PORT"}, seed=fill, truth=counted, slow=True,
         files={"plugins": "[rabbitmq_management,rabbitmq_prometheus].\n", "rabbitmq.conf": PROXIED, "n.conf": PROXY},
         views=(View("rabbitmq", "open", sees=ALL, facts={"superuser": True}),
                View("rabbitmq", "partial", sees=("version",), port="P5"),
                View("rabbitmq", "partial", sees=ALL, port="P6"))),
)
