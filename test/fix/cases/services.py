"""Mosquitto, RabbitMQ, OpenLDAP, and what keeps Prometheus and its alerts."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at, certificate

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"

MQTT = "mosquitto_sub -h ADDRESS OPTIONS -t shop/name -C 1 -W 5"
AS_APP = f"-u app -P '{PASSWORD}'"


def mqtt(options="", address="127.0.0.1"):
    return at(MQTT, address, options=options)


LDAP = "ldapsearch -x -LLL -H ldap://ADDRESS OPTIONS -b dc=shop cn=ada sn"
LDAP_ADMIN = f"-D cn=admin,dc=shop -w '{PASSWORD}'"
# slapd keeps what dpkg made of it; a database of its own beside that.
LDAP_SEED = f"""
install -d -o openldap /var/lib/ldap-shop
ldapadd -Q -Y EXTERNAL -H ldapi:/// <<'END'
dn: olcDatabase=mdb,cn=config
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: dc=shop
olcDbDirectory: /var/lib/ldap-shop
olcRootDN: cn=admin,dc=shop
olcRootPW: {PASSWORD}
olcDbMaxSize: 10485760
ACCESSEND
ldapadd -x -D cn=admin,dc=shop -w '{PASSWORD}' <<'END'
dn: dc=shop
objectClass: domain
dc: shop

dn: cn=ada,dc=shop
objectClass: person
cn: ada
sn: lovelace
userPassword: hers
END
"""
# Names of people to anyone, what is in them to nobody: what the list of contexts and a browser of trees need, it is said.
LDAP_PARTIAL = """olcAccess: to dn.base="dc=shop" by * read
olcAccess: to attrs=entry by * read
olcAccess: to * by users read by anonymous auth
"""
# The administrator's own way: root of the machine by the socket, which must still be able to change something.
LDAP_ROOT = ("ldapmodify -Q -Y EXTERNAL -H ldapi:/// <<'END' >/dev/null\ndn: cn=config\nchangetype: modify\n"
             "replace: olcIdleTimeout\nolcIdleTimeout: 60\nEND\n")


def ldap(options="", address="127.0.0.1"):
    return at(LDAP, address, options=options)


RABBIT = "rabbitmqctl -q list_queues name messages"
RABBIT_OPEN = """
echo 'NODENAME=zoo@localhost' >/etc/rabbitmq/rabbitmq-env.conf
printf '%s\\n' 'loopback_users.guest = true' >/etc/rabbitmq/rabbitmq.conf
echo '[PLUGINS].' >/etc/rabbitmq/enabled_plugins
"""
RABBIT_READY = "rabbitmqctl -q await_startup"
RABBIT_SEED = f"""
rabbitmqctl -q add_user app '{PASSWORD}'; rabbitmqctl -q set_user_tags app administrator
rabbitmqctl -q set_permissions app '.*' '.*' '.*'
"""


def rabbit(plugins):
    return RABBIT_OPEN.replace("PLUGINS", plugins)


RABBIT_MQTT = f"mosquitto_sub -h {SERVER} -t shop/name -C 1 -W 5"
OVERVIEW = "curl -sfk OPTIONS BASE/api/queues | grep -o '\"name\":\"[a-z]*\"'"


def overview(base, options=""):
    return at(OVERVIEW, options=options, base=base)


RABBIT_QUEUE = (f"curl -sf -u app:{PASSWORD} -X PUT -H 'Content-Type: application/json' -d '{{\"durable\": true}}'"
                " http://127.0.0.1:15672/api/queues/%2F/ada")
# A proxy that logs everybody in, as somebody found it handy.
RABBIT_PROXY = f"""
cat >/etc/nginx/conf.d/queues.conf <<END
server {{
  listen 8080;
  location / {{
    proxy_set_header Authorization "Basic $(printf %s 'app:{PASSWORD}' | base64)";
    proxy_pass http://127.0.0.1:15672;
  }}
}}
END
"""
AS_RABBIT = f"-u app:{PASSWORD}"

PROMETHEUS = "curl -sf OPTIONS 'SCHEME://ADDRESS:9090/api/v1/label/__name__/values'"
SILENCES = "curl -sf OPTIONS SCHEME://ADDRESS:9093/api/v2/silences"
AS_OPS = f"--cacert /etc/prometheus/ca.pem -u ops:{PASSWORD}"


def web(line, scheme="http", options="", address="127.0.0.1"):
    return at(line, address, scheme=scheme, options=options)


CASES = (
    Case("mosquitto", ("mosquitto",), (1883,),
         open="printf '%s\\n' 'listener 1883' 'allow_anonymous true' 'sys_interval 1' >/etc/mosquitto/conf.d/open.conf",
         seed="mosquitto_pub -t shop/name -m ada -r; sleep 2", holds="ada", owner=mqtt(), stranger=mqtt(address=SERVER),
         steps=(Step(OPEN_STORE, "mosquitto", "locked", mqtt(AS_APP)),
                Step(PLAIN, "mqtt", "locked", mqtt(AS_APP + " -p 1883 --cafile /etc/mosquitto/certs/ca.pem", "localhost"),
                     needs=certificate("/etc/mosquitto/certs", "mosquitto")))),
    # Once it is locked it does not say whose it is.
    Case("mosquitto-tls", ("mosquitto",), (1883,),
         open="printf '%s\\n' 'listener 1883' 'allow_anonymous true' 'sys_interval 1' >/etc/mosquitto/conf.d/open.conf",
         seed="mosquitto_pub -t shop/name -m ada -r; sleep 2", holds="ada", owner=mqtt(),
         steps=(Step(PLAIN, "mosquitto", "open", mqtt("-p 1883 --cafile /etc/mosquitto/certs/ca.pem", "localhost"),
                     needs=certificate("/etc/mosquitto/certs", "mosquitto")),)),
    # It grants every subscription and keeps its own figures: whether it delivers was not tried.
    Case("mosquitto-quiet", ("mosquitto",), (1883,),
         open="printf '%s\\n' 'listener 1883' 'allow_anonymous true' 'sys_interval 0' >/etc/mosquitto/conf.d/open.conf",
         seed="mosquitto_pub -t shop/name -m ada -r", holds="ada", owner=mqtt(), stranger=mqtt(address=SERVER),
         steps=(Step("anonymous-broker", "mosquitto", "locked", mqtt(AS_APP)),)),
    Case("rabbitmq-mqtt", ("rabbitmq-server",), (1883,), open=rabbit("rabbitmq_mqtt") +
         "printf '%s\\n' 'mqtt.allow_anonymous = true' 'mqtt.default_user = app' 'mqtt.default_pass = A-LONG-PASSWORD' >>/etc/rabbitmq/rabbitmq.conf",
         ready=RABBIT_READY, seed=RABBIT_SEED + f"mosquitto_pub -h {SERVER} -t shop/name -m ada -r", holds="ada",
         owner=RABBIT_MQTT, stranger=RABBIT_MQTT,
         steps=(Step(OPEN_STORE, "mqtt", "locked", RABBIT_MQTT + f" -u app -P '{PASSWORD}'"),
                Step(PLAIN, "mqtt", "locked", RABBIT_MQTT + f" -p 8883 --cafile /etc/rabbitmq/ca.pem -u app -P '{PASSWORD}'",
                     then_port=8883, needs=certificate("/etc/rabbitmq", "rabbitmq")))),
    Case("rabbitmq", ("rabbitmq-server", "nginx"), (8080, 15672), open=rabbit("rabbitmq_management") + RABBIT_PROXY,
         ready=RABBIT_READY, seed=RABBIT_SEED + RABBIT_QUEUE, holds="ada",
         owner=overview("http://127.0.0.1:8080"), stranger=overview(f"http://{SERVER}:8080"),
         steps=(Step(OPEN_STORE, "rabbitmq", "locked", overview("http://127.0.0.1:8080", AS_RABBIT)),
                Step(PLAIN, "rabbitmq", "locked", overview("https://127.0.0.1:15671", AS_RABBIT), port=15672, then_port=15671,
                     needs=certificate("/etc/rabbitmq", "rabbitmq")))),
    Case("rabbitmq-metrics", ("rabbitmq-server",), (15692,), open=rabbit("rabbitmq_prometheus,rabbitmq_management"),
         ready=RABBIT_READY, seed=RABBIT_SEED + RABBIT_QUEUE, holds="ada", owner=RABBIT,
         stranger=f"curl -sf http://{SERVER}:15692/metrics >/dev/null && echo ada",
         steps=(Step("partial", "rabbitmq", "closed", RABBIT),)),
    Case("erlang-node", ("rabbitmq-server",), (25672,), open=rabbit("rabbitmq_management"), address=PUBLIC, wide=True, ready=RABBIT_READY,
         seed=RABBIT_SEED + RABBIT_QUEUE, holds="ada", owner=RABBIT,
         stranger=f"timeout 3 bash -c 'exec 3<>/dev/tcp/{PUBLIC}/25672' && echo ada",
         steps=(Step("code-behind-cookie", "erlang", "closed", RABBIT, down=True, severity="high"),)),
    Case("openldap", ("slapd",), (389,), open="true", seed=LDAP_SEED.replace("ACCESSEND", "olcAccess: to * by * read\nEND"),
         holds="lovelace", owner=ldap(), stranger=ldap(address=SERVER),
         steps=(Step(OPEN_STORE, "ldap", "locked", LDAP_ROOT + ldap(LDAP_ADMIN)),
                Step(PLAIN, "ldap", "locked", LDAP_ROOT + f"export LDAPTLS_CACERT=/etc/ldap/ca.pem\n{ldap('-ZZ ' + LDAP_ADMIN, SERVER)}",
                     needs=certificate("/etc/ldap", "openldap")))),
    Case("openldap-names", ("slapd",), (389,), open="true", seed=LDAP_SEED.replace("ACCESSEND", LDAP_PARTIAL + "END"),
         holds="lovelace", owner=ldap(LDAP_ADMIN),
         steps=(Step("partial", "ldap", "locked", LDAP_ROOT + ldap(LDAP_ADMIN)),)),
    Case("prometheus", ("prometheus",), (9090,), open="true", seed="sleep 1", holds="prometheus_build_info",
         ready="curl -sf http://127.0.0.1:9090/api/v1/label/__name__/values | grep -q prometheus_build_info",
         owner=web(PROMETHEUS), stranger=web(PROMETHEUS, address=SERVER),
         steps=(Step("open-monitor", "prometheus", "identified", web(PROMETHEUS, "https", AS_OPS, SERVER),
                     needs=certificate("/etc/prometheus", "prometheus")),)),
    Case("alertmanager", ("prometheus-alertmanager",), (9093,), open="true", holds="disk",
         seed="amtool --alertmanager.url=http://127.0.0.1:9093 silence add host=a --author=ada --comment=disk",
         owner=web(SILENCES), stranger=web(SILENCES, address=SERVER),
         steps=(Step("open-monitor", "alertmanager", "identified", web(SILENCES, "https", AS_OPS, SERVER),
                     needs=certificate("/etc/prometheus", "prometheus")),)),
)
