"""Redis and Redis Sentinel. Counted: non-empty databases, keys, used_memory (which moves with every client)."""

import re

from model import FIELDS, PASSWORD, Spec, View, number

PLAIN = "redis-cli -h $A -p $P"
TLS = "redis-cli --tls --cacert $C/ca.pem --cert $C/good.pem --key $C/good.key -h $A -p $P"
TLS_FILES = "--port 0 --tls-port $P --tls-cert-file $C/good.pem --tls-key-file $C/good.key --tls-ca-cert-file $C/ca.pem"
SERVER = "redis-server --bind $A --save '' --dir $D"
OPEN = SERVER + " --port $P --protected-mode no"
LOCKED = SERVER + " --port $P"
BYTES = {"bytes": 0.05}

# A user without a password, as it is made for health checks and for readers: what it may do is all that a visitor may.
LIMITED = OPEN + " --user zoo on nopass '~*' +@all --user default on nopass "
AS_ZOO = PLAIN + " --user zoo --pass any --no-auth-warning"
SOME = ("version", "collections", "records", "bytes")
MANY = 30000  # databases: an INFO of more than 1 MiB

# A proxy that hangs up on INFO and on commands that are no RESP arrays.
TWEMPROXY = """
zoo:
  listen: $A:$P
  hash: fnv1a_64
  distribution: ketama
  redis: true
  servers:
    - $A:$P2:1
"""

SEED = """
$CLIENT -n 0 mset name ada place london year 1815
$CLIENT -n 3 rpush queue a b c
$CLIENT -n 3 set single 1
"""


def truth_of(info):
    databases = dict(re.findall(r"^(db\d+):keys=(\d+)", info, re.M))
    return {
        "version": re.search(r"^redis_version:(\S+)", info, re.M).group(1),
        "collections": len(databases),
        "records": sum(map(int, databases.values())),
        "bytes": int(re.search(r"^used_memory:(\d+)", info, re.M).group(1)),
        "names": sorted(databases),
    }


def truth(box):
    return truth_of(box.client("info"))


def truth_without_info(box):
    sizes = {f"db{index}": int(box.client(f"-n {index} dbsize")) for index in range(16)}
    names = [name for name, size in sizes.items() if size]
    return {"version": number(box.sh("redis-server --version")), "records": sum(sizes.values()),
            "collections": len(names), "names": names}


def sentinel_truth(box):
    info = box.client("info")
    masters = re.findall(r"^master\d+:name=([^,]+)", info, re.M)
    return {"version": re.search(r"^redis_version:(\S+)", info, re.M).group(1), "collections": len(masters),
            "names": masters}


def many_masters_truth(box):
    return {key: value for key, value in sentinel_truth(box).items() if key != "names"}  # a report lists 1,000 of them


def seed_many(box):
    """One connection for all: a key in each of MANY databases."""
    box.sh(f"i=0; while [ $i -lt {MANY} ]; do echo SELECT $i; echo SET k v; i=$((i + 1)); done | {PLAIN} >/dev/null")


def cluster_truth(box):
    """The other node, as the server itself lists it."""
    rows = [line.split() for line in box.client("cluster nodes").splitlines()]
    return {**truth(box), "peers": ", ".join(row[1].split("@")[0] for row in rows if "myself" not in row[2])}


def proxied_truth(box):
    return {"version": number(box.sh("redis-server --version"))}


def redis(variant, command, view, client=PLAIN, **more):
    defaults = {"seed": SEED, "ready": "$CLIENT ping | grep -q PONG", "truth": truth}
    return Spec("redis:" + variant, command=command, client=client, views=(view,), **{**defaults, **more})


SPECS = (
    redis("open", OPEN, View("redis", "open", sees=FIELDS, slack=BYTES)),
    redis("locked", LOCKED + " --requirepass " + PASSWORD, View("redis", "locked"), env={"REDISCLI_AUTH": PASSWORD}),
    redis("acl", LOCKED + " --user default off --user app on '>" + PASSWORD + "' '~*' +@all",
          View("redis", "locked"), client=PLAIN + " --user app", env={"REDISCLI_AUTH": PASSWORD}),
    redis("renamed", OPEN + " --rename-command INFO ''",
          View("redis", "open", sees=("version", "collections", "records"), facts={"counts.partial": None}),
          truth=truth_without_info),
    # INFO and DBSIZE take no right to the data, and the right to the data does not bring INFO.
    redis("acl-ping-info", LIMITED + "-@all +ping +info",
          View("redis", "partial", sees=SOME, slack=BYTES, facts={"writable": False, "rights": "ping,info"}),
          client=AS_ZOO),
    redis("acl-read", LIMITED + "'~*' -@all +@read +ping +info",
          View("redis", "open", sees=SOME, slack=BYTES, facts={"writable": False, "auth": "none"}), client=AS_ZOO),
    redis("acl-get-scan", LIMITED + "'~*' -@all +get +scan +ping",
          View("redis", "open", may=("version",), facts={"info": "refused", "writable": None}), client=AS_ZOO),
    redis("acl-some-keys", LIMITED + "'~app:*' +@all", View("redis", "open", sees=SOME, slack=BYTES,
          facts={"rights": "ping,info,reads of some keys"}), client=AS_ZOO),
    # No right to read, as it is meant; but commands that write give values back.
    redis("acl-write-only", LIMITED + "'~*' -@all +@write +ping",
          View("redis", "open", may=("version",), facts={"auth": "none", "writable": True}), client=AS_ZOO),
    redis("acl-publish", LIMITED + "-@all '&*' +ping +@pubsub", View("redis", "locked", facts={"auth": "acl"}), client=AS_ZOO),
    redis("acl-no-keys", LIMITED + "resetkeys -@all +@all", View("redis", "partial", sees=SOME, slack=BYTES), client=AS_ZOO),
    redis("acl-ping", LIMITED + "-@all +ping", View("redis", "locked", facts={"auth": "acl"}), client=AS_ZOO),
    redis("all-renamed", OPEN + " --rename-command INFO '' --rename-command DBSIZE ''",
          View("redis", "open", sees=("version",), facts={"writable": True}),
          truth=proxied_truth),
    redis("replica", f"sh -c \"{SERVER} --port $P2 --protected-mode no & exec {OPEN} --replicaof $A $P2\"",
          View("redis", "open", sees=FIELDS, slack=BYTES, facts={"role": "replica", "writable": False}),
          seed=SEED.replace("$CLIENT", "redis-cli -h $A -p $P2") + "sleep 1\n",
          ready="$CLIENT info replication | grep -q master_link_status:up"),
    redis("cluster", f"sh -c \"{SERVER} --port $P2 --cluster-enabled yes --cluster-port $P4 --cluster-config-file n2 --protected-mode no & "
          f"exec {OPEN} --cluster-enabled yes --cluster-port $P3 --cluster-config-file n1\"",
          View("redis", "open", sees=("version", "collections", "records"), may=("bytes",), slack=BYTES,
               facts={"cluster": True, "peers": "{peers}"}), truth=cluster_truth,
          seed="$CLIENT cluster addslotsrange 0 16383\n$CLIENT cluster meet $A $P2 $P4\n"
               "until $CLIENT cluster info | grep -q cluster_state:ok && [ $($CLIENT cluster nodes | grep -c connected) = 2 ]; do sleep 0.1; done\n"
               "$CLIENT set name ada\n"),
    redis("stale", OPEN + " --replicaof $A 9 --replica-serve-stale-data no",
          View("redis", "open", sees=FIELDS, slack=BYTES, facts={"writable": False}), ready="", seed=""),
    redis("many-databases", OPEN + f" --databases {MANY}",
          View("redis", "open", sees=("version",), may=("collections", "records", "bytes"),
               slack={**BYTES, "collections": 0.3, "records": 0.3}, facts={"counts.partial": True}), seed=seed_many),
    redis("twemproxy", f"sh -c \"{SERVER} --port $P2 --protected-mode no & exec nutcracker -o $D/n.log -c $D/n.yml -a $A -s $P3\"",
          View("redis", "open", facts={"auth": "none"}), files={"n.yml": TWEMPROXY}, ready="", seed="",
          truth=proxied_truth),
    redis("tls", SERVER + " --protected-mode no --tls-auth-clients no " + TLS_FILES,
          View("redis", "open", sees=FIELDS, slack=BYTES, transport="tls", certificate="good.pem"), client=TLS),
    # Who it is shows only to those with a certificate; that one is asked for is the lock.
    redis("mtls", SERVER + " --protected-mode no " + TLS_FILES,
          View("tls-service", "locked", transport="tls", certificate="good.pem",
               facts={"auth": "client certificate"}), client=TLS),
    Spec("redis-sentinel:open", "redis-sentinel $D/s.conf --port $P --bind $A --protected-mode no",
         files={"s.conf": "sentinel monitor m 127.0.0.1 9 1\n"}, client=PLAIN,
         views=(View("redis-sentinel", "open", sees=("version", "collections")),),
         ready="$CLIENT ping | grep -q PONG", truth=sentinel_truth),
    Spec("redis-sentinel:health", "redis-sentinel $D/s.conf --port $P --bind $A --protected-mode no",
         files={"s.conf": "sentinel monitor m 127.0.0.1 9 1\nuser default on nopass -@all +ping +info\n"}, client=PLAIN,
         views=(View("redis-sentinel", "partial", sees=("version", "collections"), facts={"rights": "ping,info"}),),
         ready="$CLIENT ping | grep -q PONG", truth=sentinel_truth),
    Spec("redis-sentinel:many", "redis-sentinel $D/s.conf --port $P --bind $A --protected-mode no",
         files={"s.conf": "".join(f"sentinel monitor master-{n} 127.0.0.1 {n + 1000} 1\n" for n in range(1000))},
         client=PLAIN, views=(View("redis-sentinel", "open", sees=("version", "collections")),),
         ready="$CLIENT ping | grep -q PONG", truth=many_masters_truth),
)
