"""Stores and archives that Debian has, in the wide run: Tarantool, Orthanc, Galera; and the FTP servers that cannot stand beside vsftpd."""

import os
import pathlib

from case import PASSWORD, SERVER, Case, Step

from .common import at, certificate

CACHE = pathlib.Path(os.environ.get("AJAR_ZOO_CACHE") or pathlib.Path(__file__).resolve().parents[3] / "build" / "zoo-cache").resolve()

TARANTOOL_OPEN = """
cat >/etc/tarantool/instances.enabled/shop.lua <<'END'
box.cfg{listen = '0.0.0.0:3301', memtx_memory = 33554432}
box.once('first', function()
  local s = box.schema.space.create('person')
  s:create_index('primary', {parts = {1, 'string'}})
  s:insert{'ada'}
  box.schema.user.grant('guest', 'read,write,execute', 'universe')
  box.schema.user.grant('guest', 'read', 'space', 'person')
end)
END
"""
TARANTOOL = ("printf '%s\\n' 'local there = require(\"net.box\").connect(\"LOGINADDRESS:3301\")'"
             " 'print(there.space.person:select()[1][1])' 'os.exit()' >/run/ask.lua; timeout 10 tarantool /run/ask.lua")

CASES = (
    Case("tarantool", ("tarantool@shop",), (3301,), open=TARANTOOL_OPEN, seed="true", holds="ada", owner=at(TARANTOOL, login=""),
         wide=True, stranger=at(TARANTOOL, SERVER, login=""),
         steps=(Step("open-store", "tarantool", "locked", at(TARANTOOL, login=f"app:{PASSWORD}@")),)),
)
