"""memcached: open, with a password file (-Y) and with SASL (-S). Counted: items and their bytes."""

import socket

from model import PASSWORD, Spec, View

SERVER = "memcached -l $A -p $P -m 16"
TOOL = "/usr/share/memcached/scripts/memcached-tool $A:$P"
TWEMPROXY = """
zoo:
  listen: $A:$P
  hash: fnv1a_64
  distribution: ketama
  servers:
    - $A:$P2:1
"""


def seed(box):
    with socket.create_connection((box.address, box.ports["P"]), timeout=5) as server:
        for number in range(7):
            value = b"x" * (100 * number)
            server.sendall(b"set key%d 0 0 %d\r\n%s\r\n" % (number, len(value), value))
            assert server.recv(64) == b"STORED\r\n"


def truth(box):
    rows = (line.split() for line in box.client("stats").splitlines())
    stats = {row[0]: row[1] for row in rows if len(row) == 2}
    return {"version": stats["version"], "records": int(stats["curr_items"]), "bytes": int(stats["bytes"])}


def truth_from_binary(box):
    return {"version": box.sh("memcached --version").split()[1]}


def empty_truth(box):
    return {**truth_from_binary(box), "records": 0, "bytes": 0}


SPECS = (
    Spec("memcached:open", SERVER, client=TOOL, seed=seed, truth=truth,
         views=(View("memcached", "open", sees=("version", "records", "bytes")),)),
    Spec("memcached:passfile", SERVER + " -Y $D/passfile", files={"passfile": f"zoo:{PASSWORD}\n"},
         views=(View("memcached", "locked"),)),
    Spec("memcached:binary", SERVER + " -B binary", truth=empty_truth,
         views=(View("memcached", "open", sees=("version", "records", "bytes"),
                     facts={"protocol": "binary", "auth": "none"}),)),
    # It answers version itself, hangs up on the statistics and passes reads on. It hangs up on all that a guess begins
    # with as well, so it stands where memcached is asked first.
    Spec("memcached:twemproxy", "sh -c \"memcached -l $A -p $P2 -m 16 & exec nutcracker -o $D/n.log -c $D/n.yml -a $A -s $P3\"",
         files={"n.yml": TWEMPROXY}, truth=truth_from_binary, port=11211,
         views=(View("memcached", "open", sees=("version",), facts={"auth": "none"}),)),
    # The binary protocol tells the version even here. A version alone is no partial: nothing about the data is told.
    Spec("memcached:sasl", SERVER + " -S", files={"memcached.conf": "mech_list: plain\n"},
         env={"SASL_CONF_PATH": "$D"}, truth=truth_from_binary,
         views=(View("memcached", "locked", sees=("version",)),)),
)
