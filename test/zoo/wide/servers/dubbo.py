"""Dubbo 2.7 and 3.2: the command line as it comes, and one that lists services."""

from model import Spec, View

from ..cache import CACHE

PROGRAM = """package zoo;

import org.apache.dubbo.config.*;

public class Rpc {
    public interface Orders { String find(String name); }
    public static class OrdersHere implements Orders { public String find(String name) { return name; } }

    public static void main(String[] a) throws Exception {
        ApplicationConfig app = new ApplicationConfig("zoo");
        app.setQosEnable(false);
        ProtocolConfig protocol = new ProtocolConfig("dubbo", Integer.parseInt(a[1]));
        protocol.setHost(a[0]);
        if (a.length > 2)
            protocol.setTelnet(a[2]);
        ServiceConfig<Orders> service = new ServiceConfig<>();
        service.setInterface(Orders.class);
        service.setRef(new OrdersHere());
        service.setProtocol(protocol);
        service.setRegistry(new RegistryConfig("N/A"));
        service.setApplication(app);
        service.export();
        Thread.sleep(3600000);
    }
}
"""


def dubbo(version, variant, view, words="", truth=None):
    jars = f"{CACHE}/dubbo-{version}/*"
    return Spec(f"dubbo-{version}:{variant}", "java -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-opens java.base/java.lang=ALL-UNNAMED "
                f"--add-opens java.base/java.math=ALL-UNNAMED -Ddubbo.bind.ip=$A -cp \"$D/c:{jars}\" zoo.Rpc $A $P {words}",
                prepare=f"javac -nowarn -cp '{jars}' -d $D/c $D/Rpc.java 2>/dev/null", files={"Rpc.java": PROGRAM}, slow=True,
                truth=lambda box: truth or {}, views=(view,), ready="sleep 2")


SPECS = (
    dubbo("2.7", "as-it-comes", View("dubbo", "unclear")),
    dubbo("2.7", "commands", View("dubbo", "open", sees=("collections",), facts={"auth": "none"}), "ls,invoke",
          {"collections": 1, "names": ["zoo.Rpc$Orders"]}),
    dubbo("3.2", "as-it-comes", View("dubbo", "unclear")),
)
