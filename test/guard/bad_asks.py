"""Requests that the lint must refuse, as `ajar asks` would print them, and a few that it must not."""

HEAD = " HTTP/1.1\\r\\nHost: {host, at most 262}\\r\\n"


def get(path, more=""):
    return "GET " + path + HEAD + more + "\\r\\n"


def post(path, body="", more=""):
    return "POST " + path + HEAD + more + f"Content-Length: {len(body)}\\r\\n\\r\\n" + body


def pg(sql):
    return "Q{length}" + sql + "\\x00"


def my(sql):
    return "{length}\\x00\\x03" + sql


MONGO = "{length}\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xdd\\x07\\x00\\x00\\x00\\x00\\x00\\x00\\x00{length}"
MONGO_OLD = "{length}\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xd4\\x07\\x00\\x00\\x04\\x00\\x00\\x00"
MONGO_END = "\\x02$db\\x00\\x06\\x00\\x00\\x00admin\\x00\\x00"
CH_CLIENT = "\\x04ajar\\x01\\x00\\xc5\\xa7\\x03"
CH_EMPTY = "\\x02\\x00\\x01\\x00\\x02\\xff\\xff\\xff\\xff\\x00\\x00\\x00"


def ch(sql, settings="\\x00", more=CH_EMPTY):
    return ("\\x01\\x00\\x01\\x00\\x00\\x090.0.0.0:0\\x01\\x00\\x00" + CH_CLIENT + "\\x00" + settings + "\\x02\\x00"
            + f"\\x{128 | len(sql) % 128:02x}\\x{len(sql) // 128:02x}" + sql + more)


MYSQL_LOGIN = "\\x00\\x00\\x00\\x01!" + "\\x00" * 23
MYSQL_NATIVE = "mysql_native_password\\x00"
ZK_CONNECT = "\\x00\\x00\\x00-" + "\\x00" * 12 + "\\x00\\x00'\\x10"

# One level below a context, for one entry; its attributes follow.
LDAP_BELOW = ("0{length}\\x02\\x01\\x06c{length}\\x04{length}{naming context, at most 512}\\n\\x01\\x01\\n\\x01\\x00"
              "\\x02\\x01\\x01\\x02\\x01\\x03\\x01\\x01\\xff\\x87\\x0bobjectClass")

TLS_RANDOM = "\\x03\\x03" + "A" * 32
TLS_HELLO = "\\x16\\x03\\x01\\x00\\x33\\x01\\x00\\x00\\x2f" + TLS_RANDOM

DNS_HEAD = "{id, at most 2}\\x01\\x00\\x00\\x01" + "\\x00" * 6
DNS_NAME = "{name in labels, at most 254}"

BAD = [
    ("dns.transfer", DNS_HEAD + DNS_NAME + "\\x00\\x00\\xfc\\x00\\x01"),
    ("dns.update", DNS_HEAD.replace("\\x01", "\\x28", 1) + DNS_NAME + "\\x00\\x00\\x0c\\x00\\x01"),
    ("dns.more", DNS_HEAD + DNS_NAME + "\\x00\\x00\\x0c\\x00\\x01\\x00"),
    # No rule knows them.
    ("kafka.fetch", "\\x00\\x00\\x00\\x10\\x00\\x01"),
    ("unheard.of", "HELLO\\r\\n"),
    ("tls.handshake", "\\x16\\x03\\x01"),
    ("tls.other", ""),
    ("tls.hello", TLS_HELLO.replace("\\x33", "\\x4f").replace("\\x2f", "\\x4b") + "\\x20" + "\\x01" * 32 + "\\x00\\x02\\x00\\x2f\\x01\\x00\\x00\\x00"),
    ("tls.hello", TLS_HELLO + "\\x00\\x00\\x02\\x00\\x2f\\x01\\x00\\x00\\x04\\x00#\\x00\\x00"),
    ("tls.certificate", "\\x16\\x03\\x01\\x00\\x07\\x0b\\x00\\x00\\x03\\x00\\x00\\x00"),
    ("ladder.ping", "GET\\r\\n"),
    ("nats-native.publish", "PUB orders 2\\r\\nhi\\r\\n"),
    ("nats-native.listen", "SUB > 1\\r\\nPING\\r\\n"),
    ("nats-native.login", 'CONNECT {"user":"a","pass":"b"}\\r\\nPING\\r\\n'),
    ("rsync.list-files", "@RSYNCD: 31.0\\n{module, at most 255}\\n--server\\n"),
    ("beanstalkd.reserve", "reserve\\r\\n"),
    ("beanstalkd.peek", "peek-ready\\r\\n"),
    ("gearman.shutdown", "shutdown\\n"),
    ("ftp.list", "LIST\\r\\n"),
    ("ftp.login", "USER admin\\r\\n"),
    ("ftp.password", "PASS guest\\r\\n"),
    ("munin.fetch", "fetch cpu\\n"),
    ("zabbix.file", "ZBXD\\x01\\x1e\\x00\\x00\\x00\\x00\\x00\\x00\\x00vfs.file.contents[/etc/passwd]"),
    ("erlang.answer", "\\x00\\x15r\\x00\\x00\\x00\\x01\\x06\\xa0\\xdd\\x7c\\x48\\xc0\\xde\\x4a\\x16\\xbd\\x3e\\x88\\x54\\x08\\xa7\\x0d"),
    ("epmd.kill", "\\x00\\x01k"),
    ("socks.elsewhere", "\\x05\\x01\\x00\\x01\\x0a\\x00\\x00\\x01\\x00\\x50"),
    ("jdwp.resume", "\\x00\\x00\\x00\\x0b\\x00\\x00\\x00\\x01\\x00\\x01\\x09"),
    ("proxy.elsewhere", "CONNECT {name, at most 64} HTTP/1.1\\r\\nHost: {name, at most 64}\\r\\n\\r\\n"),
    ("smb.user", "\\x00\\x00\\x00\\xa9\\xfeSMB@{user, at most 20}"),
    ("smb.list", "{length}\\xfeSMB@\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x0e\\x00{message number, at most 8}"),
    ("nbd.go", "IHAVEOPT\\x00\\x00\\x00\\x07{length}{length}{export, at most 64}\\x00\\x00"),
    ("tarantool.select", "\\xce\\x00\\x00\\x00\\x14\\x82\\x00\\x01\\x01\\x01\\x86\\x10\\xcd\\x01\\x18\\x11\\x00\\x12\\x64\\x13\\x00\\x14\\x02\\x20\\x90"),
    ("varnish.stop", "stop\\n"),
    ("cql.rows", "\\x04\\x00\\x00\\x01\\x07{length}{length}SELECT * FROM \"{keyspace, at most 256}\".\"{table, at most 256}\" LIMIT 1\\x00\\x01\\x04\\x00\\x00\\x00\\x01"),
    ("cql.login", "\\x04\\x00\\x00\\x01\\x0f\\x00\\x00\\x00\\x14\\x00\\x00\\x00\\x10\\x00cassandra\\x00cassandra"),
    ("bolt.login", "\\x00\\x1f\\xb1j\\xa3\\x86scheme\\x85basic\\x89principal\\x85neo4j\\x8bcredentials\\x85neo4j\\x00\\x00"),
    ("bolt.nodes", "{length}\\xb3\\x10\\xd0{length}MATCH (n) RETURN n\\xa0\\xa1\\x84mode\\x81r\\x00\\x00\\x00\\x08\\xb1?\\xa1\\x81n\\xc9\\x03\\xe8\\x00\\x00"),
    ("bolt.writer", "{length}\\xb3\\x10\\xd0{length}MATCH (n) RETURN count(n)\\xa0\\xa1\\x84mode\\x81w\\x00\\x00\\x00\\x08\\xb1?\\xa1\\x81n\\xc9\\x03\\xe8\\x00\\x00"),
    ("rocketmq.settings", "\\x00\\x00\\x00c\\x00\\x00\\x00_{\"code\":25,\"language\":\"OTHER\",\"version\":0,\"opaque\":1,\"flag\":0,\"serializeTypeCurrentRPC\":\"JSON\"}"),
    ("rethinkdb.rows", "\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00{length}[1,[15,[[14,[\"{database, at most 128}\"]],\"{table, at most 128}\"]],{}]"),
    ("aerospike.set", "\\x02\\x01\\x00\\x00{length}truncate:namespace={namespace, at most 64}\\n"),
    ("pulsar.subscribe", "\\x00\\x00\\x00\\x06\\x00\\x00\\x00\\x02\\x08\\x04"),
    ("dubbo.invoke", "invoke x()\\r\\n"),
    ("riak.get", "\\x00\\x00\\x00\\x07\\x09\\x0a\\x01b\\x12\\x01k"),
    ("couchbase.get", "\\x80\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00k"),
    ("ignite.scan", "\\x0a\\x00\\x00\\x00\\xd0\\x07\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00"),
    ("hazelcast.get", "\\x16\\x00\\x00\\x00\\x00\\xe0\\x00\\x02\\x01\\x00\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\xff"),
    ("drda.login", "\\x00\\x06\\xd0\\x01\\x00\\x02\\x10\\x6e"),
    ("nsq.take", "SUB orders ajar\\n"),
    ("redis.get", get("/")),  # HTTP under a wire protocol's name

    # Passwords.
    ("redis.auth", "AUTH password\\r\\n"),
    ("redis.hello", "HELLO 3 AUTH default foobared\\r\\n"),
    ("redis.auth_hole", "AUTH {host, at most 10}\\r\\n"),
    ("postgresql.password", "p{length}postgres\\x00"),
    ("postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00postgres\\x00options\\x00-c x=1\\x00\\x00"),
    ("postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00app\\x00\\x00"),
    ("postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00{password, at most 63}\\x00\\x00"),
    ("postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00x{user, at most 63}\\x00\\x00"),
    ("postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00postgres\\x00replication\\x00database\\x00\\x00"),
    ("mysql.login", "{length}\\x01\\x05\\xa2\\x08\\x00" + MYSQL_LOGIN + "root\\x00\\x14aaaaaaaaaaaaaaaaaaaa" + MYSQL_NATIVE),
    ("mysql.login", "{length}\\x01\\x05\\xa2\\x08\\x00" + MYSQL_LOGIN + "app\\x00\\x00" + MYSQL_NATIVE),
    ("mysql.login", "{length}\\x01\\x05\\xa2\\x08\\x00" + MYSQL_LOGIN + "\\x00\\x01a" + MYSQL_NATIVE),
    ("mysql.empty", "\\x00\\x00\\x00{password, at most 1}"),
    ("mysql.nul_3", "\\x01\\x00\\x00\\x03a"),
    ("mysql.nul_3", "\\x02\\x00\\x00\\x03\\x00\\x00"),
    ("mysql.nul_3", "\\x01\\x00\\x00\\x03\\x00more"),
    ("mysql.nul_7", "\\x01\\x00\\x00\\x07\\x00"),
    ("mysql.accounts", my("SELECT COUNT(*), authentication_string FROM mysql.user")),
    ("mysql.accounts", my("SELECT user FROM mysql.user")),
    ("mysql.login", "{length}\\x01\\x85\\xa2\\x08\\x00" + MYSQL_LOGIN + "root\\x00\\x00" + MYSQL_NATIVE),
    ("mysql.clear", "\\x05\\x00\\x00\\x03root\\x00"),
    ("mongodb.sasl", MONGO + "\\x10saslStart\\x00\\x01\\x00\\x00\\x00" + MONGO_END),
    ("mongodb.hello", MONGO + "\\x10hello\\x00\\x01\\x00\\x00\\x00\\x03speculativeAuthenticate\\x00\\x05\\x00\\x00\\x00\\x00"
     + MONGO_END),
    ("zookeeper.addauth", "\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x64"),
    ("zookeeper.connect", ZK_CONNECT + "\\x00" * 8 + "\\x00\\x00\\x00\\x10" + "x" * 16 + "\\x01"),
    ("zookeeper.connect", ZK_CONNECT + "\\x00" * 7 + "\\x01" + "\\x00\\x00\\x00\\x10" + "\\x00" * 16 + "\\x01"),
    ("mqtt.connect", "\\x10\\x16\\x00\\x04MQTT\\x04\\xc2\\x00<\\x00\\x04ajar\\x00\\x01a\\x00\\x01b"),
    ("mqtt.connect", "\\x10\\x13\\x00\\x04MQTT\\x04\\x82\\x00<\\x00\\x04ajar\\x00\\x01a"),
    ("mqtt.connect", "\\x10\\x10\\x00\\x04MQTT\\x04\\x00\\x00<\\x00\\x04ajar"),  # resumes somebody's session
    ("mqtt.connect", "\\x10\\x10\\x00\\x04MQTT\\x04\\x02\\x00<\\x00\\x04ajar"),  # cuts off who else is called so
    ("mqtt.connect", "\\x10{length}\\x00\\x04MQTT\\x04\\x02\\x00<{length}ajar{host, at most 16}"),
    ("mqtt.connect", "\\x10{length}\\x00\\x04MQTT\\x04\\xc2\\x00<{length}ajar{random client id, at most 16}\\x00\\x01a\\x00\\x01b"),
    ("mqtt.connect", "\\x10\\x16\\x00\\x04MQTT\\x04\\x06\\x00<\\x00\\x04ajar\\x00\\x01t\\x00\\x01m"),  # a will
    ("ldap.bind", "0\\x0e\\x02\\x01\\x01`\\x09\\x02\\x01\\x03\\x04\\x00\\x80\\x02pw"),
    ("ldap.bind", "0\\x12\\x02\\x01\\x01`\\x0d\\x02\\x01\\x03\\x04\\x04cn=a\\x80\\x02pw"),
    ("ldap.bind", "0\\x10\\x02\\x01\\x01`\\x0b\\x02\\x01\\x03\\x04\\x04cn=a\\x80\\x00"),  # a name without a password
    ("memcached.sasl", "\\x80!\\x00\\x05" + "\\x00" * 20 + "PLAIN"),
    ("memcached.auth", "set x 0 0 7\\r\\nroot pw\\r\\n"),
    ("web.basic", get("/", "Authorization: Basic YWRtaW46YWRtaW4=\\r\\n")),
    ("web.cookie", get("/", "Cookie: session=1\\r\\n")),
    ("web.proxy", get("/", "Proxy-Authorization: Basic YTpi\\r\\n")),
    ("web.key", get("/", "X-Api-Key: abc\\r\\n")),
    ("web.forwarded", get("/", "X-Forwarded-For: 127.0.0.1\\r\\n")),
    ("web.userinfo", get("http://admin:admin@host/")),
    ("web.userinfo", get("/admin:admin@host/")),
    ("influxdb.ping", get("/query?u=admin&p=admin&q=SHOW+DATABASES")),
    ("web.token", get("/api/v1/status?token=x")),
    ("web.token", get("/api/v1/status?%74oken=x")),
    ("grafana.login", post("/login", '{"user":"admin","password":"admin"}')),
    ("couchdb.session", post("/_session", "name=admin&password=admin")),

    # Records, messages, logs, secrets.
    ("redis.get", "GET customer:1\\r\\n"),
    ("redis.keys", "KEYS *\\r\\n"),
    ("redis.scan", "SCAN 0\\r\\n"),
    ("redis.select", "SELECT 1\\r\\nGET a\\r\\n"),
    ("redis.two", "PING\\r\\nKEYS *\\r\\n"),
    ("redis.scan", "SCAN 0 COUNT 1\\r\\n"),
    ("redis.reads", "GET ajar:no-such-key\\r\\n"),  # another key than the one that nobody has
    ("redis.write", "GETEX ajar:no-such-key:5d1f9b3ca27e8046 PERSIST\\r\\n"),
    ("redis.write", "BITFIELD ajar:no-such-key:5d1f9b3ca27e8046 SET u8 0 1\\r\\n"),
    ("redis.write", "DEL ajar:no-such-key:5d1f9b3ca27e8046\\r\\n"),
    ("redis.acl", "ACL GETUSER admin\\r\\n"),
    ("redis.acl", "ACL LIST\\r\\n"),
    ("redis.exists", "*2\\r\\n$6\\r\\nEXISTS\\r\\n${length}\\r\\n{key, at most 128}\\r\\n"),
    ("redis.exists", "*2\\r\\n$3\\r\\nGET\\r\\n${length}\\r\\n{key that cannot exist, at most 128}\\r\\n"),
    ("redis.sentinel", "SENTINEL MASTERS\\r\\n"),
    ("redis.hole", "INFO {host, at most 10}\\r\\n"),
    ("memcached.get", "get key\\r\\n"),
    ("memcached-udp.get", "J\\x01\\x00\\x00\\x00\\x01\\x00\\x00get key\\r\\n"),
    ("memcached-udp.flush", "J\\x01\\x00\\x00\\x00\\x01\\x00\\x00flush_all\\r\\n"),
    ("snmp.get", "0&\\x02\\x01\\x01\\x04\\x06public\\xa0\\x19\\x02\\x01\\x01\\x02\\x01\\x00\\x02\\x01\\x000\\x0e0\\x0c\\x06\\x08+\\x06\\x01\\x02\\x01\\x01\\x01\\x00\\x05\\x00"),
    ("tftp.read", "\\x00\\x01startup-config\\x00octet\\x00"),
    ("tftp.write", "\\x00\\x02ajar-no-such-file-5d1f9b3ca27e8046\\x00octet\\x00"),
    ("coap.get", "D\\x01jrajar\\xb4temp"),
    ("coap.delete", "D\\x04jrajar\\xb4temp"),
    ("ipmi.challenge", "\\x06\\x00\\xff\\x07" + "\\x00" * 9 + "\\x09\\x20\\x18\\xc8\\x81\\x00\\x39\\x00"),
    ("memcached.dump", "stats cachedump 1 100\\r\\n"),
    ("memcached.binary-get", "\\x80\\x00" + "\\x00" * 22),
    ("postgresql.records", pg("SELECT name FROM customers")),
    ("postgresql.records", pg("SELECT * FROM pg_catalog.pg_database")),
    ("postgresql.records", pg("SELECT datname FROM pg_catalog.pg_database, customers")),
    ("postgresql.records", pg("SELECT t.datname FROM (SELECT name FROM customers) t")),
    ("postgresql.records", pg("SELECT datname FROM pg_catalog.pg_database d JOIN customers c ON c.id = d.oid")),
    ("postgresql.records", pg("SELECT datname FROM pg_catalog.pg_database UNION SELECT name FROM customers")),
    ("postgresql.hashes", pg("SELECT rolname, rolpassword FROM pg_catalog.pg_authid")),
    ("postgresql.hashes", pg("SELECT passwd FROM pg_shadow")),
    ("postgresql.samples", pg("SELECT most_common_vals FROM pg_catalog.pg_stats")),
    ("postgresql.file", pg("SELECT pg_read_file(datname) FROM pg_catalog.pg_database")),
    ("postgresql.file", pg("COPY customers TO STDOUT")),
    ("postgresql.setting", pg("SELECT current_setting('primary_conninfo')")),
    ("postgresql.two", pg("SELECT datname FROM pg_catalog.pg_database; SELECT name FROM customers")),
    ("postgresql.hole", pg("SELECT datname FROM pg_catalog.pg_database WHERE datname = {database, at most 63}")),
    ("postgresql.comment", pg("SELECT datname /* x */ FROM pg_catalog.pg_database")),
    ("postgresql.after", "Q{length}SELECT datname FROM pg_catalog.pg_database\\x00Q"),
    ("postgresql.columns", pg("SELECT column_default FROM information_schema.columns")),
    ("mysql.columns", my("SELECT column_comment FROM information_schema.columns")),
    ("cql.columns", "\\x04\\x00\\x00\\x01\\x07{length}{length}SELECT * FROM system_schema.columns\\x00\\x01\\x04\\x00\\x00\\x13\\x88"),
    ("mysql.records", my("SELECT name FROM shop.customers")),
    ("mysql.records", my("SELECT authentication_string FROM mysql.user")),
    ("postgresql.clients", pg("SHOW CLIENTS")),
    ("postgresql.settings", pg("SHOW CONFIG")),
    ("postgresql.dependencies", pg("SELECT refobjid FROM pg_depend")),
    ("mysql.queries", my("SHOW FULL PROCESSLIST")),
    ("mysql.users", my("SHOW USERS")),
    ("mysql.hashes", my("SHOW GRANTS")),
    ("mysql.queries", my("SELECT info FROM information_schema.processlist")),
    ("mysql.file", my("SELECT LOAD_FILE('/etc/passwd')")),
    ("mysql.variable", my("SELECT @@secure_file_priv")),
    ("mysql.columns", my("SHOW INDEX customers STATUS")),
    ("mysql.field_list", "{length}\\x00\\x04customers\\x00"),
    ("clickhouse-native.hello", "\\x00" + CH_CLIENT + "\\x00\\x07default\\x06s3cret"),
    ("clickhouse-native.hello", "\\x00" + CH_CLIENT + "\\x00\\x05admin\\x00"),
    ("clickhouse-native.hello", "\\x00" + CH_CLIENT + "\\x04shop\\x07default\\x00"),
    ("clickhouse-native.records", ch("SELECT name FROM shop.customers")),
    ("clickhouse-native.queries", ch("SELECT query FROM system.query_log")),
    ("clickhouse-native.users", ch("SELECT name FROM system.users")),
    ("clickhouse-native.settings", ch("SELECT value FROM system.settings")),
    ("clickhouse-native.create", ch("SHOW CREATE TABLE shop.customers")),
    ("clickhouse-native.drop", ch("DROP TABLE shop.customers")),
    ("clickhouse-native.totals", ch("SELECT version()", settings="\\x08readonly\\x00\\x00")),
    ("clickhouse-native.totals", ch("SELECT version()", more=CH_EMPTY + "\\x02")),
    ("clickhouse-native.data", "\\x02\\x00"),
    ("clickhouse-native.cancel", "\\x03"),
    ("mongodb.find", MONGO + "\\x02find\\x00\\x02\\x00\\x00\\x00a\\x00" + MONGO_END),
    ("mongodb.aggregate", MONGO + "\\x02aggregate\\x00\\x02\\x00\\x00\\x00a\\x00" + MONGO_END),
    ("mongodb.where", MONGO + "\\x10listCollections\\x00\\x01\\x00\\x00\\x00\\x02$where\\x00\\x02\\x00\\x00\\x001\\x00" + MONGO_END),
    ("mongodb.log", MONGO + "\\x02getLog\\x00\\x07\\x00\\x00\\x00global\\x00" + MONGO_END),
    ("mongodb.get_more", "{length}\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xd5\\x07\\x00\\x00\\x00\\x00\\x00\\x00"),
    ("mongodb.query", MONGO_OLD + "shop.customers\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\xff{length}\\x10hello\\x00\\x01\\x00\\x00\\x00\\x00"),
    ("mongodb.query", MONGO_OLD + "{database, at most 255}\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\xff{length}\\x10hello\\x00\\x01\\x00\\x00\\x00\\x00"),
    ("mongodb.query", MONGO_OLD.replace("\\x04", "\\x02") + "admin.$cmd\\x00\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\xff{length}"
     "\\x10isMaster\\x00\\x01\\x00\\x00\\x00\\x00"),  # a tailable cursor
    ("mongodb.version", MONGO + "\\x10hello\\x00\\x01\\x00\\x00\\x00\\x02apiVersion\\x00\\x02\\x00\\x00\\x002\\x00" + MONGO_END),
    ("mongodb.data_size", MONGO + "\\x02dataSize\\x00\\x04\\x00\\x00\\x00a.b\\x00" + MONGO_END),
    ("mongodb.data_size", MONGO + "\\x02dataSize\\x00\\x04\\x00\\x00\\x00a.b\\x00\\x08estimate\\x00\\x00" + MONGO_END),
    ("mongodb.data_size", MONGO + "\\x02dataSize\\x00\\x04\\x00\\x00\\x00a.b\\x00\\x08estimate\\x00\\x01\\x03min\\x00" + MONGO_END),
    ("zookeeper.cons", "cons"),
    ("zookeeper.dump", "dump"),
    ("zookeeper.get", "\\x00\\x00\\x00\\x0e\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x01/\\x00"),
    ("zookeeper.config", "\\x00\\x00\\x00\\x1e\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x11/zookeeper/config\\x01"),
    ("zookeeper.config", "\\x00\\x00\\x00\\x1e\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x11/zookeeper/quotas\\x00"),
    ("zookeeper.children", "\\x00\\x00\\x00\\x0f\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x0c\\x00\\x00\\x00\\x02/a\\x00"),
    ("zookeeper.watch", "\\x00\\x00\\x00\\x0e\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x0c\\x00\\x00\\x00\\x01/\\x01"),
    ("mqtt.subscribe", "\\x82\\x06\\x00\\x01\\x00\\x01#\\x00"),
    ("mqtt.subscribe", "\\x82\\x0b\\x00\\x01\\x00\\x06$SYS/#\\x00"),
    ("mqtt.subscribe", "\\x82\\x0b\\x00\\x01\\x00\\x06orders\\x00"),
    ("ldap.subtree", "0{length}\\x02\\x01\\x02c{length}\\x04\\x00\\n\\x01\\x02\\n\\x01\\x00\\x02\\x01\\x01\\x02\\x01\\n\\x01\\x01\\x00\\x87\\x0b"
     "objectClass0{length}\\x04\\x0bobjectClass"),
    ("ldap.all", "0{length}\\x02\\x01\\x02c{length}\\x04\\x00\\n\\x01\\x00\\n\\x01\\x00\\x02\\x01\\x01\\x02\\x01\\n\\x01\\x01\\x00\\x87\\x0b"
     "objectClass0\\x00"),
    ("ldap.star", "0{length}\\x02\\x01\\x02c{length}\\x04\\x00\\n\\x01\\x00\\n\\x01\\x00\\x02\\x01\\x01\\x02\\x01\\n\\x01\\x01\\x00\\x87\\x0b"
     "objectClass0{length}\\x04\\x01*"),
    ("ldap.password", "0{length}\\x02\\x01\\x02c{length}\\x04\\x00\\n\\x01\\x00\\n\\x01\\x00\\x02\\x01\\x01\\x02\\x01\\n\\x01\\x01\\x00\\x87\\x0b"
     "objectClass0{length}\\x04\\x0cuserPassword"),
    ("ldap.base", "0{length}\\x02\\x01\\x02c{length}\\x04\\x04cn=a\\n\\x01\\x00\\n\\x01\\x00\\x02\\x01\\x01\\x02\\x01\\n\\x01\\x01\\x00\\x87\\x0b"
     "objectClass0{length}\\x04\\x0bobjectClass"),
    ("elasticsearch.search", get("/{collection, at most 512}/_search?size=1")),
    ("elasticsearch.search", get("/_search?size=0")),
    ("elasticsearch.search", get("/%5fsearch")),
    ("elasticsearch.search", get("{base path, at most 300}/_search")),
    ("elasticsearch.search", get("/{base path, at most 300}/_cat/indices")),
    ("elasticsearch.search", get("{base path, at most 300}{base path, at most 300}/_cat/indices")),
    ("elasticsearch.search", get("{base path, at most 300}_cat/indices")),
    ("elasticsearch.search", get("{collection, at most 300}/_cat/indices")),
    ("elasticsearch.doc", get("/customers/_doc/1")),
    ("elasticsearch.msearch", post("/_msearch", "{}")),
    ("elasticsearch.sql", post("/_sql", '{"query":"SELECT name FROM customers"}')),
    ("kibana.search", post("/api/console/proxy?path=%2Fcustomers%2F_search&method=GET")),
    ("kibana.search", post("/api/console/proxy?path=%2F%5fsearch&method=GET")),
    ("kibana.twice", post("/api/console/proxy?path=%2F&path=_search&method=GET")),
    ("kibana.method", post("/api/console/proxy?path=%2F_cat%2Findices&method=DELETE")),
    ("kibana.body", post("/api/console/proxy?path=%2F&method=GET", '{"query":{}}')),
    ("elasticsearch.nodes", get("/_nodes")),
    ("elasticsearch.nodes", get("/_nodes/_local?filter_path=nodes.*.settings")),
    ("elasticsearch.nodes", get("/_nodes/_local?filter_path=nodes.*.version,nodes.*.settings")),
    ("couchdb.docs", get("/{collection, at most 512}/_all_docs")),
    ("couchdb.docs", post("/_dbs_info", '{"keys":["a"],"include_docs":true}')),
    ("couchdb.users", get("/_users")),
    ("etcd.values", post("/v3/kv/range", '{"key":"AA==","range_end":"AA=="}')),
    ("etcd.values", post("/v3/kv/range", '{"key":"AA==","range_end":"AA==","count_only":false}')),
    ("etcd.values", get("/v2/keys/?recursive=true")),
    ("consul.values", get("/v1/kv/app?recurse")),
    ("influxdb.records", get("/query?db=x&q=SELECT+*+FROM+cpu")),
    ("influxdb.write", get("/query?q=DROP+DATABASE+x")),
    ("clickhouse.records", get("/?query=SELECT+name+FROM+shop.customers")),
    ("clickhouse.secrets", get("/?query=SELECT+engine_full+FROM+system.tables")),
    ("clickhouse.url", get("/?query=SELECT+name+FROM+url('http://x/')")),
    ("clickhouse.log", get("/?query=SELECT+version()+FROM+system.query_log")),
    ("grafana.query", post("/api/ds/query", "{}")),
    ("prometheus.query", get("/api/v1/query?query=up")),
    ("prometheus.config", get("/api/v1/status/config")),
    ("spring.env", get("/actuator/env")),
    ("spring.heap", get("/actuator/heapdump")),
    ("rabbitmq.definitions", get("/api/definitions")),
    ("rabbitmq.get", post("/api/queues/%2f/q/get", "{}")),
    ("web.secret", get("/.env")),
    ("web.git", get("/.git/config")),
    ("web.dots", get("/a/../b")),
    ("web.dots", get("/a/%2e%2e/b")),
    ("web.hole", get("/{host, at most 262}")),

    # Writes and programs.
    ("redis.flush", "FLUSHALL\\r\\n"),
    ("redis.config", "CONFIG SET dir /tmp\\r\\n"),
    ("redis.eval", "EVAL return 0\\r\\n"),
    ("memcached.flush", "flush_all\\r\\n"),
    ("postgresql.write", pg("DELETE FROM customers")),
    ("postgresql.write", pg("SELECT 1; DROP TABLE customers")),
    ("postgresql.write", pg("SELECT datname INTO x FROM pg_catalog.pg_database")),
    ("postgresql.sleep", pg("SELECT pg_sleep(100)")),
    ("mysql.write", my("SELECT 1 INTO OUTFILE '/tmp/x'")),
    ("mysql.shutdown", "{length}\\x00\\x08"),
    ("mysql.use", "{length}\\x00\\x02mysql"),
    ("mongodb.drop", MONGO + "\\x10dropDatabase\\x00\\x01\\x00\\x00\\x00" + MONGO_END),
    ("mongodb.insert", MONGO + "\\x02insert\\x00\\x02\\x00\\x00\\x00a\\x00" + MONGO_END),
    ("zookeeper.create", "\\x00\\x00\\x00\\x0d\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01/"),
    ("zookeeper.kill", "kill"),
    ("zookeeper.reset", "srst"),
    ("mqtt.publish", "0\\x06\\x00\\x03a/bx"),
    ("ldap.below", LDAP_BELOW.replace("\\x02\\x01\\x01\\x02", "\\x02\\x01\\x02\\x02") + "0\\x05\\x04\\x031.1"),  # two entries
    ("ldap.below", LDAP_BELOW + "0\\x04\\x04\\x02cn"),  # with an attribute
    ("ldap.below", LDAP_BELOW.replace("naming context", "host") + "0\\x05\\x04\\x031.1"),
    ("ldap.place", LDAP_BELOW.replace("{naming", "uid=root,{naming") + "0\\x05\\x04\\x031.1"),
    ("zookeeper.usual", "\\x00\\x00\\x00\\x12\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x06/kafka"),  # its data
    ("zookeeper.usual", "\\x00\\x00\\x00\\x14\\x00\\x00\\x00\\x10\\x00\\x00\\x00\\x06\\x00\\x00\\x00\\x08/kafka/a"),
    ("zookeeper.node_data", "{length}\\x00\\x00\\x00\\x05\\x00\\x00\\x00\\x04{length}/{top node, at most 1024}"),
    ("zookeeper.node_acl", "{length}\\x00\\x00\\x00\\x05\\x00\\x00\\x00\\x06{length}/{host, at most 1024}"),
    ("ldap.delete", "0\\x07\\x02\\x01\\x02J\\x02cn"),
    ("ldap.modify", "0\\x09\\x02\\x01\\x02f\\x04\\x04\\x00" + "0\\x00"),
    ("ldap.password_modify", "0\\x1f\\x02\\x01\\x03w\\x1a\\x80\\x171.3.6.1.4.1.4203.1.11.1\\x81\\x00"),
    ("web.put", "PUT /x" + HEAD + "\\r\\n"),
    ("web.delete", "DELETE /x" + HEAD + "\\r\\n"),
    ("web.patch", "PATCH /x" + HEAD + "\\r\\n"),
    ("web.connect", "CONNECT /x" + HEAD + "\\r\\n"),
    ("web.override", get("/x?_method=DELETE")),
    ("web.override", get("/x", "X-HTTP-Method-Override: DELETE\\r\\n")),
    ("web.post", post("/anything")),
    ("web.post", post("/_shutdown")),
    ("web.get_body", get("/") + "x"),
    ("web.split", get("/") + get("/_shutdown")),
    ("web.smuggle", get("/", "Transfer-Encoding: chunked\\r\\n")),
    ("web.length", "POST /_dbs_info" + HEAD + "Content-Length: 99\\r\\n\\r\\n" + '{"keys":["a"]}'),
    ("web.host", "GET / HTTP/1.1\\r\\nHost: 169.254.169.254\\r\\n\\r\\n"),
    ("web.no_host", "GET / HTTP/1.1\\r\\n\\r\\n"),
    ("solr.action", get("/solr/admin/cores?action=UNLOAD")),
    ("elasticsearch.close", get("/customers/_close")),
    ("prometheus.quit", get("/-/quit")),
    ("etcd.keys", get("/v2/keys/")),
    ("etcd.keys", "HEAD /v2/keys/secret" + HEAD + "\\r\\n"),
    ("consul.reload", get("/v1/agent/reload")),
    ("jenkins.script", get("/script")),
]

RESP_KEY = "${length}\\r\\n{key, at most 512}\\r\\n"
SAMPLE_HEAD = " HTTP/1.1\\r\\nHost: {host, at most 262}\\r\\nAccept: application/json\\r\\n\\r\\n"
SAMPLE_SOURCE = ("%7B%22size%22%3A{count, at most 5}%2C%22timeout%22%3A%225s%22%2C%22query%22%3A%7B%22function_score%22%3A%7B"
                 "%22query%22%3A%7B%22match_all%22%3A%7B%7D%7D%2C%22random_score%22%3A%7B%7D%2C%22boost_mode%22%3A"
                 "%22replace%22%7D%7D%7D")
SAMPLE_SEARCH = "/{index, at most 512}/_search?filter_path=timed_out,hits.hits._id,hits.hits._source"
SAMPLE_ROWS = ('SELECT left((ajar.*)::text, 65536) FROM ONLY "{schema, at most 63}"."{table, at most 63}" AS ajar TABLESAMPLE'
               " BERNOULLI ({percent, at most 16}) WHERE random() < {share, at most 16} LIMIT {limit, at most 8}")


def search(source, more="&source_content_type=application%2Fjson"):
    return "GET " + SAMPLE_SEARCH + more + "&source=" + source + SAMPLE_HEAD


def console(path, method="GET", body="", more="Content-Length: 0\\r\\nkbn-xsrf: true\\r\\n"):
    """A search through the console of a Kibana; `path` is what the console is to ask, as it stands there."""
    return ("POST {base path, at most 300}/api/console/proxy?path=" + path + f"&method={method}" +
            SAMPLE_HEAD[:-len("\\r\\n")] + more + "\\r\\n" + body)


CONSOLE_SEARCH = SAMPLE_SEARCH + "&source_content_type=application%2Fjson&source=" + SAMPLE_SOURCE
for plain, once_more in (("%", "%25"), ("/", "%2F"), ("?", "%3F"), ("=", "%3D"), ("&", "%26")):
    CONSOLE_SEARCH = CONSOLE_SEARCH.replace(plain, once_more)
LEGACY_SEARCH = search(SAMPLE_SOURCE).replace("GET /", "GET {base path, at most 300}/elasticsearch/", 1)


# What reads records may not be said under another name, and a sample may say nothing else.
BAD += [
    ("redis.random_key", "RANDOMKEY\\r\\n"),
    ("redis.string", "*4\\r\\n$8\\r\\nGETRANGE\\r\\n" + RESP_KEY + "$1\\r\\n0\\r\\n$5\\r\\n65535\\r\\n"),
    ("postgresql.rows", pg(SAMPLE_ROWS)),
    ("elasticsearch.search", search(SAMPLE_SOURCE)),
    ("couchdb.document", "GET /{database, at most 512}/_all_docs?include_docs=true&limit=1&skip={place, at most 8}" + SAMPLE_HEAD),
    ("sample.kafka.fetch", "PING\\r\\n"),
    ("sample.redis.get", "*2\\r\\n$6\\r\\nGETDEL\\r\\n" + RESP_KEY),
    ("sample.redis.get", "*2\\r\\n$3\\r\\nDEL\\r\\n" + RESP_KEY),
    ("sample.redis.all", "*2\\r\\n$7\\r\\nHGETALL\\r\\n" + RESP_KEY),
    ("sample.redis.list", "*4\\r\\n$6\\r\\nLRANGE\\r\\n" + RESP_KEY + "$1\\r\\n0\\r\\n$2\\r\\n-1\\r\\n"),
    ("sample.redis.auth", "AUTH x\\r\\n"),
    ("sample.redis.two", "RANDOMKEY\\r\\nFLUSHALL\\r\\n"),
    ("sample.postgresql.rows", pg("SELECT * FROM customer")),
    ("sample.postgresql.rows", pg(SAMPLE_ROWS + "; DELETE FROM customer")),
    ("sample.postgresql.rows", pg(SAMPLE_ROWS.replace("percent", "table"))),
    ("sample.postgresql.begin", pg("BEGIN")),
    ("sample.postgresql.startup", "{length}\\x00\\x03\\x00\\x00user\\x00admin\\x00database\\x00{database, at most 63}\\x00\\x00"),
    ("sample.mongodb.aggregate", MONGO + "\\x02aggregate\\x00" + MONGO_END),
    ("sample.elasticsearch.search", search("%7B%22size%22%3A{count, at most 5}%7D")),
    ("sample.elasticsearch.search", search(SAMPLE_SOURCE, "&scroll=1m&source_content_type=application%2Fjson")),
    ("sample.elasticsearch.search", search(SAMPLE_SOURCE).replace("GET", "POST")),
    ("sample.elasticsearch.search", search(SAMPLE_SOURCE).replace("_search", "_delete_by_query")),
    ("sample.elasticsearch.search", search(SAMPLE_SOURCE).replace("Accept:", "Authorization:")),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH, method="POST")),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH, method="DELETE")),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH.replace("_search", "_delete_by_query"))),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH, body="{}")),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH, more="Content-Length: 0\\r\\nAuthorization: x\\r\\n")),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH).replace("console/proxy", "saved_objects")),
    ("sample.elasticsearch.search-legacy", LEGACY_SEARCH.replace("/elasticsearch/", "/api/")),
    ("sample.couchdb.all", "GET /{database, at most 512}/_all_docs?include_docs=true" + SAMPLE_HEAD),
]

GOOD = [
    ("dns.ptr", DNS_HEAD + DNS_NAME + "\\x00\\x00\\x0c\\x00\\x01"),
    ("ladder.ping", "PING\\r\\n"),
    ("tls.handshake", ""),
    ("tls.hello", TLS_HELLO + "\\x00\\x00\\x02\\x00\\x2f\\x01\\x00\\x00\\x04\\x00\\x0b\\x00\\x00"),
    ("mysql.rights", my("SELECT @@global.read_only FROM information_schema.user_privileges WHERE grantee = CURRENT_USER()")),
    ("mysql.tables", my("SHOW TABLES")),
    ("postgresql.databases", pg("SELECT datname, pg_database_size(oid) FROM pg_catalog.pg_database")),
    ("elasticsearch.indices", get("/_cat/indices?format=json&bytes=b")),
    ("elasticsearch.indices", get("{base path, at most 300}/_cat/indices?format=json")),
    ("kibana.indices", post("/api/console/proxy?path=%2F_cat%2Findices%3Fformat%3Djson&method=GET", "", "kbn-xsrf: ajar\\r\\n")),
    ("couchdb.info", post("/_dbs_info", '{"keys":["orders"]}', "Content-Type: application/json\\r\\n")),
    ("etcd.count", post("/v3/kv/range", '{"key":"AA==","range_end":"AA==","count_only":true}')),
    ("clickhouse.tables", get("/?query=SELECT+database,name,total_rows+FROM+system.tables+FORMAT+JSON")),
    ("influxdb.databases", get("/query?q=SHOW+DATABASES")),
    ("prometheus.build", get("/api/v1/status/buildinfo")),
    ("sample.redis.string", "*4\\r\\n$8\\r\\nGETRANGE\\r\\n" + RESP_KEY + "$1\\r\\n0\\r\\n$5\\r\\n65535\\r\\n"),
    ("sample.postgresql.rows", pg(SAMPLE_ROWS)),
    ("sample.elasticsearch.search", search(SAMPLE_SOURCE)),
    ("sample.elasticsearch.search-console", console(CONSOLE_SEARCH)),
    ("sample.elasticsearch.search-legacy", LEGACY_SEARCH),
]
