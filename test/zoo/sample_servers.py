"""The servers that sample.py fills: how each is started and filled, and which of its own counters move when something
is written."""

import json
import time

from model import Spec, View
from servers import postgresql, redis


class Case:
    name = field = ""

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


CASES = (Redis(), PostgreSQL())
WIDE = (Valkey(), MongoDB(), Elasticsearch("elasticsearch-7.17.9"), Elasticsearch("elasticsearch-5.5.3"),
        Elasticsearch("elasticsearch-2.4.6"), Elasticsearch("elasticsearch-8.15.0"), Elasticsearch("opensearch-2.11.1"),
        PouchDB())
