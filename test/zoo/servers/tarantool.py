"""Tarantool: a guest with all rights, with a right to one space, without any."""

from model import Spec, View, number

HEAD = "box.cfg{listen='$A:$P', memtx_memory=33554432, work_dir='$D', log='$D/own.log'}\n"
SEED = ("for _, name in ipairs({'people', 'orders'}) do\n  local s = box.schema.space.create(name)\n  s:create_index('primary')\n"
        "  for i = 1, 5 do s:insert{i, 'x'} end\nend\n")


def truth(box):
    return {"version": number(box.sh("tarantool --version"))}


def two(box):
    return {**truth(box), "collections": 2, "names": ["orders", "people"]}


def one(box):
    return {**truth(box), "collections": 1, "names": ["orders"]}


def tarantool(variant, grant, view, tells):
    return Spec("tarantool:" + variant, "tarantool $D/t.lua", files={"t.lua": HEAD + SEED + grant}, truth=tells, views=(view,))


SPECS = (
    tarantool("open", "box.schema.user.grant('guest', 'read,write,execute', 'universe')\n",
              View("tarantool", "open", sees=("version", "collections"), facts={"auth": "none"}), two),
    tarantool("one-space", "box.schema.user.grant('guest', 'read', 'space', 'orders')\n",
              View("tarantool", "open", sees=("version", "collections")), one),
    tarantool("write-only", "box.schema.user.grant('guest', 'write', 'space', 'orders')\n",
              View("tarantool", "partial", sees=("version", "collections")), one),
    tarantool("locked", "", View("tarantool", "locked", sees=("version",), facts={"auth": "password"}), truth),
)
