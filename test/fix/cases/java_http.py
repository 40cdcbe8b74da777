"""Stores and consoles in Java that answer over HTTP, of the wide zoo."""

from dataclasses import replace

import model
from case import PASSWORD, PUBLIC, SERVER
from from_zoo import console, page, spec_of
from wide.cache import CACHE
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


# Kept on disk, and the client of the command line, which is not among its libraries.
REGION = ('<property name="dataStorageConfiguration"><bean class="org.apache.ignite.configuration.DataStorageConfiguration"><property'
          ' name="walSegmentSize" value="1048576"/><property name="defaultDataRegionConfiguration"><bean'
          ' class="org.apache.ignite.configuration.DataRegionConfiguration"><property name="persistenceEnabled" value="true"/><property'
          ' name="initialSize" value="16777216"/><property name="maxSize" value="67108864"/></bean></property></bean></property>')
IGNITE_CONFIG = "/etc/apache-ignite/default-config.xml"
SQLLINE = f"""
printf '%s\\n' '#!/bin/sh' 'exec java {web_java.OPENS} -cp "{CACHE}/sqlline-1/*" sqlline.SqlLine -d org.apache.ignite.IgniteJdbcThinDriver "$@"' >/run/fix-bin/sqlline.sh
chmod 755 /run/fix-bin/sqlline.sh
"""
IGNITE_GET = "/ignite?cmd=get&cacheName=people&key=name"
IGNITE_SEED = f"""
curl -sSf 'http://{SERVER}:8080/ignite?cmd=setstate&state=ACTIVE&force=true'
curl -sSf 'http://{SERVER}:8080/ignite?cmd=put&cacheName=people&key=name&val=ada'
"""


def ignite(name, port, **more):
    """Its clients' port or HTTP: one text for both."""
    spec = spec_of("ignite:open", rename={"c.xml": IGNITE_CONFIG}, text=('<property name="cacheConfiguration">', f'{REGION}<property name="cacheConfiguration">'))
    login = f"&ignite.login=ignite&ignite.password={PASSWORD}"
    made = console(STORE, "ignite", replace(spec, seed=IGNITE_SEED), 8080, IGNITE_GET, "ada", says="locked", scheme="http", place="/etc/apache-ignite",
                   name="apache-ignite@default-config.xml", needs=SQLLINE, after=page(8080, IGNITE_GET + login), **more)
    return replace(made, name=f"wide-{name}", ports=(port,))

BASE = f"http://{SERVER}:8080/druid"
DRUID_LOGIN = (f"curl -sSf -c /run/cookies -d 'loginUsername=an-own-name&loginPassword={PASSWORD}' {BASE}/submitLogin\n"
               f"curl -sSf -b /run/cookies {BASE}/basic.json")
# With all of its settings in its own folder, as it wants it.
SONAR = f"{CACHE}/sonarqube-9"
SONARQUBE = model.Spec("sonarqube:open", "java -Xmx64m -jar $D/lib/sonar-application-9.9.8.100196.jar", slow=True, views=(),
                       prepare=f"cp -r {SONAR}/. $D; printf '%s\\n' sonar.web.host=$A sonar.web.port=$P 'sonar.web.javaOpts=-Xmx400m' 'sonar.ce.javaOpts=-Xmx200m'"
                       " 'sonar.search.javaOpts=-Xms300m -Xmx300m' sonar.telemetry.enable=false sonar.updatecenter.activate=false >>$D/conf/sonar.properties",
                       ready="curl -sf http://$A:$P/api/system/status | grep UP", seed=f"""
curl -sSf -u admin:admin -d login=admin -d previousPassword=admin -d 'password={PASSWORD}' http://$A:$P/api/users/change_password
curl -sSf -u 'admin:{PASSWORD}' -d key=sonar.forceAuthentication -d value=false http://$A:$P/api/settings/set
curl -sSf -u 'admin:{PASSWORD}' -d project=ada -d name=ada http://$A:$P/api/projects/create
""")
PROJECTS = "/api/components/search_projects?ps=9"
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
    ignite("ignite", 8080),
    ignite("ignite-clients", 10800),
    # What registers with itself does so by the address that it had: no longer.
    store("eureka", "eureka-4:open", 8761, "/eureka/apps", "apps__hashcode"),
    store("fhir", "hapi-7:boot", 8080, "/fhir/Patient?_format=json", "ada"),
    console("open-monitor", "druid-monitor", "druid-spring-1:open", 8080, "/druid/basic.json", "Version", says="locked", scheme="http", after=DRUID_LOGIN,
            place="/srv/shop"),
    console("open-dashboard", "xxl-job-executor", "xxl-job-2:open", 9999, "/beat", '"code":200', says="locked", scheme="http", ask=BEAT,
            owner=f"-H 'XXL-JOB-ACCESS-TOKEN: {PASSWORD}'", place="/srv/shop"),
    journal_node(),
    # Its command names no folder of the cache.
    replace(console("open-dashboard", "sonarqube", SONARQUBE, 9000, PROJECTS, "ada", says="locked", scheme="http", owner=f"-u 'admin:{PASSWORD}'",
                    place="/opt/sonarqube"), needs=(SONAR,)),
)
