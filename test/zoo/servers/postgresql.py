"""PostgreSQL 15. Counted: user tables of all databases, their live tuples, the size of the non-template databases."""

from model import FIELDS, PASSWORD, Spec, View, number

BIN = "/usr/lib/postgresql/15/bin"
SERVER = f"{BIN}/postgres -D $D/d -p $P -k $D -h $A -c autovacuum=off"
# Through the socket in $D, which only the zoo reaches: the truth needs no right that the variant gives over TCP.
PSQL = f"{BIN}/psql -h $D -p $P -U postgres -X -q -A -t -v ON_ERROR_STOP=1"
INITDB = f"{BIN}/initdb -D $D/d -U postgres --no-sync -A trust >/dev/null\n"
ONE_DATABASE = "select datname from pg_database where not datistemplate and datallowconn order by 1"
NAMES = ("select current_database() || '.' || schemaname || '.' || relname || '|' || n_live_tup"
         " from pg_stat_user_tables order by 1")

# ANALYZE in a session of its own: in the one that inserted, the rows would be counted twice.
SEED = """
$CLIENT -d postgres -c 'create database shop'
$CLIENT -d shop <<'END'
create table customer (id int primary key, name text);
insert into customer select n, 'name ' || n from generate_series(1, 1234) n;
create schema audit;
create table audit.event (at timestamptz, what text);
insert into audit.event select now(), 'x' from generate_series(1, 77);
END
$CLIENT -d postgres -c 'create table note (t text)' -c "insert into note values ('a'), ('b')"
$CLIENT -d shop -c analyze
$CLIENT -d postgres -c analyze
"""


def truth(box):
    databases = box.client(f'-d postgres -c "{ONE_DATABASE}"').split()
    rows = [row.rsplit("|", 1) for name in databases for row in box.client(f'-d {name} -c "{NAMES}"').splitlines()]
    size = "select sum(pg_database_size(oid)) from pg_database where not datistemplate"
    return {
        "version": number(box.client("-d postgres -c 'show server_version'")),
        "collections": len(rows),
        "records": sum(int(live) for _, live in rows),
        "bytes": int(box.client(f'-d postgres -c "{size}"')),
        "names": sorted(name for name, _ in rows),
    }


def access(*lines):
    """pg_hba.conf: the socket stays open for the zoo, TCP is as the variant says."""
    quoted = " ".join(f"'{line}'" for line in ("local all all trust", *lines))
    return f"{INITDB}printf '%s\\n' {quoted} >d/pg_hba.conf"


def with_password(method):
    return access(f"host all all all {method}")


def lock(method):
    statement = f"set password_encryption = '{method}'; alter user postgres password '{PASSWORD}'"
    return SEED + f'$CLIENT -d postgres -c "{statement}"'


def postgresql(variant, prepare, view, seed=SEED, options=""):
    return Spec("postgresql:" + variant, SERVER + options, client=PSQL, prepare=prepare, seed=seed, truth=truth,
                ready="$CLIENT -d postgres -c 'select 1'", views=(view,))


TLS = " -c ssl=on -c ssl_cert_file=$C/good.pem -c ssl_key_file=$C/good.key"

SPECS = (
    postgresql("open", access("host all all all trust"), View("postgresql", "open", sees=FIELDS)),
    postgresql("scram", with_password("scram-sha-256"), View("postgresql", "locked"), lock("scram-sha-256")),
    postgresql("md5", with_password("md5"), View("postgresql", "locked"), lock("md5")),
    postgresql("reject", access("host all all all reject"), View("postgresql", "locked")),
    postgresql("no-hba", access(), View("postgresql", "locked")),
    postgresql("hostssl", access("hostssl all all all trust"),
               View("postgresql", "open", sees=FIELDS, transport="tls", certificate="good.pem"), options=TLS),
)
