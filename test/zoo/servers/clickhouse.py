"""ClickHouse 18. Counted: tables outside `system`, rows and bytes of their active parts."""

from model import FIELDS, PASSWORD, Spec, View, number

CONFIG = """<yandex><logger><console>1</console></logger>
<http_port>$P</http_port><tcp_port>$P2</tcp_port><listen_host>$A</listen_host>
<path>$D/d/</path><tmp_path>$D/t/</tmp_path><users_config>$D/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>5368709</mark_cache_size></yandex>
"""
USERS = """<yandex><profiles><default/></profiles><quotas><default/></quotas>
<users><default><password>PASSWORD</password><networks><ip>::/0</ip></networks>
<profile>default</profile><quota>default</quota></default></users></yandex>
"""
CLIENT = "clickhouse-client --host $A --port $P2"
SEED = """
$CLIENT --multiquery <<'END'
create database shop;
create table shop.sale (day Date, amount UInt32) engine = MergeTree(day, (day), 8192);
insert into shop.sale select today(), number from system.numbers limit 5000;
create table shop.customer (day Date, name String) engine = MergeTree(day, (day), 8192);
insert into shop.customer select today(), toString(number) from system.numbers limit 321;
create table default.note (t String) engine = Log;
END
"""
NAMES_SQL = "select concat(database, '.', name) from system.tables where database != 'system'"
PARTS_SQL = "select sum(rows), sum(bytes) from system.parts where active and database != 'system'"


def truth(box):
    names = box.client(f'-q "{NAMES_SQL}"').split()
    parts = box.client(f'-q "{PARTS_SQL}"').split()
    return {
        "version": number(box.client('-q "select version()"')),
        "collections": len(names),
        "records": int(parts[0]),
        "bytes": int(parts[1]),
        "names": sorted(names),
    }


def clickhouse(variant, password, client, view):
    return Spec("clickhouse:" + variant, "clickhouse-server --config-file=$D/c.xml", client=client, prepare="mkdir d t",
                files={"c.xml": CONFIG, "users.xml": USERS.replace("PASSWORD", password)}, seed=SEED, truth=truth,
                ready="$CLIENT -q 'select 1'", views=(view,))


SPECS = (
    clickhouse("open", "", CLIENT, View("clickhouse", "open", sees=FIELDS)),
    clickhouse("locked", PASSWORD, CLIENT + " --password " + PASSWORD, View("clickhouse", "locked")),
)
