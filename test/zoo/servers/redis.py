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
)
