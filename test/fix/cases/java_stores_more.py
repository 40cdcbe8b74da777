"""More stores of the wide zoo: HBase's REST gateway, Fuseki, Kudu, RocketMQ."""

import pathlib

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at
from from_zoo import Stand, console, spec_of
from wide.cache import CACHE
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

# What its own tool asks a broker and a name server for: all topics; signed as it signs, HMAC-SHA1 over the fields and the body.
ROCKETMQ = f"{CACHE}/rocketmq-5.4"
TOPICS_OF = """import base64, hashlib, hmac, json, socket, sys
address, port, code, password = sys.argv[1:]
fields = {"AccessKey": "admin"} if password else {}
if password:
    words = "".join(fields[name] for name in sorted(fields))
    fields["Signature"] = base64.b64encode(hmac.new(password.encode(), words.encode(), hashlib.sha1).digest()).decode()
head = json.dumps({"code": int(code), "language": "OTHER", "version": 0, "opaque": 1, "flag": 0, "extFields": fields}).encode()
with socket.create_connection((address, int(port)), 10) as server:
    server.sendall((len(head) + 4).to_bytes(4, "big") + len(head).to_bytes(4, "big") + head)
    answers = server.makefile("rb")
    print(answers.read(int.from_bytes(answers.read(4), "big")).decode(errors="replace"))
"""
TOPICS = "python3 /root/topics.py ADDRESS PORT CODE 'PASSWORD'"


def topics(port, code, password="", address=SERVER):
    return at(TOPICS, address, port=str(port), code=str(code), password=password)


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
    console(STORE, "hbase-rest", HBASE_REST, 8085, "/", "people", place="/etc/hbase", beside=java_more.HBASE),
    rocketmq("rocketmq-broker", "broker", 10911, 20000, 21, (Step(STORE, "rocketmq", "locked", topics(10911, 21, PASSWORD)),)),
    # A name server knows no login: it is kept from strangers alone.
    rocketmq("rocketmq-names", "names", 9876, 20000, 206, (Step(STORE, "rocketmq", "closed", topics(9876, 206), down=True),), address=PUBLIC),
)
