"""RabbitMQ with its management page. Without a login it tells nothing but the version in its AMQP greeting."""

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
# No probe of AMQP yet: it says what it speaks to whoever asks for something else.
AMQP = View("unknown", "identified", port="P", facts={"greeting": "AMQP\x00\x00\t\x01", "greeting.to": "http"})

SPECS = (
    Spec("rabbitmq:below-a-path", SERVER, env=ENV, truth=truth, slow=True,
         files={**FILES, "rabbitmq.conf": CONFIG + "management.path_prefix = /queues\n"},
         views=(View("rabbitmq", "locked", port="P2", facts={"http.base": "/queues"}), AMQP)),
    Spec("rabbitmq:locked", SERVER, env=ENV, truth=truth, slow=True,
         files=FILES, views=(View("rabbitmq", "locked", port="P2"), AMQP)),
    Spec("rabbitmq:mqtt", SERVER, env=ENV, truth=truth, slow=True,
         files={"plugins": "[rabbitmq_mqtt].\n", "rabbitmq.conf": MQTT},
         views=(View("mqtt", "open", port="P2", facts={"auth": "none", "protocol": "MQTT 3.1.1"}),
                AMQP)),
    Spec("rabbitmq:mqtt-locked", SERVER, env=ENV, truth=truth, slow=True,
         files={"plugins": "[rabbitmq_mqtt].\n", "rabbitmq.conf": MQTT.replace("anonymous = true", "anonymous = false")},
         views=(View("mqtt", "locked", port="P2"),
                AMQP)),
)
