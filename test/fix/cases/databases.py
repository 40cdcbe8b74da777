"""PostgreSQL, PgBouncer, MariaDB, ClickHouse, InfluxDB."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at, certificate

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"

PG_TABLE = "create table person (name text); insert into person values ('ada')"
PG_NETWORK = f"psql -At -h {SERVER} -U postgres -c 'select name from person'"
# The administrator's own way, the socket, and the password over the network: both must work.
PG_SOCKET = "runuser -u postgres -- psql -Atc 'select name from person' | grep -q ada"
PG_OWNER = f"{PG_SOCKET}; PGPASSWORD='{PASSWORD}' {PG_NETWORK}"
PG_OPEN = """
cd /etc/postgresql/15/main
echo "listen_addresses = '*'" >>postgresql.conf
printf '%s\\n' 'local all postgres peer' 'local all all peer' 'host all all 0.0.0.0/0 trust' 'host all all ::/0 trust' >pg_hba.conf
"""
# Debian's is on from the start; the certificate of this machine's package may be missing here.
PG_CERTIFICATE = """
sed -i 's/^ssl/#ssl/' /etc/postgresql/15/main/postgresql.conf
cd /var/lib/postgresql/15/main
install -o postgres -m 644 /run/certs/good.pem server.crt
install -o postgres -m 600 /run/certs/good.key server.key
"""
BOUNCER = "psql -At -h ADDRESS -p 6432 -U USER -c 'select name from person' shop"
BOUNCER_OPEN = """
cat >/etc/pgbouncer/pgbouncer.ini <<'END'
[databases]
shop = host=127.0.0.1 port=5432 dbname=postgres
[pgbouncer]
listen_addr = *
listen_port = 6432
auth_type = trust
admin_users = pgbouncer
auth_file = /etc/pgbouncer/userlist.txt
unix_socket_dir = /var/run/postgresql
logfile = /var/log/postgresql/pgbouncer.log
pidfile = /var/run/postgresql/pgbouncer.pid
END
printf '%s\\n' '"app" ""' '"postgres" ""' >/etc/pgbouncer/userlist.txt
install -d -o postgres /var/run/postgresql
cd /etc/postgresql/15/main
printf '%s\\n' 'local all postgres peer' 'host all all 127.0.0.1/32 trust' >pg_hba.conf
"""
BOUNCER_SEED = f"""
runuser -u postgres -- psql -qc "{PG_TABLE}" -c "create role app login password '{PASSWORD}'" -c "grant select on person to app"
"""
BOUNCER_BEHIND = "sed -i '/^host/s/trust/scram-sha-256/' /etc/postgresql/15/main/pg_hba.conf; systemctl restart postgresql@15-main"

MARIADB_NETWORK = f"mariadb -h {SERVER} -u app shop -N -e 'select name from person'"
MARIADB_SEED = """mariadb -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
create user ''@'%'; grant all on *.* to ''@'%'; create user root@'%'; grant all on *.* to root@'%';
create user app@'%' identified by 'its own'; grant select on shop.* to app@'%'; create user bare@'%'; create role reader" """
MARIADB_OWNER = (f"mariadb -N -e 'select name from shop.person' | grep -q ada;"
                 f" runuser -u nobody -- mariadb -u root -p{PASSWORD} -N -e 'select name from shop.person' | grep -q ada;"
                 f" {MARIADB_NETWORK} -p'its own' OPTIONS")

CLICKHOUSE_SEED = """clickhouse-client --multiquery -q "create database shop; create table shop.person (name String) engine = Log;
insert into shop.person values ('ada')" """
CLICKHOUSE = "clickhouse-client --host ADDRESS OPTIONS -q 'select name from shop.person'"

CLICKHOUSE_TLS = (f"curl -s --cacert /etc/clickhouse-server/ca.pem -u default:{PASSWORD}"
                  " 'https://localhost:8443/?query=select+name+from+shop.person'")

INFLUX = "influx -host ADDRESS -database shop OPTIONS -execute 'select * from person'"


def clickhouse(options, address="127.0.0.1"):
    return at(CLICKHOUSE, address, options=options)


def bouncer(user, address="127.0.0.1"):
    return at(BOUNCER, address, user=user)


def influx(options, address="127.0.0.1"):
    return at(INFLUX, address, options=options)


CASES = (
    Case("postgresql", ("postgresql@15-main",), (5432,), open=PG_OPEN, ready="runuser -u postgres -- psql -c 'select 1'",
         seed=f'runuser -u postgres -- psql -qc "{PG_TABLE}"', holds="ada", owner=PG_NETWORK, stranger=PG_NETWORK,
         steps=(Step(OPEN_STORE, "postgresql", "locked", PG_OWNER),)),
    Case("postgresql-tls", ("postgresql@15-main",), (5432,), open=PG_OPEN + PG_CERTIFICATE,
         ready="runuser -u postgres -- psql -c 'select 1'",
         seed=f'runuser -u postgres -- psql -qc "{PG_TABLE}"', holds="ada", owner=PG_NETWORK,
         steps=(Step(PLAIN, "postgresql", "open", f"{PG_SOCKET}; PGSSLMODE=require {PG_NETWORK}"),)),
    Case("pgbouncer", ("postgresql@15-main", "pgbouncer"), (6432,), open=BOUNCER_OPEN, seed=BOUNCER_SEED, holds="ada",
         ready="runuser -u postgres -- psql -c 'select 1'", owner=bouncer("app"), stranger=bouncer("app", SERVER),
         steps=(Step(OPEN_STORE, "pgbouncer", "locked", f"PGPASSWORD='{PASSWORD}' " + bouncer("app"), needs=BOUNCER_BEHIND),)),
    # Once it is locked it does not say that it is a pooler.
    Case("pgbouncer-tls", ("postgresql@15-main", "pgbouncer"), (6432,), open=BOUNCER_OPEN, seed=BOUNCER_SEED, holds="ada",
         ready="runuser -u postgres -- psql -c 'select 1'", owner=bouncer("app"),
         steps=(Step(PLAIN, "pgbouncer", "open", "PGSSLMODE=require " + bouncer("app"),
                     needs=certificate("/etc/pgbouncer", "postgres")),)),
    Case("mariadb", ("mariadb",), (3306,), open="sed -i 's/^bind-address.*/bind-address = 0.0.0.0/' /etc/mysql/mariadb.conf.d/50-server.cnf",
         ready="mariadb -e 'select 1'", seed=MARIADB_SEED, holds="ada", owner="mariadb -N -e 'select name from shop.person'",
         stranger=f"mariadb -h {SERVER} -u whoever -N -e 'select name from shop.person'",
         steps=(Step(OPEN_STORE, "mariadb", "locked", MARIADB_OWNER.replace("OPTIONS", "")),
                Step(PLAIN, "mariadb", "locked", MARIADB_OWNER.replace("OPTIONS", "--ssl --ssl-ca=/etc/mysql/ca.pem"),
                     needs=certificate("/etc/mysql", "mysql")))),
    Case("clickhouse", ("clickhouse-server",), (9000, 8123),
         open="sed -i 's#</yandex>#<listen_host>0.0.0.0</listen_host></yandex>#' /etc/clickhouse-server/config.xml",
         ready="clickhouse-client -q 'select 1'", seed=CLICKHOUSE_SEED, holds="ada", owner=clickhouse(""),
         stranger=clickhouse("", SERVER),
         steps=(Step(OPEN_STORE, "clickhouse", "locked", clickhouse(f"--password '{PASSWORD}'")),
                Step(PLAIN, "clickhouse", "locked", CLICKHOUSE_TLS,
                     then_port=9440, needs=certificate("/etc/clickhouse-server", "clickhouse")))),
    Case("influxdb", ("influxdb",), (8086,), open="sed -i 's/^  # bind-address = \":8086\"/  bind-address = \":8086\"/' /etc/influxdb/influxdb.conf",
         ready="influx -execute 'show databases'",
         seed="influx -execute 'create database shop'; influx -database shop -execute 'insert person,name=ada age=36'",
         holds="ada", owner=influx(""), stranger=influx("", SERVER),
         steps=(Step(OPEN_STORE, "influxdb", "partial", influx(f"-username admin -password '{PASSWORD}'")),
                Step(PLAIN, "influxdb", "partial", influx(f"-ssl -unsafeSsl -username admin -password '{PASSWORD}'"),
                     needs=certificate("/etc/influxdb", "influxdb")))),
)

# Let in without a password, and shown names only.
PARTIAL = "partial"
BOUNCER_DIRECT = f"PGPASSWORD='{PASSWORD}' psql -At -h 127.0.0.1 -U app postgres -c 'select name from person'"
BOUNCER_BARE = BOUNCER_OPEN.replace("""'"app" ""' '"postgres" ""'""", "'\"bare\" \"\"'")
PG_PARTIAL = PG_OPEN.replace("'host all all 0.0.0.0/0 trust' 'host all all ::/0 trust'",
                             "'host all postgres all scram-sha-256' 'host all all all trust'")
PG_ROOT = f"""runuser -u postgres -- psql -qc "{PG_TABLE}" -c "create role root login" -c "create role app login password '{PASSWORD}'" \\
  -c "grant select on person to app" """
PG_AS_APP = f"PGPASSWORD='{PASSWORD}' psql -At -h {SERVER} -U app postgres -c 'select name from person'"
MARIADB_PARTIAL = f"""mariadb -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
create user ''@'%'; grant insert on shop.* to ''@'%'; create user app@'%' identified by 'its own'; grant select on shop.* to app@'%'" """
CLICKHOUSE_PARTIAL = """
sed -i 's#</yandex>#<listen_host>0.0.0.0</listen_host></yandex>#' /etc/clickhouse-server/config.xml
sed -i '0,/<password><.password>/s##<password></password><allow_databases><database>no</database></allow_databases>#' /etc/clickhouse-server/users.xml
sed -i 's#<users>#<users><app><password>its own</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></app>#' /etc/clickhouse-server/users.xml
"""
AS_APP = "--user app --password 'its own'"
INFLUX_LOCKED = "sed -i 's/^  # auth-enabled = false/  auth-enabled = true/' /etc/influxdb/influxdb.conf"
INFLUX_ADMIN = f"-username admin -password '{PASSWORD}'"
INFLUX_ALL = f"influx -execute \"create user admin with password '{PASSWORD}' with all privileges\""

CASES += (
    Case("postgresql-partial", ("postgresql@15-main",), (5432,), open=PG_PARTIAL, holds="ada",
         ready="runuser -u postgres -- psql -c 'select 1'", seed=PG_ROOT, owner=PG_AS_APP,
         steps=(Step(PARTIAL, "postgresql", "locked", f"{PG_SOCKET}; {PG_AS_APP}"),)),
    # Whoever comes is let in as a role that may read nothing.
    Case("pgbouncer-partial", ("postgresql@15-main", "pgbouncer"), (6432,), open=BOUNCER_BARE, seed=BOUNCER_SEED + 'runuser -u postgres -- psql -qc "create role bare login"',
         holds="ada", ready="runuser -u postgres -- psql -c 'select 1'", owner=BOUNCER_DIRECT, wide=True,
         steps=(Step(PARTIAL, "pgbouncer", "locked", f"PGPASSWORD='{PASSWORD}' " + bouncer("app")),)),
    Case("mariadb-partial", ("mariadb",), (3306,), ready="mariadb -e 'select 1'", seed=MARIADB_PARTIAL, holds="ada",
         open="sed -i 's/^bind-address.*/bind-address = 0.0.0.0/' /etc/mysql/mariadb.conf.d/50-server.cnf",
         owner="mariadb -N -e 'select name from shop.person'",
         steps=(Step(PARTIAL, "mariadb", "locked",
                     f"mariadb -N -e 'select name from shop.person' | grep -q ada; {MARIADB_NETWORK} -p'its own'"),)),
    Case("clickhouse-partial", ("clickhouse-server",), (9000,), open=CLICKHOUSE_PARTIAL, holds="ada",
         ready=f"clickhouse-client {AS_APP} -q 'select 1'", seed=CLICKHOUSE_SEED.replace("clickhouse-client", f"clickhouse-client {AS_APP}"),
         owner=clickhouse(AS_APP), steps=(Step(PARTIAL, "clickhouse", "locked", clickhouse(AS_APP)),)),
    # What it tells whatever it is told is kept by the firewall, so it stands at a public address.
    Case("influxdb-partial", ("influxdb",), (8086,), address=PUBLIC, open=INFLUX_LOCKED, holds="ada",
         seed=f"{INFLUX_ALL}; influx {INFLUX_ADMIN} -execute 'create database shop';"
              f" influx {INFLUX_ADMIN} -database shop -execute 'insert person,name=ada age=36'",
         owner=influx(INFLUX_ADMIN), stranger=f"curl -sf http://{PUBLIC}:8086/debug/vars >/dev/null && echo ada",
         steps=(Step(PARTIAL, "influxdb", "closed", influx(INFLUX_ADMIN)),)),
    Case("influxdb-no-user", ("influxdb",), (8086,), open=INFLUX_LOCKED, holds="name: databases", seed="",
         ready="curl -sf http://127.0.0.1:8086/ping", owner="echo 'name: databases'",
         steps=(Step("setup-open", "influxdb", "partial", f"influx {INFLUX_ADMIN} -execute 'show databases'"),)),
)

# A note was left; everybody is kept out but the machine itself.
RANSOM = """mariadb -e "create database PLEASE_READ_ME_VVV; create table PLEASE_READ_ME_VVV.WARNING (name text);
create database shop; create table shop.person (name text); insert into shop.person values ('ada');
create user ''@'%'; grant all on *.* to ''@'%'" """
CASES += (
    Case("mariadb-ransom", ("mariadb",), (3306,), ready="mariadb -e 'select 1'", seed=RANSOM, holds="ada",
         open="sed -i 's/^bind-address.*/bind-address = 0.0.0.0/' /etc/mysql/mariadb.conf.d/50-server.cnf",
         owner="mariadb -N -e 'select name from shop.person'",
         stranger=f"mariadb -h {SERVER} -u whoever -N -e 'select name from shop.person'",
         steps=(Step("ransom-note", "mariadb", "closed", "mariadb -N -e 'select name from shop.person'", severity="critical"),)),
)
