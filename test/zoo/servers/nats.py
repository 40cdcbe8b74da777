"""NATS: open, with a login, with rules for who has none, inside TLS. What JetStream holds is not counted."""

from model import PASSWORD, Spec, View, number

SERVER = "nats-server -a $A -p $P"
HEAD = "listen: $A:$P\n"
USERS = f"users: [ {{user: app, password: {PASSWORD}}}, {{user: guest, password: {PASSWORD}"
NOBODY = HEAD + "no_auth_user: guest\nauthorization { " + USERS + "}] }\n"
RULES = HEAD + "no_auth_user: guest\nauthorization { " + USERS + \
        ', permissions: {subscribe: ["news.>"], publish: {deny: ">"}}}] }\n'
NO_SUBJECTS = HEAD + "no_auth_user: guest\nauthorization { " + USERS + \
              ', permissions: {subscribe: {deny: ">"}, publish: {deny: ">"}}}] }\n'
# Who has no login is in an account of its own, and sees what that account has.
OWN_ACCOUNT = HEAD + "no_auth_user: guest\naccounts { A: { users: [ {user: app, password: " + PASSWORD + "} ] }, " \
              "B: { users: [ {user: guest, password: " + PASSWORD + "} ] } }\n"
TLS = HEAD + "tls { cert_file: $C/self.pem, key_file: $C/self.key }\n"


def truth(box):
    return {"version": number(box.sh("nats-server --version"))}


def configured(variant, text, view):
    return Spec("nats:" + variant, "nats-server -c $D/n.conf", files={"n.conf": text}, truth=truth, views=(view,))


def cluster_truth(box):
    return {**truth(box), "peers": f"{box.address}:{box.ports['P']}, {box.address}:{box.ports['P2']}"}


CLUSTER = (f"sh -c '{SERVER} -m $P5 --cluster nats://$A:$P3 --cluster_name zoo & "
           "exec nats-server -a $A -p $P2 --cluster nats://$A:$P4 --cluster_name zoo --routes nats://$A:$P3'")

SPECS = (
    Spec("nats:cluster", CLUSTER, truth=cluster_truth, ready=f"curl -s http://$A:$P5/varz | grep -q \"$A:$P2\"", views=(
        View("nats", "open", sees=("version",), facts={"auth": "none", "peers": "{peers}"}),
        View("nats-monitor", "open", sees=("version",), may=("collections", "records", "bytes"), facts={"peers": "{peers}"}, port="P5"))),
    Spec("nats:open", SERVER, truth=truth, views=(View("nats", "open", sees=("version",), facts={"auth": "none"}),)),
    Spec("nats:locked", f"{SERVER} --user zoo --pass {PASSWORD}", truth=truth,
         views=(View("nats", "locked", sees=("version",), facts={"auth": "password"}),)),
    # The greeting says that a login is required, and the server has a user for those who have none.
    configured("nobody", NOBODY, View("nats", "open", sees=("version",), facts={"auth": "none"})),
    configured("no-subjects", NO_SUBJECTS, View("nats", "partial", sees=("version",), facts={"auth": "acl"})),
    configured("own-account", OWN_ACCOUNT, View("nats", "open", sees=("version",))),
    configured("rules", RULES, View("nats", "partial", sees=("version",), facts={"auth": "acl"})),
)
