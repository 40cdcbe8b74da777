"""Redis, its sentinel, memcached, etcd, ZooKeeper."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at, certificate

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"

REDIS = f"redis-cli -h {SERVER} -p 6379"
REDIS_OWNER = f"REDISCLI_AUTH='{PASSWORD}' redis-cli -h 127.0.0.1 get name"
REDIS_TLS = f"REDISCLI_AUTH='{PASSWORD}' redis-cli -h {SERVER} --tls --cacert /etc/redis/ca.pem get name"
SENTINEL = f"redis-cli -h {SERVER} -p 26379 sentinel masters"
SENTINEL_OWNER = f"REDISCLI_AUTH='{PASSWORD}' redis-cli -h {SERVER} -p 26379 OPTIONS sentinel masters"
SENTINEL_TLS = SENTINEL.replace("sentinel masters", "--tls --cacert /etc/redis/ca.pem sentinel masters")

# Words to memcached, and what it answers.
MEMCACHED = "bash -c 'exec 3<>/dev/tcp/ADDRESS/11211; printf \"%s\\r\\n\" WORDS quit >&3; timeout 3 cat <&3'"
MEMCACHED_TLS = ("(printf '%s\\r\\n' version; sleep 1; echo quit) | timeout 5 openssl s_client -quiet -verify_return_error"
                 " -CAfile /etc/memcached/ca.pem -connect localhost:11211")


def memcached(address, *words):
    return at(MEMCACHED, address, words=" ".join(f'"{word}"' for word in words))


ETCD = f"ETCDCTL_API=3 etcdctl --endpoints=SCHEME://{SERVER}:2379 OPTIONS get --print-value-only name"
ETCD_OPEN = at(ETCD, scheme="http", options="")
ETCD_ROOT = at(ETCD, scheme="http", options=f"--user root:{PASSWORD}")
ETCD_TLS = at(ETCD, scheme="https", options=f"--cacert /etc/etcd/ca.pem --cert /root/client.pem --key /root/client.key --user root:{PASSWORD}")

ZOO_UNIT = """
cat >/etc/systemd/system/zookeeper.service <<'END'
[Service]
User=zookeeper
EnvironmentFile=/etc/zookeeper/conf/environment
ExecStart=/usr/bin/java -Xmx64m -cp /etc/zookeeper/conf:ZOOJARS $JAVA_OPTS org.apache.zookeeper.server.quorum.QuorumPeerMain /etc/zookeeper/conf/zoo.cfg
END
sed -i "s#ZOOJARS#$(cd /usr/share/java && ls -d zookeeper.jar zookeeper-jute.jar slf4j-api.jar slf4j-simple.jar metrics-core.jar commons-cli.jar netty-*.jar snappy*.jar | sed 's#^#/usr/share/java/#' | paste -sd:)#" /etc/systemd/system/zookeeper.service
sed -i 's#^dataDir=.*#dataDir=/var/lib/zookeeper#' /etc/zookeeper/conf/zoo.cfg
install -d -o zookeeper /var/lib/zookeeper
echo 1 >/etc/zookeeper/conf/myid
"""
ZOO_CLI = ("java -Xmx64m -cp /etc/zookeeper/conf:$(cd /usr/share/java && ls -d zookeeper.jar zookeeper-jute.jar slf4j-api.jar"
           " metrics-core.jar commons-cli.jar netty-*.jar | sed 's#^#/usr/share/java/#' | paste -sd:) OPTIONS"
           " org.apache.zookeeper.ZooKeeperMain -waitforconnection -server ADDRESS COMMAND 2>&1")
ZOO_CLIENT = """cat >/root/client-jaas.conf <<'END'
Client { org.apache.zookeeper.server.auth.DigestLoginModule required username="app" password="A-LONG-PASSWORD"; };
END
"""


# A store of the owner's certificate and key as a text of a Java server wants it.
ZOO_NEEDS = f"""
openssl pkcs12 -export -in /run/certs/good.pem -inkey /run/certs/good.key -passout 'pass:{PASSWORD}' -out /root/keystore.p12
install -o zookeeper -m 600 /root/keystore.p12 /etc/zookeeper/conf/keystore.p12
"""
ZOO_TLS = ("-Dzookeeper.client.secure=true -Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty"
           " -Dzookeeper.ssl.trustStore.location=/run/certs/ca.pem")


# It accepts before it serves, and closes whoever comes in between.
ZOO_READY = ("python3 -c 'import socket; s = socket.create_connection((\"127.0.0.1\", 2181), 3); s.settimeout(3); s.sendall(b\"srvr\");"
             " assert b\"Mode\" in s.makefile(\"rb\").read()'")


def zookeeper(command, address="127.0.0.1", options="", port=2181):
    return at(ZOO_CLI, f"{address}:{port}", options=options, command=command)


CASES = (
    Case("redis", ("redis-server",), (6379,),
         open="sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf",
         seed=f"{REDIS} set name ada", holds="ada", owner=f"{REDIS} get name", stranger=f"{REDIS} get name",
         steps=(Step(OPEN_STORE, "redis", "locked", REDIS_OWNER),
                Step(PLAIN, "redis", "locked", REDIS_TLS, needs=certificate("/etc/redis", "redis")))),
    Case("redis-upgrade", ("redis-server",), (6379,), holds="ada",
         open="sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf",
         seed=f"{REDIS} set name ada", owner=f"{REDIS} get name",
         steps=(Step("version-unsupported", "redis", "open", f"test -s /var/backups/dump-before-upgrade.rdb; {REDIS} get name",
                     stays=True),)),
    Case("redis-sentinel", ("redis-sentinel",), (26379,),
         open="printf '%s\\n' 'protected-mode no' 'bind 0.0.0.0' >>/etc/redis/sentinel.conf",
         seed="", holds="mymaster", owner=SENTINEL, stranger=SENTINEL,
         steps=(Step(OPEN_STORE, "redis-sentinel", "locked", SENTINEL_OWNER.replace("OPTIONS", "")),)),
    # Once it is locked it does not say that it is a sentinel.
    Case("redis-sentinel-tls", ("redis-sentinel",), (26379,),
         open="printf '%s\\n' 'protected-mode no' 'bind 0.0.0.0' >>/etc/redis/sentinel.conf",
         seed="", holds="mymaster", owner=SENTINEL, stranger=SENTINEL,
         steps=(Step(PLAIN, "redis-sentinel", "open", SENTINEL_TLS, needs=certificate("/etc/redis", "redis")),)),
    # Its fix is the firewall, so it stands at a public address.
    Case("memcached", ("memcached",), (11211,), address=PUBLIC, volatile="VERSION",
         open="sed -i 's/^-l .*/-l 0.0.0.0/' /etc/memcached.conf",
         seed=memcached("127.0.0.1", "set name 0 0 3", "ada"),
         holds="ada", owner=memcached("127.0.0.1", "get name", "version"), stranger=memcached(PUBLIC, "get name"),
         steps=(Step(OPEN_STORE, "memcached", "closed", memcached("127.0.0.1", "get name", "version"), severity="critical"),)),
    Case("memcached-tls", ("memcached",), (11211,), volatile="VERSION",
         open="sed -i 's/^-l .*/-l 0.0.0.0/' /etc/memcached.conf",
         seed="", holds="VERSION", owner=memcached("127.0.0.1", "version"),
         steps=(Step(PLAIN, "memcached", "open", MEMCACHED_TLS, needs=certificate("/etc/memcached", "memcache")),)),
    Case("etcd", ("etcd",), (2379,),
         open="""printf '%s\\n' 'ETCD_LISTEN_CLIENT_URLS="http://0.0.0.0:2379"' 'ETCD_ADVERTISE_CLIENT_URLS="http://box:2379"' \
             'ETCD_LISTEN_PEER_URLS="http://127.0.0.1:2380"' >>/etc/default/etcd""",
         seed="ETCDCTL_API=3 etcdctl put name ada", holds="ada", owner=ETCD_OPEN,
         stranger=f"ETCDCTL_API=3 etcdctl --endpoints=http://{SERVER}:2379 get --print-value-only name",
         steps=(Step(OPEN_STORE, "etcd", "partial", ETCD_ROOT),
                Step(PLAIN, "etcd", "locked", ETCD_TLS, needs=certificate("/etc/etcd", "etcd") + """
                    install -m 600 /run/certs/good.pem /root/client.pem
                    install -m 600 /run/certs/good.key /root/client.key"""))),
    # What it tells whoever has no login is kept by the firewall, so it stands at a public address.
    Case("etcd-partial", ("etcd",), (2379,), address=PUBLIC, open="""printf '%s\\n' 'ETCD_LISTEN_CLIENT_URLS="http://0.0.0.0:2379"' \\
             'ETCD_ADVERTISE_CLIENT_URLS="http://box:2379"' 'ETCD_LISTEN_PEER_URLS="http://127.0.0.1:2380"' >>/etc/default/etcd""",
         seed=f"""export ETCDCTL_API=3; etcdctl put name ada; etcdctl user add root:'{PASSWORD}'; etcdctl user grant-role root root
             etcdctl auth enable""", holds="ada", owner=ETCD_ROOT,
         stranger=f"curl -sf http://{PUBLIC}:2379/metrics >/dev/null && echo ada",
         steps=(Step("partial", "etcd", "closed", ETCD_ROOT),)),
    # A user without a password for health checks.
    Case("redis-partial", ("redis-server",), (6379,), holds="ada",
         open="sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf",
         seed=f"{REDIS} set name ada; {REDIS} acl setuser admin on '>{PASSWORD}' '~*' '&*' +@all; {REDIS} acl setuser default nopass -@all +ping +info;"
              f" {REDIS} --user admin -a '{PASSWORD}' --no-auth-warning config rewrite",
         owner=f"{REDIS} --user admin -a '{PASSWORD}' --no-auth-warning get name",
         stranger=f"{REDIS} ping | grep -q PONG && echo ada",
         steps=(Step("partial", "redis", "locked", f"{REDIS} --user admin -a '{PASSWORD}' --no-auth-warning get name"),)),
    Case("zookeeper", ("zookeeper",), (2181,), open=ZOO_UNIT, ready=ZOO_READY, seed=zookeeper("create /name ada"), holds="ada",
         owner=zookeeper("get /name"), stranger=zookeeper("get /name", SERVER),
         steps=(Step(OPEN_STORE, "zookeeper", "locked", ZOO_CLIENT + zookeeper(
             "get /name", options="-Djava.security.auth.login.config=/root/client-jaas.conf")),)),
    Case("zookeeper-tls", ("zookeeper",), (2181,), open=ZOO_UNIT, ready=ZOO_READY, seed=zookeeper("create /name ada"), holds="ada",
         owner=zookeeper("get /name"),
         stranger=zookeeper("get /name", SERVER), wide=True,
         steps=(Step(PLAIN, "zookeeper", "open", zookeeper("get /name", SERVER, ZOO_TLS, 2281), then_port=2281, needs=ZOO_NEEDS),)),
)
