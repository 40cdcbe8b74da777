"""Twemproxy's port of statistics, which is told to whoever connects."""

from model import Spec, View, number

POOLS = """alpha:
  listen: $A:$P2
  redis: true
  distribution: ketama
  servers:
   - $A:$P3:1 shard-one
   - $A:$P4:1 shard-two
beta:
  listen: $A:$P5
  servers:
   - $A:$P6:1
"""

SPECS = (
    Spec("twemproxy:statistics", "nutcracker -o $D/n.log -c $D/n.yml -a $A -s $P", files={"n.yml": POOLS},
         truth=lambda box: {"version": number(box.sh("nutcracker -V 2>&1")), "collections": 2, "names": ["alpha", "beta"]},
         views=(View("twemproxy", "open", sees=("version", "collections"), facts={"auth": "none", "nodes": 3}),)),
)
