"""A node of Erlang beside its epmd. RabbitMQ's node is seen in rabbitmq.py."""

from model import Spec, View

# Long names, so that the node and its epmd stay on the zoo's own address. Its home is a folder of its own, where its cookie is made.
ENV = {"HOME": "$D", "ERL_EPMD_ADDRESS": "$A", "ERL_EPMD_PORT": "$P2"}
NODE = ("erl -noinput -name zoo@$A -kernel inet_dist_use_interface \"{$(echo $A | tr . ,)}\""
        " -kernel inet_dist_listen_min $P inet_dist_listen_max $P -kernel logger_level debug > $D/log.txt 2>&1")
KNOWN = {"auth": "cookie", "status": "ok", "otp.least": 25}

SPECS = (
    Spec("erlang:node", NODE, env=ENV, views=(View("erlang", "locked", facts=KNOWN, rules=("code-behind-cookie",)),)),
    # It takes nodes that were named to it, and no others.
    Spec("erlang:named-only", NODE.replace(" > $D", " -eval \"net_kernel:allow(['ours@127.0.0.1']).\" > $D"), env=ENV,
         views=(View("erlang", "locked", facts={"status": "not_allowed", "node": None}, rules=("code-behind-cookie",)),)),
)
