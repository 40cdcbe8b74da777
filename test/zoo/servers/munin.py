"""Munin's node: its only lock is a list of addresses. Its plugins are those of the package."""

import socket

from model import Spec, View

CONFIG = ("host $A\nport $P\nlog_level 2\nlog_file $D/own.log\npid_file $D/pid\nbackground 0\nsetsid 0\nuser root\ngroup root\n"
          "host_name zoo\nignore_file ~$\ncidr_allow 127.0.0.0/8\ncidr_allow 192.168.77.0/24\n")


def truth(box):
    with socket.create_connection((box.address, box.ports["P"]), timeout=20) as server:
        server.sendall(b"list\nquit\n")
        names = sorted(b"".join(iter(lambda: server.recv(4096), b"")).decode().splitlines()[1].split())
    return {"version": box.sh("dpkg-query -Wf '${Version}' munin-node").split("-")[0], "collections": len(names),
            "names": names}


SPECS = (Spec("munin:open", "munin-node --config $D/m.conf --foreground", files={"m.conf": CONFIG}, truth=truth, root=True,
              views=(View("munin-node", "open", sees=("version", "collections")),)),)
