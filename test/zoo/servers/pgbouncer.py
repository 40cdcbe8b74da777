"""PgBouncer 1.18 before PostgreSQL 15. Counted: what is in the databases that the pooler leads to."""

from model import FIELDS, View, Spec, number

from . import postgresql

# Both in one process group, which the zoo ends. The server behind takes anybody from this machine.
COMMAND = f"""sh -c '{postgresql.BIN}/postgres -D $D/d -p $P2 -k $D -h $A -c autovacuum=off & exec pgbouncer -q $D/p.ini'"""
PSQL = postgresql.PSQL.replace("$P", "$P2")
INI = """[databases]
shop = host=$A port=$P2 dbname=shop user=postgres
OTHERS
[pgbouncer]
listen_addr = $A
listen_port = $P
unix_socket_dir =
auth_type = METHOD
auth_file = $D/users
admin_users = pgbouncer
"""
USERS = '"USER" "s3cret"\n'
SIZES = "select sum(pg_total_relation_size(relid)) from pg_stat_user_tables"


def truth(box):
    names = box.client(f'-d shop -c "{postgresql.NAMES}"').splitlines()
    rows = [row.rsplit("|", 1) for row in names]
    return {
        "version": number(box.sh("pgbouncer --version")),
        "collections": len(rows),
        "records": sum(int(live) for _, live in rows),
        "bytes": int(box.client(f'-d shop -c "{SIZES}"')),
        "names": sorted(name for name, _ in rows),
    }


def pgbouncer(variant, method, view, user="postgres", others=""):
    return Spec("pgbouncer:" + variant, COMMAND, client=PSQL, truth=truth, views=(view,),
                files={"p.ini": INI.replace("METHOD", method).replace("OTHERS", others),
                       "users": USERS.replace("USER", user)},
                prepare=postgresql.access("host all all all trust"), seed=postgresql.SEED,
                ready="$CLIENT -d template1 -c 'select 1'")


OPEN = View("pgbouncer", "open", sees=FIELDS, facts={"databases": 1})

SPECS = (
    # Without a database postgres: the console lists those that there are.
    pgbouncer("any", "any", OPEN),
    pgbouncer("trust", "trust", OPEN),
    pgbouncer("trust-listed", "trust", OPEN, user="app"),
    pgbouncer("md5", "md5", View("postgresql", "locked")),
    pgbouncer("scram", "scram-sha-256", View("postgresql", "locked")),
)
