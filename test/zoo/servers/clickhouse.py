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


SERVER = "clickhouse-server --config-file=$D/c.xml"
OWN_PAGE = ("<http_server_default_response>&lt;html&gt;&lt;h1&gt;Analytics&lt;/h1&gt;&lt;/html&gt;"
            "</http_server_default_response></yandex>")


def clickhouse(variant, password, client, view, config=CONFIG):
    return Spec("clickhouse:" + variant, SERVER, client=client, prepare="mkdir d t",
                files={"c.xml": config, "users.xml": USERS.replace("PASSWORD", password)}, seed=SEED, truth=truth,
                ready="$CLIENT -q 'select 1'", views=(view,))


SPECS = (
    clickhouse("own-page", "", CLIENT, View("clickhouse", "open", sees=FIELDS),
               CONFIG.replace("</yandex>", OWN_PAGE)),
    # Refused by address: an error of status 500 whose text is all that names the product.
    Spec("clickhouse:other-networks", SERVER, prepare="mkdir d t",
         files={"c.xml": CONFIG.replace("</yandex>", OWN_PAGE),
                "users.xml": USERS.replace("PASSWORD", "").replace("::/0", "10.255.255.255")},
         views=(View("clickhouse", ("locked", "unclear")),)),
    clickhouse("open", "", CLIENT, View("clickhouse", "open", sees=FIELDS)),
    clickhouse("locked", PASSWORD, CLIENT + " --password " + PASSWORD, View("clickhouse", "locked")),
)
