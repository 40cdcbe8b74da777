"""MongoDB, OpenSearch, Elasticsearch and Solr, of the wide zoo's cache."""

from case import PASSWORD, SERVER, Case, Step
from common import at, certificate
from wide.cache import CACHE

OPEN_STORE, PLAIN = "open-store", "data-protocol-in-plain-text"

MONGOD = f"{CACHE}/mongodb-6/fiftyone/db/bin/mongod"
MONGOSH = f"{CACHE}/mongosh/node_modules/.bin/mongosh"
MONGO_OPEN = f"""
useradd --system mongodb
install -d -o mongodb /var/lib/mongodb /etc/ssl
ln -s {MONGOSH} /run/fix-bin/mongosh
cat >/etc/mongod.conf <<'END'
storage: {{dbPath: /var/lib/mongodb}}
net: {{bindIp: 0.0.0.0, port: 27017, unixDomainSocket: {{enabled: false}}}}
END
cat >/etc/systemd/system/mongod.service <<'END'
[Service]
User=mongodb
ExecStart={MONGOD} --config /etc/mongod.conf
END
"""
FIND = "mongosh --quiet --host ADDRESS OPTIONS shop --eval 'db.person.findOne().name'"
MONGO_PEM = """
cat /run/certs/good.pem /run/certs/good.key >/etc/ssl/mongodb.pem
cp /run/certs/ca.pem /etc/ssl/mongodb-ca.pem
chmod 644 /etc/ssl/mongodb-ca.pem
chown mongodb /etc/ssl/mongodb.pem && chmod 600 /etc/ssl/mongodb.pem
"""
AS_ADMIN = f"-u admin -p '{PASSWORD}' --authenticationDatabase admin"


def find(options="", address="127.0.0.1"):
    return at(FIND, address, options=options)


MONGO_CLEAR = MONGO_OPEN.replace("unixDomainSocket", "TLS, unixDomainSocket")
MONGO_PREFERS = MONGO_CLEAR.replace("TLS", "tls: {mode: preferTLS, certificateKeyFile: /etc/ssl/mongodb.pem, CAFile: /etc/ssl/mongodb-ca.pem,"
                                                " allowConnectionsWithoutCertificates: true, disabledProtocols: OLD}") + MONGO_PEM
MONGO_OLD = MONGO_PREFERS.replace("OLD", "\"TLS1_2,TLS1_3\"") + "echo 'setParameter: {opensslCipherConfig: \"DEFAULT:@SECLEVEL=0\"}' >>/etc/mongod.conf\n"
MONGO_INSERT = "mongosh --quiet OPTIONS shop --eval 'db.person.insertOne({name: \"ada\"})'"
MONGO_TLS = "--tls --tlsCAFile /etc/ssl/mongodb-ca.pem"
# A certificate that ends in some days: with one that has ended it would not start.
MONGO_ENDING = """
cd /run/certs
openssl req -new -newkey rsa:2048 -nodes -subj /CN=shop -addext subjectAltName=IP:10.77.0.2,DNS:localhost -keyout ending.key -out ending.csr 2>/dev/null
openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -md sha256 -in ending.csr -out ending.pem \\
  -startdate "$(date -u -d '-85 days' +%y%m%d000000Z)" -enddate "$(date -u -d '5 days' +%y%m%d000000Z)" 2>/dev/null
cat ending.pem ending.key >/etc/ssl/mongodb.pem
"""
MONGO_LOCKED = (MONGO_PREFERS.replace("preferTLS", "requireTLS").replace(", disabledProtocols: OLD", "").replace(
    "\nnet: ", "\nsecurity: {authorization: enabled}\nnet: ") + MONGO_ENDING)
MONGO_ADMIN = f"mongosh --quiet {MONGO_TLS} --host localhost admin --eval 'db.createUser({{user: \"admin\", pwd: \"{PASSWORD}\", roles: [\"root\"]}})'\n"

OPENSEARCH = f"{CACHE}/opensearch-security-2.11.1"
OPENSEARCH_JAVA = (
    "/usr/bin/java -Xms256m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=/var/lib/opensearch"
    " -Djava.security.manager=allow -Dlog4j2.disable.jmx=true --add-opens=java.base/java.lang=ALL-UNNAMED"
    " --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED"
    " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -Dopensearch.path.home=/usr/share/opensearch"
    " -Dopensearch.path.conf=/etc/opensearch -Dopensearch.distribution.type=zip -cp /usr/share/opensearch/lib/*"
    " org.opensearch.bootstrap.OpenSearch")
# As the package is: the program in /usr/share, its settings in /etc.
OPENSEARCH_OPEN = f"""
useradd --system opensearch
cp -r {OPENSEARCH}/. /usr/share/opensearch
chmod +x /usr/share/opensearch/plugins/opensearch-security/tools/*.sh
cp -r /usr/share/opensearch/config /etc/opensearch
cp -r /usr/share/opensearch/plugins/opensearch-security/config /etc/opensearch/opensearch-security
cat >/etc/opensearch/opensearch.yml <<'END'
http.host: 0.0.0.0
transport.host: 127.0.0.1
discovery.type: single-node
path.data: /var/lib/opensearch
path.logs: /var/log/opensearch
cluster.routing.allocation.disk.threshold_enabled: false
plugins.security.disabled: true
END
install -d -o opensearch /var/lib/opensearch /var/log/opensearch
chown -R opensearch /etc/opensearch
cat >/etc/systemd/system/opensearch.service <<'END'
[Service]
User=opensearch
Environment=OPENSEARCH_JAVA_HOME=/usr OPENSEARCH_PATH_CONF=/etc/opensearch
ExecStart={OPENSEARCH_JAVA}
END
"""
SEARCH = "curl -sf OPTIONS SCHEME://ADDRESS:9200/person/_search"
SEARCH_SEED = ("curl -sf -X PUT -H 'Content-Type: application/json' -d '{\"name\": \"ada\"}'"
               " 'http://127.0.0.1:9200/person/_doc/1?refresh=true'")
OPENSEARCH_NEEDS = """
for who in cert:NODES admin:ADMINISTRATOR; do
  install -o opensearch -m 600 /run/certs/name-${who#*:}.pem /etc/opensearch/${who%:*}.pem
  install -o opensearch -m 600 /run/certs/name-${who#*:}.key /etc/opensearch/${who%:*}-key.pem
done
mv /etc/opensearch/cert-key.pem /etc/opensearch/key.pem
install -o opensearch /run/certs/ca.pem /etc/opensearch/ca.pem
"""


def search(scheme="http", options="", address="127.0.0.1"):
    return at(SEARCH, address, options=options, scheme=scheme)


SOLR = f"{CACHE}/solr-8.11"
SOLR_SELECT = "curl -sf OPTIONS 'http://ADDRESS:8983/solr/person/select?q=*:*'"


# Solr without its scripts: the class that its own tests start, told to listen everywhere; one core.
SOLR_OPEN = f"""
useradd --system --home-dir /var/solr solr
mkdir -p /var/solr/data/person/conf
cat >/var/solr/Start.java <<'END'
import org.apache.solr.client.solrj.embedded.*;
import org.eclipse.jetty.server.*;
public class Start {{
    public static void main(String[] a) throws Exception {{
        var solr = new JettySolrRunner("/var/solr/data", JettyConfig.builder().setPort(8983).setContext("/solr").build());
        var server = JettySolrRunner.class.getDeclaredField("server");
        server.setAccessible(true);
        for (Connector c : ((Server) server.get(solr)).getConnectors())
            ((ServerConnector) c).setHost("0.0.0.0");
        solr.start();
        Thread.currentThread().join();
    }}
}}
END
echo '<solr/>' >/var/solr/data/solr.xml
echo name=person >/var/solr/data/person/core.properties
cat >/var/solr/data/person/conf/solrconfig.xml <<'END'
<config><luceneMatchVersion>8.11.4</luceneMatchVersion><schemaFactory class="ClassicIndexSchemaFactory"/>
<requestHandler name="/select" class="solr.SearchHandler"/><requestHandler name="/update" class="solr.UpdateRequestHandler"/>
</config>
END
cat >/var/solr/data/person/conf/schema.xml <<'END'
<schema name="shop" version="1.5"><fieldType name="string" class="solr.StrField"/>
<field name="id" type="string" indexed="true" stored="true" required="true"/>
<field name="name" type="string" indexed="true" stored="true"/><uniqueKey>id</uniqueKey></schema>
END
cat >/etc/systemd/system/solr.service <<'END'
[Service]
User=solr
WorkingDirectory=/var/solr
ExecStart=/usr/bin/java -Xmx320m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=/var/solr -Dsolr.log.dir=/var/solr -cp {SOLR}/* /var/solr/Start.java
END
chown -R solr: /var/solr
"""


def select(options="", address="127.0.0.1"):
    return at(SOLR_SELECT, address, options=options)


SOLR_SEED = ("curl -sf -H 'Content-Type: application/json' -d '[{\"id\": \"1\", \"name\": \"ada\"}]'"
             " 'http://127.0.0.1:8983/solr/person/update?commit=true'")

CASES = (
    Case("mongodb", ("mongod",), (27017,), open=MONGO_OPEN, holds="ada", needs=(MONGOD, MONGOSH), wide=True,
         seed="mongosh --quiet shop --eval 'db.person.insertOne({name: \"ada\"})'", owner=find(), stranger=find(address=SERVER),
         steps=(Step(OPEN_STORE, "mongodb", "locked", find(AS_ADMIN)),
                Step(PLAIN, "mongodb", "locked", find(f"--tls --tlsCAFile /etc/ssl/mongodb-ca.pem {AS_ADMIN}", "localhost"),
                     needs=MONGO_PEM))),
    Case("mongodb-optional-tls", ("mongod",), (27017,), open=MONGO_OLD, holds="ada", needs=(MONGOD, MONGOSH), wide=True, scan="--tls full",
         seed=at(MONGO_INSERT, options=""), owner=find(),
         steps=(Step("tls-obsolete", "mongodb", "open", find(MONGO_TLS, "localhost"), of_certificate=True),
                Step("tls-optional", "mongodb", "open", find(MONGO_TLS, "localhost"), of_certificate=True))),
    Case("mongodb-certificate", ("mongod",), (27017,), open=MONGO_LOCKED, holds="ada", needs=(MONGOD, MONGOSH), wide=True,
         seed=MONGO_ADMIN + at(MONGO_INSERT, options=f"{MONGO_TLS} --host localhost {AS_ADMIN}"), owner=find(f"{MONGO_TLS} {AS_ADMIN}", "localhost"),
         steps=(Step("certificate-expiring", "mongodb", "locked", find(f"{MONGO_TLS} {AS_ADMIN}", "localhost"), of_certificate=True,
                     needs="cat /run/certs/good.pem /run/certs/good.key >/root/new-mongodb.pem"),)),
    Case("opensearch", ("opensearch",), (9200,), open=OPENSEARCH_OPEN, ready=search().replace("/person/_search", ""),
         seed=SEARCH_SEED, holds="ada", owner=search(), stranger=search(address=SERVER), needs=(OPENSEARCH,), wide=True,
         steps=(Step(OPEN_STORE, "opensearch", "locked", needs=OPENSEARCH_NEEDS,
                     owner=search("https", f"--cacert /etc/opensearch/ca.pem -u admin:{PASSWORD}", SERVER)),)),
    Case("solr", ("solr",), (8983,), open=SOLR_OPEN, seed=SOLR_SEED, holds="ada",
         ready="curl -sf 'http://127.0.0.1:8983/solr/person/select?q=*:*'",
         owner=select(), stranger=select(address=SERVER), needs=(SOLR,), wide=True,
         steps=(Step(OPEN_STORE, "solr", "locked", select(f"-u admin:{PASSWORD}")),)),
)

# With the plugin and a login, and HTTP in clear.
OPENSEARCH_CLEAR = OPENSEARCH_OPEN.replace("plugins.security.disabled: true", """plugins.security.ssl.transport.pemcert_filepath: cert.pem
plugins.security.ssl.transport.pemkey_filepath: key.pem
plugins.security.ssl.transport.pemtrustedcas_filepath: ca.pem
plugins.security.ssl.http.enabled: false
plugins.security.allow_default_init_securityindex: true
plugins.security.nodes_dn: [CN=NAME-OF-YOUR-NODES]""") + OPENSEARCH_NEEDS
AS_SHIPPED = "-u admin:admin"
CASES += (
    Case("opensearch-tls", ("opensearch",), (9200,), open=OPENSEARCH_CLEAR, holds="ada", needs=(OPENSEARCH,), wide=True,
         ready=search("http", AS_SHIPPED).replace("/person/_search", ""), seed=SEARCH_SEED.replace("-sf", f"-sf {AS_SHIPPED}"),
         owner=search("http", AS_SHIPPED),
         steps=(Step(PLAIN, "opensearch", "locked", search("https", f"--cacert /etc/opensearch/ca.pem {AS_SHIPPED}", SERVER)),)),
    # Of this version a flaw is exploited; zlib is left out until it is replaced.
    Case("mongodb-exploited", ("mongod",), (27017,), open=MONGO_OPEN, holds="ada", needs=(MONGOD, MONGOSH), wide=True,
         seed="mongosh --quiet shop --eval 'db.person.insertOne({name: \"ada\"})'", owner=find(),
         steps=(Step("version-exploited", "mongodb", "open", find(), stays=True),)),
)

ELASTIC = f"{CACHE}/elasticsearch-8.15.0"
ELASTIC_OPEN = f"""
useradd --system elasticsearch
ln -s {ELASTIC} /usr/share/elasticsearch
cp -r {ELASTIC}/config /etc/elasticsearch
sed -i '/Xlog\\|gc.log\\|HeapDump\\|ErrorFile/d' /etc/elasticsearch/jvm.options
rm -f /etc/elasticsearch/elasticsearch.keystore
cat >/etc/elasticsearch/elasticsearch.yml <<'END'
http.host: 0.0.0.0
transport.host: 127.0.0.1
discovery.type: single-node
path.data: /var/lib/elasticsearch
path.logs: /var/log/elasticsearch
cluster.routing.allocation.disk.threshold_enabled: false
SECURITY
END
install -d -o elasticsearch /var/lib/elasticsearch /var/log/elasticsearch
chown -R elasticsearch: /etc/elasticsearch
cat >/etc/systemd/system/elasticsearch.service <<'END'
[Service]
User=elasticsearch
Environment=ES_JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 ES_PATH_CONF=/etc/elasticsearch ES_TMPDIR=/var/lib/elasticsearch
Environment=LIBFFI_TMPDIR=/var/lib/elasticsearch "ES_JAVA_OPTS=-Xms256m -Xmx384m -XX:TieredStopAtLevel=1"
ExecStart=/usr/share/elasticsearch/bin/elasticsearch
END
"""
# Where a text says `bin/...`, a shell of root's knows these two of the package's settings.
ELASTIC_SHELL = "export ES_JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 ES_PATH_CONF=/etc/elasticsearch"
ELASTIC_CERTIFICATE = certificate("/etc/elasticsearch", "elasticsearch")
BY_HIM = f"--cacert /etc/elasticsearch/ca.pem -u admin:{PASSWORD}"
# It asks for a login, and speaks plain HTTP.
ELASTIC_LOGIN = ELASTIC_OPEN.replace("SECURITY", "xpack.security.enabled: true") + f"""
{ELASTIC_SHELL}
/usr/share/elasticsearch/bin/elasticsearch-users useradd admin -p '{PASSWORD}' -r superuser
chown -R elasticsearch: /etc/elasticsearch
"""
AS_HIM = f"-u admin:{PASSWORD}"
CASES += (
    Case("elasticsearch", ("elasticsearch",), (9200,), open=ELASTIC_OPEN.replace("SECURITY", "xpack.security.enabled: false"), wide=True,
         ready=search().replace("/person/_search", "/_cluster/health"), seed=SEARCH_SEED, holds="ada", owner=search(),
         stranger=search(address=SERVER), needs=(ELASTIC,),
         steps=(Step(OPEN_STORE, "elasticsearch", "locked", search("https", BY_HIM, SERVER), needs=ELASTIC_CERTIFICATE, before=ELASTIC_SHELL),)),
    Case("elasticsearch-tls", ("elasticsearch",), (9200,), open=ELASTIC_LOGIN, wide=True, holds="ada", needs=(ELASTIC,),
         ready=search("http", AS_HIM).replace("/person/_search", "/_cluster/health"), seed=SEARCH_SEED.replace("-sf", f"-sf {AS_HIM}"),
         owner=search("http", AS_HIM),
         steps=(Step(PLAIN, "elasticsearch", "locked", search("https", BY_HIM, SERVER), needs=ELASTIC_CERTIFICATE),)),
)
