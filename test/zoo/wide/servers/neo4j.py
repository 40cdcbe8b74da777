"""Neo4j 4.4 and 5.26 by Bolt, out of the libraries that its server is made of: open, empty, and with logins."""

from model import Spec, View

from ..cache import CACHE

PROGRAM = """import java.nio.file.Path;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

public class Graph {
    public static void main(String[] a) throws Exception {
        var service = new DatabaseManagementServiceBuilder(Path.of(a[0]))
            .setConfig(BoltConnector.enabled, true)
            .setConfig(BoltConnector.listen_address, new SocketAddress(a[1], Integer.parseInt(a[2])))
            .setConfig(GraphDatabaseSettings.auth_enabled, Boolean.parseBoolean(a[3]))
            .setConfig(GraphDatabaseSettings.pagecache_memory, PAGES)
            .build();
        for (int i = 4; i < a.length; i++)
            service.database("neo4j").executeTransactionally(a[i]);
        Thread.sleep(3600000);
    }
}
"""
JAVA = ("java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
        + "".join(f"--add-opens=java.base/{name}=ALL-UNNAMED " for name in
                  ("java.nio", "java.io", "java.lang", "sun.nio.ch", "java.util.concurrent")))
PEOPLE = "CREATE (:Person {name: 'x'})-[:KNOWS]->(:Person), (:Order)"


def neo4j(version, variant, auth, statement, view, **others):
    number = {"4.4": "4.4.40", "5": "5.26.0"}[version]
    told = {"version": number, "collections": 2, "records": 3, "names": ["Order", "Person"]}
    empty = {"version": number, "collections": 0, "records": 0, "names": []}
    return Spec(f"neo4j-{version}:{variant}", JAVA + f"-cp '{CACHE}/neo4j-{version}/*' $D/Graph.java $D/d $A $P {auth} {statement}",
                files={"Graph.java": PROGRAM.replace("PAGES", '"16m"' if version == "4.4" else "16L << 20")}, slow=True,
                ready="sleep 4", truth=lambda box: told if statement else empty, views=(view,), **others)


OPEN = View("neo4j", "open", sees=("version", "collections", "records"), facts={"auth": "none"})
SPECS = (
    neo4j("5", "open", "false", f'"{PEOPLE}"', OPEN, port=7687),
    neo4j("5", "empty", "false", "", OPEN, port=7687),
    neo4j("5", "password", "true", "", View("neo4j", "locked", sees=("version",), facts={"auth": "password"}), port=7687),
    neo4j("4.4", "open", "false", f'"{PEOPLE}"', OPEN, port=7687),
    neo4j("4.4", "password", "true", "", View("neo4j", "locked", facts={"auth": "password"}), port=7687),
)
