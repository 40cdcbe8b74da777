"""What any Java brings: a debugger's port, and the registry of RMI."""

from model import Spec, View

WAIT = "public class Wait { public static void main(String[] a) throws Exception { Thread.sleep(3600000); } }\n"


def truth(box):
    return {"version": box.sh("java -version 2>&1").split('"')[1]}


SPECS = (
    Spec("jdwp:open", "java -Xmx64m -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=$A:$P $D/Wait.java",
         files={"Wait.java": WAIT}, truth=truth, slow=True, views=(View("jdwp", "open", sees=("version",)),)),
    Spec("rmi:registry", "rmiregistry -J-Xmx64m -J-Djava.rmi.server.hostname=$A $P", slow=True, port=1099, truth=lambda box: {"collections": 0, "names": []},
         views=(View("rmi-registry", "identified", sees=("collections",)),)),
    Spec("rmi:jmx", "java -Xmx64m -Dcom.sun.management.jmxremote.port=$P -Dcom.sun.management.jmxremote.host=$A "
         "-Dcom.sun.management.jmxremote.ssl=false -Dcom.sun.management.jmxremote.authenticate=false $D/Wait.java",
         files={"Wait.java": WAIT}, slow=True, port=7199, truth=lambda box: {"collections": 1, "names": ["jmxrmi"]},
         views=(View("rmi-registry", "identified", sees=("collections",)),)),
)
