"""Stores, queues and files over HTTP, of the wide zoo."""

from case import PASSWORD, SERVER
from from_zoo import console, spec_of
from wide.cache import CACHE
from wide.servers import programs, web_java

STORE, FILES = "open-store", "open-files"
IPFS = f"ipfs() {{ runuser -u zoo -- env HOME=/var/lib/ipfs IPFS_PATH=/var/lib/ipfs/repo {CACHE}/kubo-0/ipfs \"$@\"; }}"
CONSUL_TOKEN = "-H \"X-Consul-Token: $(grep -o '[0-9a-f-]\\{36\\}' /etc/consul.d/acl.json | head -n 1)\""
CONNECT = "/etc/kafka/connect-distributed.properties"


# One mail, by the port for programs; MailDev forgets those that it has.
SENT = (f"printf 'Subject: ada\\n\\nx\\n' >/tmp/mail; curl -sSf --retry 60 --retry-delay 1 --retry-all-errors --mail-from a@example.org"
        f" --mail-rcpt b@example.org -T /tmp/mail smtp://{SERVER}:20000")
# A file that was there before, as the filer of SeaweedFS gives it to this machine.
FILED = "for wait in $(seq 90); do curl -sf http://127.0.0.1:20001/people/0.txt | grep 'a person' && exit 0; sleep 2; done; exit 1"

def store(product, *words, **more):
    return console(STORE, product, *words, **more)


CASES = (
    store("hdfs", "hdfs:open", 9870, "/webhdfs/v1/?op=LISTSTATUS", "FileStatuses", place="/etc/hadoop"),
    store("nsqd", "nsqd:open", 4151, "/stats?format=json", "orders"),
    store("groonga", "groonga:open", 10041, "/d/table_list", "People"),
    store("datasette", "datasette:open", 8001, "/-/databases.json", "people"),
    store("mailpit", spec_of("mailpit:open", seed=SENT), 8025, "/api/v1/messages", "ada"),
    store("maildev", spec_of("maildev:open", seed=SENT), 1080, "/email", "ada", behind=SENT, volatile="["),
    store("devpi", "devpi:open", 3141, "/root", "root"),
    store("blazegraph", "blazegraph:open", 9999, "/bigdata/namespace", "kb"),
    store("chroma", "chroma-0.5:open", 8000, programs.CHROMA_BASE, "letters", says="locked", owner=f"-H 'Authorization: Bearer {PASSWORD}'"),
    store("docker-registry", spec_of("docker-registry:open", rename={"r.yml": "/etc/docker/registry/config.yml"}), 5000, "/v2/_catalog", "shop/api",
          says="locked"),
    store("questdb", "questdb:open", 9000, "/exec?query=tables()", "people", place="/var/lib/questdb"),
    store("seaweedfs", "seaweedfs:open", 9333, "/vol/status", "FileCount", behind=FILED),
    store("infinispan", spec_of("infinispan:open", text=('value="$A"', 'value="${infinispan.bind.address:$A}"')), 11222, "/rest/v2/caches", "people"),
    console("open-store", "pypiserver", spec_of("pypiserver:open", prepare="touch ada-1.0.tar.gz"), 8080, "/simple/", "ada"),
    store("consul", spec_of("consul:open", ("agent -dev", "agent -server -bootstrap-expect=1 -data-dir=$D -config-dir=/etc/consul.d"),
                            files={"/etc/consul.d/log.json": '{"log_level": "warn"}'}), 8500, "/v1/catalog/services", "shop", says="locked",
          owner=CONSUL_TOKEN, needs="chown zoo /etc/consul.d"),
    store("kafka-connect", spec_of("kafka-connect:open", command=web_java.KAFKA_CONNECT.replace("$D/c.properties", CONNECT), rename={"c.properties": CONNECT}),
          8083, "/connectors", "[]", says="locked", beside=web_java.KAFKA_BROKER),
    store("gremlin-server", spec_of("gremlin:open", rename={"g.yaml": "/etc/gremlin/gremlin-server.yaml"}), 8182, "/?gremlin=%27ada%27", "ada"),
    store("docker", "docker:open", 2375, "/info", "ServerVersion", says="closed", down=True, after="curl -sSf --unix-socket /var/run/docker.sock http://docker/info"),
    store("elasticmq", spec_of("elasticmq:open", rename={"e.conf": "/etc/elasticmq/custom.conf"}), 9324, "/?Action=ListQueues", "orders", says="closed",
          scheme="http", address="127.0.0.1", owner=""),
    console(FILES, "ipfs", "kubo:open", 5001, "/api/v0/version", "Version", ask="-X POST", before=IPFS),
    console(FILES, "webdav", "wsgidav:open", 8080, "/", "a", ask="-X PROPFIND -H 'Depth: 1'"),
    console(FILES, "rclone", spec_of("rclone:http", prepare="echo x >ada.txt"), 8080, "/", "ada.txt"),
)
