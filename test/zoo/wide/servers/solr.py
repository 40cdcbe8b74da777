"""Solr 4, 8 and 9 without its scripts: started by a few lines of Java. Counted: cores, documents and bytes of their indexes.

Its lock is two plugins. One asks for a name, of everybody or (blockUnknown: false) of nobody; the other says which
permission takes which role, and what it does not name is allowed to all.
"""

import base64
import hashlib
import json
import time

from harness import ZooError
from model import PASSWORD, Spec, View

from ..cache import CACHE, get

# The class that Solr's own tests start; it knows no address but 127.0.0.1, unless its connectors are told.
RUNNER = """
import PACKAGE.JettyConfig;
import PACKAGE.JettySolrRunner;
import org.eclipse.jetty.server.*;
public class Start {
    public static void main(String[] a) throws Exception {
        var config = JettyConfig.builder().setPort(Integer.parseInt(a[1])).setContext("/solr").build();
        var solr = new JettySolrRunner(a[2], config);
        var field = JettySolrRunner.class.getDeclaredField("server");
        field.setAccessible(true);
        for (Connector c : ((Server) field.get(solr)).getConnectors())
            ((ServerConnector) c).setHost(a[0]);
        solr.start();
        Thread.currentThread().join();
    }
}
"""
# Up to 4 it was a web application for somebody else's server.
WAR = """
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.webapp.WebAppContext;
public class Start {
    public static void main(String[] a) throws Exception {
        Server server = new Server(new java.net.InetSocketAddress(a[0], Integer.parseInt(a[1])));
        WebAppContext solr = new WebAppContext(a[3], "/solr");
        solr.setParentLoaderPriority(true);
        server.setHandler(solr);
        System.setProperty("solr.solr.home", a[2]);
        server.start();
        server.join();
    }
}
"""
CONFIG = """<config>
<luceneMatchVersion>LUCENE</luceneMatchVersion>
<schemaFactory class="ClassicIndexSchemaFactory"/>
<requestHandler name="/select" class="solr.SearchHandler"/>
<requestHandler name="/update" class="solr.UpdateRequestHandler"/>
</config>
"""
SCHEMA = """<schema name="zoo" version="1.5">
<fieldType name="string" class="solr.StrField"/>
<field name="id" type="string" indexed="true" stored="true" required="true"/>
<field name="name" type="string" indexed="true" stored="true"/>
<uniqueKey>id</uniqueKey>
</schema>
"""
CORES = {"customers": 31, "orders": 12}


def security(block_unknown, *permissions):
    salt = b"a salt of thirty-two bytes, here"
    password = hashlib.sha256(hashlib.sha256(salt + PASSWORD.encode()).digest()).digest()
    credentials = " ".join(base64.b64encode(part).decode() for part in (password, salt))
    return json.dumps({
        "authentication": {"class": "solr.BasicAuthPlugin", "blockUnknown": block_unknown, "credentials": {"zoo": credentials}},
        "authorization": {"class": "solr.RuleBasedAuthorizationPlugin", "user-role": {"zoo": "admin"},
                          "permissions": list(permissions)}})


def user(box):
    return "zoo" if "home/security.json" in box.spec.files else ""


def post(box, path, body):
    """As soon as the core is loaded, which it says by 503."""
    for wait in range(60):
        try:
            return get(box, path, method="POST", body=body, user=user(box))
        except ZooError as error:
            if wait == 59 or " 503" not in str(error):
                raise
            time.sleep(0.5)


def fill(box):
    for core, count in CORES.items():
        documents = json.dumps([{"id": str(number), "name": f"name {number}"} for number in range(count)])
        post(box, f"/solr/{core}/update?commit=true", documents)


def truth(box):
    cores = get(box, "/solr/admin/cores?action=STATUS&wt=json", user=user(box))["status"]
    lucene = get(box, "/solr/admin/info/system?wt=json", user=user(box))["lucene"]
    return {"version": lucene["solr-spec-version"], "collections": len(cores), "names": sorted(cores),
            "records": sum(core["index"]["numDocs"] for core in cores.values()),
            "bytes": sum(core["index"]["sizeInBytes"] for core in cores.values())}


def solr(release, variant, view, lock=""):
    old = release.startswith("4.")
    package = "org.apache.solr.embedded" if release.startswith("9.") else "org.apache.solr.client.solrj.embedded"
    lucene = {"4.10": "LUCENE_4_10_4", "8.11": "8.11.4", "9.10": "9.12.3"}[release]
    files = {"Start.java": WAR if old else RUNNER.replace("PACKAGE", package), "home/solr.xml": "<solr/>\n"}
    for core in CORES:
        files[f"home/{core}/core.properties"] = f"name={core}\n"
        files[f"home/{core}/conf/solrconfig.xml"] = CONFIG.replace("LUCENE", lucene)
        files[f"home/{core}/conf/schema.xml"] = SCHEMA
    if lock:
        files["home/security.json"] = lock
    home = f"{CACHE}/solr-{release}"
    return Spec(f"solr-{release}:{variant}", f"java -Xmx320m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -Dsolr.log.dir=$D"
                f" -cp '{home}/*' Start.java $A $P $D/home {home}/war", files=files, seed=fill, truth=truth, slow=True, views=(view,),
                ready="python3 -c 'import http.client as h, sys; c = h.HTTPConnection(*sys.argv[1:], timeout=20);"
                      " c.request(\"GET\", \"/solr/admin/cores?action=STATUS&wt=json\"); r = c.getresponse();"
                      " sys.exit(r.status not in (200, 401, 403) or b\"startTime\" not in r.read() and r.status == 200)' $A $P")


SEES = ("version", "collections", "records", "bytes")
FOR_ADMINS = {"role": "admin"}
SPECS = (
    solr("4.10", "open", View("solr", "open", sees=SEES)),
    solr("8.11", "open", View("solr", "open", sees=SEES)),
    solr("8.11", "locked", View("solr", "locked"), security(True)),
    # No name is asked for, and documents are for administrators.
    solr("8.11", "read-refused", View("solr", "partial", sees=SEES), security(False, {"name": "read", **FOR_ADMINS})),
    solr("9.10", "open", View("solr", "open", sees=SEES)),
    solr("9.10", "locked", View("solr", "locked"), security(True)),
    solr("9.10", "system-refused", View("solr", "partial", sees=SEES[1:]),
         security(False, {"name": "system", "collection": None, "path": "/admin/info/system", **FOR_ADMINS})),
)
