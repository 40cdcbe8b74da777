"""Stores and consoles in Java that answer over HTTP, of the wide zoo."""

from dataclasses import replace

import model
from case import PASSWORD, PUBLIC, SERVER
from from_zoo import console, page, spec_of
from wide.servers import web_java

STORE = "open-store"


def store(product, *words, **more):
    return console(STORE, product, *words, **more)


# As its own script starts it: without that its interface for programs is down.
ACTIVEMQ = spec_of("activemq:open", ("-Dactivemq.home=", "-Djolokia.conf=file:$D/conf/jolokia-access.xml -Dactivemq.home="))
# Through the console to a queue: so it is itself let in by the broker.
ACTIVEMQ_SENT = (f"curl -sSf -m 30 -u admin:{PASSWORD} -d body=ada 'http://{SERVER}:8161/api/message/orders?type=queue'\n"
                 + page(8161, "/admin/xml/queues.jsp", f"-u admin:{PASSWORD}"))
ARTEMIS = spec_of("artemis:open", ("$D/b/", "$D/"), prepare=web_java.ARTEMIS_OPEN.replace("create $D/b", "create --force $D").replace("$D/b/", "$D/"))
# Who calls must be a page of the console.
PAGE = f"-H 'Origin: http://{SERVER}'"


BASE = f"http://{SERVER}:8080/druid"
DRUID_LOGIN = (f"curl -sSf -c /run/cookies -d 'loginUsername=an-own-name&loginPassword={PASSWORD}' {BASE}/submitLogin\n"
               f"curl -sSf -b /run/cookies {BASE}/basic.json")
BEAT = "-X POST -d {}"
INFO = "/jmx?qry=Hadoop:service=JournalNode,name=JournalNodeInfo"


def journal_node():
    """For everybody, so that there is an address that is not of the inner networks."""
    spec = spec_of("hdfs-journalnode:open", text=("$A:$P<", "0.0.0.0:$P<"))
    made = console("open-dashboard", "hdfs-journalnode", spec, 8480, INFO, "modelerType", says="closed", place="/etc/hadoop", after=page(8480, INFO),
                   strange=page(8480, INFO, address=PUBLIC), down=True)
    return replace(made, address=PUBLIC)


CASES = (
    store("activemq", ACTIVEMQ, 8161, "/admin/xml/queues.jsp", "orders", says="locked", scheme="http", after=ACTIVEMQ_SENT, place="/opt/activemq"),
    store("artemis", ARTEMIS, 8161, "/console/jolokia/version", "protocol", says="locked", scheme="http", ask=PAGE, owner=f"-u zoo:{model.PASSWORD}",
          place="/var/lib/artemis-instance"),
    # What registers with itself does so by the address that it had: no longer.
    store("eureka", "eureka-4:open", 8761, "/eureka/apps", "apps__hashcode"),
    store("fhir", "hapi-7:boot", 8080, "/fhir/Patient?_format=json", "ada"),
    console("open-monitor", "druid-monitor", "druid-spring-1:open", 8080, "/druid/basic.json", "Version", says="locked", scheme="http", after=DRUID_LOGIN,
            place="/srv/shop"),
    console("open-dashboard", "xxl-job-executor", "xxl-job-2:open", 9999, "/beat", '"code":200', says="locked", scheme="http", ask=BEAT,
            owner=f"-H 'XXL-JOB-ACCESS-TOKEN: {PASSWORD}'", place="/srv/shop"),
    journal_node(),
)
