"""Beanstalkd: it knows no login."""

import re
import socket

from model import Spec, View


def ask(box, text):
    with socket.create_connection((box.address, box.ports["P"]), timeout=5) as server:
        server.sendall(text + b"quit\r\n")
        return b"".join(iter(lambda: server.recv(65536), b"")).decode()


def seed(box):
    ask(box, b"use mails\r\n" + b"put 1 0 10 1\r\na\r\n" * 5 + b"put 1 900 10 1\r\nb\r\nuse reports\r\nput 1 0 10 1\r\nc\r\n")


def truth(box):
    stats = ask(box, b"stats\r\n")
    names = re.findall(r"^- (\S+)\s*$", ask(box, b"list-tubes\r\n"), re.M)
    jobs = sum(int(n) for n in re.findall(r"^current-jobs-(?:ready|reserved|delayed|buried): (\d+)$", stats, re.M))
    return {"version": re.search(r'^version: "?([\d.]+)', stats, re.M).group(1), "records": jobs,
            "collections": len(names), "names": sorted(names)}


SPECS = (Spec("beanstalkd:open", "beanstalkd -l $A -p $P", seed=seed, truth=truth,
              views=(View("beanstalkd", "open", sees=("version", "records", "collections")),)),)
