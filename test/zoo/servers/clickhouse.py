"""ClickHouse 18, over HTTP and over its native protocol. Counted: tables outside `system`, rows and bytes of their
active parts."""

from model import FIELDS, PASSWORD, Spec, View, number

CONFIG = """<yandex><logger><console>1</console></logger>
PORTS<listen_host>$A</listen_host>
<path>$D/d/</path><tmp_path>$D/t/</tmp_path><users_config>$D/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>5368709</mark_cache_size>
<remote_servers><zoo><shard><replica><host>10.99.0.7</host><port>9000</port></replica></shard></zoo>
<test_shard><shard><replica><host>10.99.0.8</host><port>9000</port></replica></shard></test_shard></remote_servers></yandex>
"""
BOTH = "<http_port>$P</http_port><tcp_port>$P2</tcp_port>"
NATIVE = "<tcp_port>$P</tcp_port>"
NATIVE_TLS = """<tcp_port>$P2</tcp_port><tcp_port_secure>$P</tcp_port_secure>
<openSSL><server><certificateFile>$C/good.pem</certificateFile><privateKeyFile>$C/good.key</privateKeyFile>
<verificationMode>none</verificationMode><loadDefaultCAFile>false</loadDefaultCAFile></server></openSSL>"""
PAGE = "<http_server_default_response><![CDATA[<html><title>Tabix</title></html>]]></http_server_default_response>"
USERS = """<yandex><profiles><default/><readonly><readonly>1</readonly></readonly></profiles>
<quotas><default/></quotas>
<users>PEOPLE<zoo><password>s3cret</password><networks><ip>::/0</ip></networks>
<profile>default</profile><quota>default</quota></zoo></users></yandex>
"""


def user(name, password="", network="::/0", profile="default", more=""):
    return (f"<{name}><password>{password}</password><networks><ip>{network}</ip></networks>"
            f"<profile>{profile}</profile><quota>default</quota>{more}</{name}>")


CLIENT = "clickhouse-client --host $A --port $P2 --user zoo --password " + PASSWORD
CLIENT_NATIVE = CLIENT.replace("$P2", "$P")
SEED = """
$CLIENT --multiquery <<'END'
create database shop;
create table shop.sale (day Date, amount UInt32) engine = MergeTree(day, (day), 8192);
insert into shop.sale select today(), number from system.numbers limit 5000;
create table shop.customer (day Date, name String, SFZH String, SJHM String) engine = MergeTree(day, (day), 8192);
insert into shop.customer (day, name) select today(), toString(number) from system.numbers limit 321;
create table default.note (t String) engine = Log;
END
"""
NAMES_SQL = "select concat(database, '.', name) from system.tables where database != 'system'"
PARTS_SQL = "select sum(rows), sum(bytes) from system.parts where active and database != 'system'"


def truth_in(condition):
    """What the zoo's own user counts, in the databases that the variant shows to a stranger."""
    def truth(box):
        names = box.client(f'-q "{NAMES_SQL}{condition}"').split()
        parts = box.client(f'-q "{PARTS_SQL}{condition}"').split()
        return {
            "version": number(box.client('-q "select version()"')),
            "collections": len(names),
            "records": int(parts[0]),
            "bytes": int(parts[1]),
            "names": sorted(names),
        }
    return truth


def clickhouse(variant, people, *views, ports=BOTH, client=CLIENT, shown=""):
    return Spec("clickhouse:" + variant, "clickhouse-server --config-file=$D/c.xml", client=client, prepare="mkdir d t",
                files={"c.xml": CONFIG.replace("PORTS", ports), "users.xml": USERS.replace("PEOPLE", people)},
                seed=SEED, truth=truth_in(shown), ready="$CLIENT -q 'select 1'", views=views)


# Told from the names of columns.
PERSONAL = {"personal.identity": "resident ID number, person name", "personal.contact": "mobile number"}


def native(verdict, port="P", sees=FIELDS, **facts):
    return View("clickhouse", verdict, sees=sees, facts=facts, port=port)


OPEN = View("clickhouse", "open", sees=FIELDS, facts={"peers": "10.99.0.7:9000", **PERSONAL})
LOCKED = View("clickhouse", "locked")

SPECS = (
    clickhouse("open", user("default"), OPEN, native("open", "P2", writable=True, peers="10.99.0.7:9000", **PERSONAL)),
    clickhouse("locked", user("default", PASSWORD), LOCKED, native("locked", "P2", sees=(), auth="password")),
    clickhouse("native", user("default"), native("open"), ports=NATIVE, client=CLIENT_NATIVE),
    clickhouse("native-tls", user("default"),
               View("clickhouse", "open", sees=FIELDS, transport="tls", certificate="good.pem"), ports=NATIVE_TLS),
    # The second user of the old configuration, of whom nobody thought.
    clickhouse("readonly-user", user("default", PASSWORD) + user("readonly", profile="readonly"),
               native("open", user="readonly", writable=False), ports=NATIVE, client=CLIENT_NATIVE),
    clickhouse("readonly-profile", user("default", profile="readonly"), native("open", writable=False),
               ports=NATIVE, client=CLIENT_NATIVE),
    clickhouse("one-database", user("default", more="<allow_databases><database>shop</database></allow_databases>"),
               native("open"), ports=NATIVE, client=CLIENT_NATIVE, shown=" and database = 'shop'"),
    clickhouse("no-database", user("default", more="<allow_databases><database>no</database></allow_databases>"),
               native("partial"), ports=NATIVE, client=CLIENT_NATIVE, shown=" and database = 'no'"),
    clickhouse("network", user("default", network="10.9.9.9"),
               native("locked", sees=(), auth="rejected", **{"error.code": 195}), ports=NATIVE, client=CLIENT_NATIVE),
    # Over HTTP.
    clickhouse("http-no-default-user", "", LOCKED),
    clickhouse("http-network", user("default", network="10.9.9.9"),
               View("clickhouse", "locked", facts={"refused": "address"})),
    # A query is answered, and no table is shown: what is there is not for this user.
    clickhouse("http-no-database", user("default", more="<allow_databases><database>no</database></allow_databases>"),
               View("clickhouse", "partial", sees=("version",))),
    # The admin has put another page at the root.
    clickhouse("http-page", user("default"), OPEN, ports=BOTH + PAGE),
)
