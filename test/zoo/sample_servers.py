"""The servers that sample.py fills: how each is started and filled, and which of its own counters move when something
is written."""

import base64
import json
import time
from dataclasses import replace
from types import SimpleNamespace

from model import Spec, View
from servers import clickhouse, etcd, mariadb, postgresql, redis


class Case:
    name = field = ""
    sized = True

    def spec(self, role):
        raise NotImplementedError

    def fill(self, box, people):
        raise NotImplementedError

    def written(self, box):
        raise NotImplementedError

    def personal_records(self, persons):
        return persons


class Redis(Case):
    """A third of the people as hashes, a third as JSON, a third as lists; beside them keys that say nothing."""

    name, field = "redis", "mobile"

    def spec(self, role):
        return Spec(f"sample-redis:{role}", redis.OPEN + " --enable-debug-command local", (View("redis", "open"),),
                    client=redis.PLAIN, ready="$CLIENT ping | grep -q PONG")

    def fill(self, box, people):
        lines = []
        quoted = lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for n, row in enumerate(people):
            if n % 2:
                lines.append(f"HSET user:{row['mobile']} " + " ".join(f"{k} {quoted(v)}" for k, v in row.items()))
            else:
                lines.append(f"SET user:{row['mobile']} {quoted(json.dumps(row, ensure_ascii=False))}")
        lines += [f"SET counter:{n} {n * 7}" for n in range(300)]
        lines += [f"RPUSH queue:{n} " + " ".join(f"job-{n}-{k}" for k in range(5)) for n in range(50)]
        lines += [f"SADD tags:{n} red green blue" for n in range(50)]
        box.sh("$CLIENT >/dev/null", "\n".join(lines) + "\n")

    def written(self, box):
        info = box.client("info persistence")
        return (box.client("debug digest"), [line for line in info.split() if line.startswith("rdb_changes")])


class Valkey(Redis):
    """From 7.2 on CLIENT NO-TOUCH keeps idle times: after the sample no key may look as if it had been read."""

    name = "valkey"

    def spec(self, role):
        from wide.servers.redis import SERVERS
        command = redis.OPEN.replace(redis.SERVER.split()[0], SERVERS["valkey"], 1) + " --enable-debug-command local"
        return Spec(f"sample-valkey:{role}", command, (View("valkey", "open"),), client=redis.PLAIN,
                    ready="$CLIENT ping | grep -q PONG")

    def fill(self, box, people):
        super().fill(box, people)
        self.filled = time.monotonic()

    def written(self, box):
        time.sleep(3)
        keys = box.client("--scan").split("\n")
        idle = [int(line) for line in box.sh("$CLIENT", "\n".join(f"OBJECT IDLETIME {key}" for key in keys) + "\n").split()]
        return super().written(box), min(idle) >= time.monotonic() - self.filled - 3


class PostgreSQL(Case):
    name, field = "postgresql", "shop.public.customer / id_no"

    def spec(self, role):
        return Spec(f"sample-postgresql:{role}", postgresql.SERVER + " -c track_io_timing=off", (View("postgresql", "open"),),
                    client=postgresql.PSQL, prepare=postgresql.access("host all all all trust"),
                    ready="$CLIENT -d postgres -c 'select 1'")

    def fill(self, box, people):
        copy = "\n".join("\t".join([str(n), row["id_no"], row["mobile"], row["full_name"], json.dumps(row, ensure_ascii=False)])
                         for n, row in enumerate(people))
        box.client("-d postgres -c 'create database shop'")
        box.client("-d shop", "create table customer (id int primary key, id_no text, mobile text, full_name text, doc jsonb);\n"
                   "copy customer from stdin;\n" + copy + "\n\\.\n"
                   "create table product (sku text, price int);\n"
                   "insert into product select 'sku ' || n, n * 3 from generate_series(1, 800) n;\n")
        box.client("-d shop -c 'vacuum analyze'")
        box.client("-d shop -c checkpoint")

    def written(self, box):
        """No transaction took a number, no row was touched, no temporary file was made."""
        return box.client("-d shop", "select pg_snapshot_xmax(pg_current_snapshot()), sum(tup_inserted), sum(tup_updated), "
                          "sum(tup_deleted), sum(temp_files) from pg_stat_database;")


class MariaDB(Case):
    """A table that is read through; one above 64 MiB, with gaps in its numbers, in which everybody stands 48 times; one whose
    row is longer than is read, after which the sample goes on; and one whose name is in no request."""

    name, field = "mariadb", "shop.customer / id_no"
    COPIES = 48

    def spec(self, role):
        return Spec(f"sample-mariadb:{role}", mariadb.SERVER, (View("mariadb", "open"),), client=mariadb.ROOT,
                    prepare=mariadb.INSTALL, ready="test -S s", slow=True)

    def fill(self, box, people):
        quoted = lambda row: ", ".join(f"'{row[key]}'" for key in ("id_no", "mobile", "full_name", "email"))
        columns = "id_no char(18), mobile char(11), full_name varchar(40), email varchar(60)"
        box.sh(mariadb.ROOT, f"""
create database shop character set utf8mb4;
use shop;
create table customer ({columns}, primary key (id_no));
insert into customer values {", ".join(f"({quoted(row)})" for row in people)};
create table archive (id bigint primary key auto_increment, {columns}, pad varchar(1100))
    stats_sample_pages = 65535;
insert into archive select null, customer.*, repeat('x', 1000) from customer, seq_1_to_{self.COPIES};
delete from archive where id % 97 < 7;
create table `odd ``name` (id int primary key);
insert into `odd ``name` values (1);
create table letter (id int primary key, body longtext);
insert into letter values (1, repeat('x', 2000000));
analyze table customer, archive;
""")
        size = int(box.client("-e \"select data_length from information_schema.tables where table_name = 'archive'\""))
        assert size > 64 << 20, size

    def written(self, box):
        rows = box.client("-e \"show global status where variable_name like 'Innodb_rows_%' and variable_name <> 'Innodb_rows_read'\"")
        return rows, box.client('-e "checksum table shop.customer, shop.archive"')

    def personal_records(self, persons):
        return persons + persons * self.COPIES * 90 // 97


class ClickHouse(Case):
    name, field = "clickhouse", "shop.customer / id_no"

    def spec(self, role):
        people = clickhouse.user("default")
        return Spec(f"sample-clickhouse:{role}", "clickhouse-server --config-file=$D/c.xml", (View("clickhouse", "open"),),
                    client=clickhouse.CLIENT, prepare="mkdir d t", ready="$CLIENT -q 'select 1'",
                    files={"c.xml": clickhouse.CONFIG.replace("PORTS", clickhouse.BOTH),
                           "users.xml": clickhouse.USERS.replace("PEOPLE", people)})

    def fill(self, box, people):
        keys = ("id_no", "mobile", "full_name", "email")
        box.sh("$CLIENT --multiquery", f"""
create database shop;
create table shop.customer (day Date, {", ".join(key + " String" for key in keys)}) engine = MergeTree(day, (id_no), 8192);
create table shop.sale (day Date, amount UInt32) engine = MergeTree(day, (day), 8192);
insert into shop.sale select today(), number from system.numbers limit 5000;
""")
        box.sh("$CLIENT -q 'insert into shop.customer format JSONEachRow'",
               "".join(json.dumps({"day": "2026-07-01", **row}, ensure_ascii=False) + "\n" for row in people))

    def written(self, box):
        return [box.client(f'-q "{text}"') for text in (
            "select sum(rows), sum(bytes), max(modification_time) from system.parts where active and database = 'shop'",
            "select value from system.events where event = 'InsertedRows'")]


class Etcd(Case):
    name, field = "etcd", "id_no"

    def spec(self, role):
        return Spec(f"sample-etcd:{role}", etcd.SERVER, (View("etcd", "open"),), client=etcd.CLIENT, env={"ETCDCTL_API": "3"},
                    ready=etcd.CLIENT + " endpoint health")

    def fill(self, box, people):
        from wide.cache import get
        coded = lambda text: base64.b64encode(text.encode()).decode()
        for n, row in enumerate(people):
            value = json.dumps(row, ensure_ascii=False)
            get(box, "/v3/kv/put", method="POST", body=json.dumps({"key": coded(f"/users/{n}"), "value": coded(value)}))
        for n in range(300):
            get(box, "/v3/kv/put", method="POST", body=json.dumps({"key": coded(f"/counters/{n}"), "value": coded(str(n))}))

    def written(self, box):
        return json.loads(box.client("endpoint status --write-out=json"))[0]["Status"]["header"]["revision"]


class Cassandra(Case):
    """People by a key of one column, and sales by one of two. Until it has written its tables down it does not say how much
    they hold."""

    sized = False
    name, field = "cassandra", "shop.customer / id_no"

    def spec(self, role):
        from wide.servers import cassandra
        command = cassandra.JAVA + f"-cp '{cassandra.CACHE}/cassandra-4.1/*' org.apache.cassandra.service.CassandraDaemon"
        files = {"cassandra.yaml": cassandra.CONFIG, "logback.xml": cassandra.LOGBACK}
        return Spec(f"sample-cassandra:{role}", command, (View("cassandra", "open"),), files=files, slow=True)

    def fill(self, box, people):
        from wide.servers import cassandra
        text = lambda row: ", ".join(f"'{row[key]}'" for key in ("id_no", "mobile", "full_name", "email"))
        cassandra.run(box, [
            cassandra.SEED[0], "CREATE TABLE shop.customer (id int PRIMARY KEY, id_no text, mobile text, full_name text, email text)",
            'CREATE TABLE shop."Sale" (day date, "Shop" int, amount int, PRIMARY KEY ((day, "Shop")))',
            *(f"INSERT INTO shop.customer (id, id_no, mobile, full_name, email) VALUES ({n}, {text(row)})" for n, row in enumerate(people)),
            *(f'INSERT INTO shop."Sale" (day, "Shop", amount) VALUES (\'2026-07-01\', {n}, {n * 3})' for n in range(700))])

    def written(self, box):
        from wide.servers import cassandra
        return cassandra.run(box, ["SELECT count(*), sum(writetime(id_no)) FROM shop.customer"])


class MongoDB(Case):
    name, field = "mongodb", "shop.customer / person.id_no"

    def spec(self, role):
        from wide.servers import mongodb
        return Spec(f"sample-mongodb:{role}", mongodb.SERVER, (View("mongodb", "open"),), prepare="mkdir d", slow=True)

    def fill(self, box, people):
        from wide.servers import mongodb
        with mongodb.client(box) as mongo:
            mongo.shop.customer.insert_many({"_id": n, "person": row, "tags": ["a", "b"], "visits": n % 9}
                                            for n, row in enumerate(people))
            mongo.shop.sale.insert_many({"_id": n, "amount": n * 3} for n in range(900))

    def written(self, box):
        from wide.servers import mongodb
        with mongodb.client(box) as mongo:
            status = mongo.admin.command("serverStatus")
            hashes = mongo.shop.command("dbHash")["collections"]
        return {key: status["opcounters"][key] for key in ("insert", "update", "delete")}, hashes


class Elasticsearch(Case):
    """Documents with what a person is inside, and an index that says nothing."""

    def __init__(self, version):
        self.version = version
        self.settings = {"xpack.security.enabled": "false"} if version.startswith("elasticsearch-8.") else {}
        self.name, self.field = version, "customer / person.id_no"

    def spec(self, role):
        from wide.servers import elasticsearch
        return Spec(f"sample-{self.version}:{role}", elasticsearch.command(self.version, self.settings),
                    (View("elasticsearch", "open"),), prepare=elasticsearch.prepare(self.version),
                    env=elasticsearch.environment(), slow=True,
                    ready="curl -sf http://$A:$P/_cluster/health | grep -q -v '\"red\"'")

    def fill(self, box, people):
        from wide.cache import get
        settings = '{"settings": {"number_of_shards": 2, "number_of_replicas": 0}}'
        path = "/doc" if self.version in ("elasticsearch-5.5.3", "elasticsearch-2.4.6") else ""
        for index, rows in (("customer", [{"person": row} for row in people]),
                            ("sale", [{"amount": n * 3} for n in range(700)])):
            get(box, f"/{index}", method="PUT", body=settings)
            lines = "".join(json.dumps({"index": {"_id": str(n)}}) + "\n" + json.dumps(row) + "\n"
                            for n, row in enumerate(rows))
            get(box, f"/{index}{path}/_bulk?refresh=true", method="POST", body=lines)
        get(box, "/_flush", method="POST", body="")

    def written(self, box):
        from wide.cache import get
        total = get(box, "/_stats/indexing,refresh,flush,docs")["_all"]["primaries"]
        return total["indexing"]["index_total"], total["indexing"]["delete_total"], total["docs"]


class ThroughKibana(Elasticsearch):
    """The store is on a port that is in nobody's scope; what is drawn comes through the dashboard, below a path."""

    def __init__(self, release, version, base):
        super().__init__(version)
        self.name, self.release, self.base = f"kibana-{release}", release, base

    def spec(self, role):
        from wide.servers import kibana
        return replace(kibana.kibana(self.release, self.release, self.version, (View("kibana", "open"),), base=self.base),
                       name=f"sample-{self.name}:{role}", seed="")

    def at_store(self, box):
        return SimpleNamespace(address=box.address, ports={"P": box.ports["P3"]})

    def fill(self, box, people):
        super().fill(self.at_store(box), people)

    def written(self, box):
        return super().written(self.at_store(box))


class PouchDB(Case):
    name, field = "pouchdb", "customer / id_no"

    def spec(self, role):
        from wide.servers import pouchdb
        return Spec(f"sample-pouchdb:{role}", pouchdb.SERVER, (View("pouchdb", "open"),), files={"c.json": "{}\n"}, slow=True)

    def fill(self, box, people):
        from wide.cache import get
        get(box, "/customer", method="PUT", body="")
        get(box, "/customer/_bulk_docs", method="POST", body=json.dumps({"docs": people}))

    def written(self, box):
        from wide.cache import get
        return [get(box, "/customer")[key] for key in ("doc_count", "update_seq")]


CASES = (Redis(), PostgreSQL(), MariaDB(), ClickHouse(), Etcd())
WIDE = (Valkey(), MongoDB(), Elasticsearch("elasticsearch-7.17.9"), Elasticsearch("elasticsearch-5.5.3"),
        Elasticsearch("elasticsearch-2.4.6"), Elasticsearch("elasticsearch-8.15.0"), Elasticsearch("opensearch-2.11.1"),
        ThroughKibana("5.5.3", "elasticsearch-5.5.3", "/kibana"), ThroughKibana("7.17.9", "elasticsearch-7.17.9", ""),
        ThroughKibana("7.17.9-internal", "elasticsearch-7.17.9", ""), PouchDB(), Cassandra())
