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
create table "客户表_身份证号码" ("姓名" text, "身份证号" text, "手机号" text);
create schema audit;
create table audit.event (at timestamptz, what text);
insert into audit.event select now(), 'x' from generate_series(1, 77);
END
$CLIENT -d postgres -c 'create table note (t text)' -c "insert into note values ('a'), ('b')"
$CLIENT -d shop -c analyze
$CLIENT -d postgres -c analyze
"""


# The same with nothing in the database postgres.
SEED_SHOP = """
$CLIENT -d template1 -c 'create database shop'
$CLIENT -d shop <<'END'
create table customer (id int primary key, name text);
insert into customer select n, 'name ' || n from generate_series(1, 1234) n;
END
$CLIENT -d shop -c analyze
"""


# A table in each of twenty databases.
MANY = SEED + """
for n in $(seq 20); do
    $CLIENT -d postgres -c "create database d$n"
    $CLIENT -d d$n -c 'create table t (n int)' -c "insert into t select generate_series(1, $n)"
    $CLIENT -d d$n -c analyze
done
"""


def truth_from(database):
    def truth(box):
        names = box.client(f'-d {database} -c "{ONE_DATABASE}"').split()
        rows = [row.rsplit("|", 1) for name in names for row in box.client(f'-d {name} -c "{NAMES}"').splitlines()]
        size = "select sum(pg_database_size(oid)) from pg_database where not datistemplate"
        return {
            "version": number(box.client(f"-d {database} -c 'show server_version'")),
            "collections": len(rows),
            "records": sum(int(live) for _, live in rows),
            "bytes": int(box.client(f'-d {database} -c "{size}"')),
            "names": sorted(name for name, _ in rows),
        }
    return truth


def access(*lines, initdb=INITDB):
    """pg_hba.conf: the socket stays open for the zoo, TCP is as the variant says."""
    quoted = " ".join(f"'{line}'" for line in ("local all all trust", *lines))
    return f"{initdb}printf '%s\\n' {quoted} >d/pg_hba.conf"


def with_password(method):
    return access(f"host all all all {method}")


def lock(method, seed=SEED):
    statement = f"set password_encryption = '{method}'; alter user postgres password '{PASSWORD}'"
    return seed + f'$CLIENT -d postgres -c "{statement}"'


def role(name, *grants):
    """Somebody beside postgres, who has a password."""
    statements = "; ".join((f"create role {name}", *(grant.format(name) for grant in grants)))
    return lock("scram-sha-256") + f'\n$CLIENT -d postgres -c "{statements}"'


def postgresql(variant, prepare, view, seed=SEED, options="", client=PSQL, database="postgres", **more):
    return Spec("postgresql:" + variant, SERVER + options, client=client, prepare=prepare, seed=seed,
                truth=truth_from(database), ready="$CLIENT -d template1 -c 'select 1'", views=(view,), **more)


TLS = " -c ssl=on -c ssl_cert_file=$C/good.pem -c ssl_key_file=$C/good.key"
# Told from the names of columns.
PERSONAL = {"personal.identity": "resident ID number, person name", "personal.contact": "mobile number"}
OPEN = View("postgresql", "open", sees=FIELDS)
LOCKED = View("postgresql", "locked")
# The door is open to any name, and the zoo's own is not among those that Ajar knows.
UNNAMED = View("postgresql", "open", facts={"auth": "none"})
AS_ZOO = INITDB.replace("-U postgres", "-U zoo")
PSQL_ZOO = PSQL.replace("-U postgres", "-U zoo")
# Messages in German, from a locale that is made here.
GERMAN = "mkdir locale\nlocaledef -i de_DE -f UTF-8 locale/de_DE.UTF-8 >/dev/null 2>&1 || test -d locale/de_DE.UTF-8\n"

SPECS = (
    postgresql("open", access("host all all all trust"), View("postgresql", "open", sees=FIELDS, facts=PERSONAL)),
    postgresql("scram", with_password("scram-sha-256"), LOCKED, lock("scram-sha-256")),
    postgresql("md5", with_password("md5"), LOCKED, lock("md5")),
    postgresql("reject", access("host all all all reject"), LOCKED),
    postgresql("no-hba", access(), LOCKED),
    postgresql("hostssl", access("hostssl all all all trust"),
               View("postgresql", "open", sees=FIELDS, transport="tls", certificate="good.pem"), options=TLS),
    # One dress is guarded, the other is not.
    postgresql("hostnossl", access("hostssl all all all scram-sha-256", "hostnossl all all all trust"),
               OPEN, lock("scram-sha-256"), options=TLS),
    postgresql("german", GERMAN + access("hostnossl all all all trust"), OPEN,
               options=TLS + " -c lc_messages=de_DE.UTF-8", env={"LOCPATH": "$D/locale"}),
    postgresql("german-reject", GERMAN + access("host all all all reject"),
               View("postgresql", "locked", transport="tls"),
               options=TLS + " -c lc_messages=de_DE.UTF-8", env={"LOCPATH": "$D/locale"}),
    # More databases than a visit has connections for: what fits is counted, and what was left out is told.
    postgresql("twenty-databases", access("host all all all trust"),
               View("postgresql", "open", sees=FIELDS, facts={"counts.partial": True, "databases": 22},
                    slack={"collections": 0.8, "records": 0.95}), MANY),
    # Other databases and names than postgres.
    postgresql("database-guarded", access("host postgres all all scram-sha-256", "host all all all trust"),
               View("postgresql", "open", sees=FIELDS, facts={"counts.partial": True}), lock("scram-sha-256", SEED_SHOP)),
    postgresql("database-gone", access("host all all all trust"), OPEN,
               SEED_SHOP + "$CLIENT -d template1 -c 'drop database postgres'", database="shop"),
    # What nobody can know: the name of the one database that lets everybody in.
    postgresql("one-database", access("host shop all all trust", "host all all all scram-sha-256"), LOCKED, lock("scram-sha-256")),
    postgresql("replication-only", access("host replication all all trust", "host all all all scram-sha-256"), LOCKED,
               lock("scram-sha-256")),
    postgresql("renamed", access("host all all all trust", initdb=AS_ZOO), UNNAMED, client=PSQL_ZOO),
    postgresql("nobody", access("host all postgres all trust", "host all all all scram-sha-256", initdb=AS_ZOO),
               LOCKED, client=PSQL_ZOO),
    postgresql("postgres-guarded", access("host all postgres all scram-sha-256", "host all all all trust"),
               UNNAMED, lock("scram-sha-256")),
    postgresql("root-open", access("host all postgres all scram-sha-256", "host all all all trust"),
               View("postgresql", "open", sees=FIELDS, facts={"user": "root", "writable": True, "superuser": True}),
               role("root", "alter role {} login superuser")),
    postgresql("reader", access("host all postgres all scram-sha-256", "host all all all trust"),
               View("postgresql", "open", sees=FIELDS, facts={"user": "root", "writable": False, "superuser": False}),
               role("root", "alter role {} login", "grant pg_read_all_data to {}")),
    # A session, the names, and no right to any record.
    postgresql("powerless", access("host all postgres all scram-sha-256", "host all all all trust"),
               View("postgresql", "partial", sees=FIELDS,
                    facts={"user": "root", "writable": False, "collections.readable": 0}),
               role("root", "alter role {} login")),
)
