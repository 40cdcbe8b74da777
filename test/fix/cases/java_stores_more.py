"""More stores of the wide zoo: HBase's REST gateway, Fuseki, Kudu."""

from case import PASSWORD
from from_zoo import console, spec_of
from wide.servers import java_more

STORE = "open-store"

# As its unit starts it: a data set is made by its administrator, and kept on disk.
FUSEKI = spec_of("fuseki:open", (" --update --mem /people", ""), files={"shiro.ini": java_more.SHIRO}, env={"FUSEKI_BASE": "$D"}, seed="""
curl -sSf -d 'dbName=people&dbType=tdb2' "http://$A:$P/"'$/datasets'
curl -sSf --data-urlencode "update=INSERT DATA {<a:1> <a:name> 'ada'}" http://$A:$P/people/update
""")
PEOPLE = "/people/query?query=SELECT%20%3Fn%20%7B%3Fs%20%3Fp%20%3Fn%7D"

# The gateway alone is the finding's: the store is beside it, as on a machine.
HBASE_REST = spec_of("hbase-rest:open", command=java_more.HBASE_REST)

CASES = (
    console(STORE, "fuseki", FUSEKI, 3030, PEOPLE, "ada", owner=f"-u admin:{PASSWORD}", place="/etc/fuseki"),
    console(STORE, "kudu", "kudu:open", 8051, "/tables", "Kudu"),
    console(STORE, "hbase-rest", HBASE_REST, 8085, "/", "people", place="/etc/hbase", beside=java_more.HBASE),
)
