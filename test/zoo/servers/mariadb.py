"""MariaDB. Counted: base tables outside the system schemas, information_schema's table_rows and sizes."""

from model import FIELDS, PASSWORD, Spec, View, number

SERVER = ("mariadbd --no-defaults --datadir=$D/d --socket=$D/s --port=$P --bind-address=$A --skip-name-resolve"
          " --innodb-buffer-pool-size=16M --innodb-stats-auto-recalc=0")
INSTALL = ("mariadb-install-db --no-defaults --datadir=$D/d --auth-root-authentication-method=normal --skip-test-db"
           " --skip-name-resolve >install.log 2>&1")
ROOT = "mariadb --no-defaults -N -B -u root -S $D/s"

SEED_SQL = """
create database shop;
use shop;
create table shop.customer (id int primary key, name varchar(40), `身份证号` char(18), `手机号` char(11));
insert into shop.customer (id, name) select seq, concat('name ', seq) from seq_1_to_345;
create table shop.orders (id int) engine=MyISAM;
insert into shop.orders values (1), (2), (3);
create view shop.everyone as select * from shop.customer;
analyze table shop.customer, shop.orders;
"""
LOCK_SQL = "".join(f"alter user root@{host} identified by '{PASSWORD}';" for host in ("localhost", "127.0.0.1"))

TRUTH_SQL = """
select concat(table_schema, '.', table_name), table_rows, data_length + index_length from information_schema.tables
where table_type = 'BASE TABLE'
and table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys') order by 1
"""


def seed(box):
    box.sh(ROOT, SEED_SQL)


def seed_and_lock(box):
    box.sh(ROOT, SEED_SQL + LOCK_SQL)


def truth_of(*tables):
    """All tables, or those that the variant shows to a stranger."""
    def truth(box):
        rows = [line.split("\t") for line in box.client("", TRUTH_SQL).splitlines()]
        rows = [row for row in rows if not tables or row[0] in tables]
        return {
            "version": number(box.client("-e 'select version()'")),
            "collections": len(rows),
            "records": sum(int(row[1]) for row in rows),
            "bytes": sum(int(row[2]) for row in rows),
            "names": [row[0] for row in rows],
        }
    return truth


def seed_and(sql):
    """Seeded, root locked, and then what the variant says."""
    def seed(box):
        box.sh(ROOT, SEED_SQL + LOCK_SQL + sql)
    return seed


def mariadb(variant, view, options="", seed=seed, client=ROOT, shown=()):
    return Spec("mariadb:" + variant, SERVER + options, client=client, prepare=INSTALL, seed=seed, truth=truth_of(*shown),
                ready="test -S s", views=(view,), slow=True)


# TLS begins inside the conversation, and is taken wherever it is offered.
IN_TLS = View("mariadb", "open", sees=FIELDS, transport="tls", certificate="good.pem", facts={"encryption": "offered"})
TLS = " --ssl-cert=$C/good.pem --ssl-key=$C/good.key --ssl-ca=$C/ca.pem"
LOCKED_CLIENT = ROOT + " -p" + PASSWORD
GALERA = (" --wsrep-on=1 --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-cluster-address=gcomm:// --wsrep-node-address=$A"
          " --wsrep-provider-options=gmcast.listen_addr=tcp://$A:$P2 --binlog-format=row")
ANYBODY = "create user ''@'%'; "
REFUSED = View("mariadb", "locked", sees=("version",))


def expire(box):
    box.sh(ROOT, SEED_SQL + "alter user root@'127.0.0.1' password expire;")


SPECS = (
    # Told from the names of columns.
    mariadb("open", View("mariadb", "open", sees=FIELDS, facts={
        "personal.identity": "resident ID number, person name", "personal.contact": "mobile number"})),
    mariadb("locked", REFUSED, seed=seed_and_lock, client=LOCKED_CLIENT),
    # Everybody is administrator.
    mariadb("skip-grant", View("mariadb", "open", sees=FIELDS, facts={"superuser": True, "writable": True}),
            options=" --skip-grant-tables"),
    mariadb("tls", IN_TLS, options=TLS),
    mariadb("tls-only", IN_TLS, options=TLS + " --require-secure-transport=on"),
    # The account without a name: with a right to the data, to nothing, to write only, and by a role.
    mariadb("anonymous", View("mariadb", "open", sees=FIELDS, facts={"user": "anonymous", "writable": False}),
            seed=seed_and(ANYBODY + "grant select on shop.* to ''@'%'"), client=LOCKED_CLIENT),
    mariadb("anonymous-nothing", View("mariadb", "partial", sees=FIELDS, facts={"writable": False}),
            seed=seed_and(ANYBODY), client=LOCKED_CLIENT, shown=("none",)),
    mariadb("anonymous-writes", View("mariadb", "partial", sees=FIELDS, facts={"writable": True}),
            seed=seed_and(ANYBODY + "grant insert on shop.* to ''@'%'"), client=LOCKED_CLIENT),
    mariadb("anonymous-one-table", View("mariadb", "open", sees=FIELDS, facts={"writable": False}),
            seed=seed_and(ANYBODY + "grant select on shop.orders to ''@'%'"), client=LOCKED_CLIENT,
            shown=("shop.orders",)),
    mariadb("read-only", View("mariadb", "open", sees=FIELDS, facts={"writable": False}),
            seed=seed_and(ANYBODY + "grant select, insert on *.* to ''@'%'"), client=LOCKED_CLIENT,
            options=" --read-only"),
    # Let in, and told nothing but to set another password: whoever comes first may.
    mariadb("expired", View("mariadb", "open", sees=("version",), facts={"error.code": 1820}), seed=expire),
    mariadb("expired-at-login", View("mariadb", "open", sees=("version",), facts={"error.code": 1862}), seed=expire,
            options=" --disconnect-on-expired-password=on"),
    # Refusals in another language, and methods that no empty answer opens.
    mariadb("german", REFUSED, seed=seed_and_lock, client=LOCKED_CLIENT, options=" --lc-messages=de_DE"),
    mariadb("ed25519", REFUSED, options=" --plugin-load-add=auth_ed25519", client=LOCKED_CLIENT,
            seed=seed_and(f"alter user root@'127.0.0.1' identified via ed25519 using password('{PASSWORD}')")),
    # A cluster of one: its nodes greet whoever comes.
    Spec("mariadb:galera", SERVER + GALERA, client=ROOT, prepare=INSTALL, seed=seed, truth=truth_of(), slow=True,
         ready=ROOT + " -e \"show status like 'wsrep_ready'\" | grep -q ON",
         views=(View("mariadb", "open", sees=FIELDS), View("galera", "identified", port="P2", rules=("cluster-port",)))),
    mariadb("host-refused", View("mariadb", "locked", facts={"error.code": 1130}), client=LOCKED_CLIENT,
            seed=seed_and("drop user root@'127.0.0.1'")),
)
