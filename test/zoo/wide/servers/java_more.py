"""More stores: Fuseki, Kudu, HBase's REST gateway, OpenTSDB; open as they come or as people leave them, and locked."""

from model import Spec, View

from ..cache import CACHE, get
from .programs import java, site
from .web_java import waits

KUDU = f"{CACHE}/kudu-1/kudu-binary-1.17.0-linux-x86_64"
# Its archive is one for tests; the clock of a machine without a server of time is unsafe for it. It ends where it may not remove old logs
# of its own name: not in /tmp, where another user's lie.
KUDU_MASTER = (f"{KUDU}/bin/kudu-master --fs_wal_dir=$D/m --rpc_bind_addresses=$A:$P2 --webserver_interface=$A --webserver_port=$P"
               f" --webserver_doc_root={KUDU}/www --minidump_path=$D/d --log_dir=$D --time_source=system_unsync"
               " --unlock_unsafe_flags --unlock_experimental_flags")

# It listens at all addresses: one at a time. Its file of rules as it comes lets everybody at the data and only this machine at the administration; here everybody.
FUSEKI = java("fuseki-5", "org.apache.jena.fuseki.main.cmds.FusekiServerCmd --port=$P --update --mem /people")
SHIRO = """[main]
plainMatcher=org.apache.shiro.authc.credential.SimpleCredentialsMatcher
localhostFilter=org.apache.jena.fuseki.authz.LocalhostFilter

[users]
user1=passwd1

[urls]
/$/server  = anon
/$/ping    = anon
/$/metrics = anon
/$/** = anon
/**=anon
"""
SHIRO_LOCK = "[users]\nzoo=s3cret\n[urls]\n/$/ping = anon\n/** = authcBasic\n"

HBASE_SITE = site(hbase_rootdir="file://$D/r", hbase_tmp_dir="$D/t", hbase_zookeeper_property_dataDir="$D/z", hbase_zookeeper_property_clientPort="$P5",
                  hbase_master_port="$P3", hbase_regionserver_port="$P4", hbase_master_info_port="-1", hbase_regionserver_info_port="-1",
                  hbase_unsafe_stream_capability_enforce="false", hbase_wal_provider="filesystem", hbase_rest_port="$P", hbase_rest_host="$A",
                  hbase_rest_info_port="-1")
HBASE = java("hbase-25", "org.apache.hadoop.hbase.master.HMaster start", "$D/conf:", heap=400)
# Of two versions of the interface of servlets among its libraries it needs the newer.
HBASE_REST = java("hbase-rest-26", "org.apache.hadoop.hbase.rest.RESTServer start", f"$D/conf:{CACHE}/hbase-rest-26/javax.servlet-api-3.1.0.jar:")
# Answered by its store only, not by the gateway's own version.
HBASE_UP = "python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' \"http://$A:$P/status/cluster\""
HBASE_TABLE = """curl -sSf -X PUT -H 'Content-Type: application/json' -d '{"name": "people", "ColumnSchema": [{"name": "f"}]}' http://$A:$P/people/schema"""


def hbase_truth(box):
    names = get(box, "/").split()
    return {"collections": len(names), "names": names}


# Its tables are made by hand as a rule, with the store's own shell, which the cache lacks.
TABLES = """import org.apache.hadoop.hbase.*;
import org.apache.hadoop.hbase.client.*;
public class Tables {
    public static void main(String[] a) throws Exception {
        try (var store = ConnectionFactory.createConnection(HBaseConfiguration.create()); var admin = store.getAdmin()) {
            for (String words : new String[] { "tsdb t", "tsdb-uid id name", "tsdb-tree t", "tsdb-meta name" }) {
                String[] each = words.split(" ");
                if (admin.tableExists(TableName.valueOf(each[0])))
                    continue;
                var table = TableDescriptorBuilder.newBuilder(TableName.valueOf(each[0]));
                for (int i = 1; i < each.length; i++)
                    table.setColumnFamily(ColumnFamilyDescriptorBuilder.of(each[i]));
                admin.createTable(table.build());
            }
        }
    }
}
"""
OPENTSDB_CONF = """tsd.network.port = $P
tsd.network.bind = $A
tsd.http.staticroot = $D
tsd.http.cachedir = $D
tsd.core.auto_create_metrics = true
tsd.storage.hbase.zk_quorum = 127.0.0.1:$P5
"""
OPENTSDB = (f"until {java('hbase-25', '$D/Tables.java', '$D/conf:', heap=200)} >$D/tables.log 2>&1; do sleep 3; done;"
            f" exec {java('opentsdb-2', 'net.opentsdb.tools.TSDMain --config=$D/opentsdb.conf')}")
OPENTSDB_SEED = """curl -sSf -d '{"metric":"ada","timestamp":1700000000,"value":1,"tags":{"a":"b"}}' "http://$A:$P/api/put?sync" """


FUSEKI_SPECS = (
    Spec("fuseki:open", FUSEKI, files={"run/shiro.ini": SHIRO}, env={"FUSEKI_BASE": "$D/run"}, slow=True, port=3030, ready=waits("/$/ping"),
         truth=lambda box: {"version": get(box, "/$/server")["version"], "collections": 1, "names": ["/people"]},
         views=(View("fuseki", "open", sees=("version", "collections")),)),
    Spec("fuseki:locked", FUSEKI, files={"run/shiro.ini": SHIRO_LOCK}, env={"FUSEKI_BASE": "$D/run"}, slow=True, port=3030, ready=waits("/$/ping"),
         views=(View("web", "identified"),)),
)
SPECS = (
    Spec("kudu:open", KUDU_MASTER, truth=lambda box: {"version": "1.17.0"}, views=(View("kudu", "open", sees=("version",)),), slow=True, ready=waits("/tables")),
    Spec("hbase-rest:open", f"sh -c '{HBASE} & exec {HBASE_REST}'", files={"conf/hbase-site.xml": HBASE_SITE}, slow=True, ready=HBASE_UP, seed=HBASE_TABLE,
         truth=hbase_truth, views=(View("hbase-rest", "open", sees=("collections",)),)),
    Spec("opentsdb:open", f"sh -c '{HBASE} & {OPENTSDB}'", files={"conf/hbase-site.xml": HBASE_SITE, "Tables.java": TABLES, "opentsdb.conf": OPENTSDB_CONF},
         slow=True, ready=waits("/api/version"), seed=OPENTSDB_SEED, truth=lambda box: {"version": get(box, "/api/version")["version"]},
         views=(View("opentsdb", "open", sees=("version",)),)),
)
