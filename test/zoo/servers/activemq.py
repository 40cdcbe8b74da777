"""ActiveMQ's broker: STOMP, OpenWire; open and with users."""

from model import PASSWORD, Spec, View

HEAD = ('<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd '
        'http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">'
        '<broker xmlns="http://activemq.apache.org/schema/core" brokerName="zoo" persistent="false" useJmx="false" '
        'schedulerSupport="false">')
TAIL = ('<transportConnectors><transportConnector name="stomp" uri="stomp://$A:$P"/>'
        '<transportConnector name="openwire" uri="tcp://$A:$P2"/></transportConnectors></broker></beans>')
USERS = (f'<plugins><simpleAuthenticationPlugin><users><authenticationUser username="zoo" password="{PASSWORD}" groups="users"/>'
         '</users></simpleAuthenticationPlugin></plugins>')
JARS = "$(ls /usr/share/java/activemq-*.jar /usr/share/activemq/lib/*.jar /usr/share/java/spring*.jar 2>/dev/null | tr '\\n' ':')"
SERVER = ("java -Xmx96m -XX:TieredStopAtLevel=1 -Dactivemq.home=/usr/share/activemq -Dactivemq.base=$D -Dactivemq.conf=$D "
          "-Dactivemq.data=$D/data -jar /usr/share/activemq/bin/activemq.jar start xbean:file:$D/a.xml")


def truth(box):
    return {"version": box.sh("dpkg-query -Wf '${Version}' activemq").split("+")[0]}


PORTS = {"open": 61613, "locked": 61614}


def activemq(variant, plugins, verdict, auth):
    return Spec("activemq:" + variant, SERVER, files={"a.xml": HEAD + plugins + TAIL}, truth=truth, slow=True, port=PORTS[variant], views=(
        View("activemq" if verdict == "open" else "stomp", verdict, sees=("version",) if verdict == "open" else (),
             facts={"auth": auth, "protocol": "STOMP"}),
        View("activemq", verdict, sees=("version",), facts={"auth": auth, "protocol": "OpenWire"}, port="P2")))


SPECS = (activemq("open", "", "open", "none"), activemq("locked", USERS, "locked", "password"))
