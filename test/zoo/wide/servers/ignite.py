"""Ignite 2.16: two caches, none, and with logins."""

from model import Spec, View

from ..cache import CACHE

PROGRAM = """import org.apache.ignite.Ignition;
import org.apache.ignite.configuration.*;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.cluster.ClusterState;
import java.util.List;

public class Grid {
    public static void main(String[] a) throws Exception {
        int port = Integer.parseInt(a[1]), inner = Integer.parseInt(a[2]);
        boolean login = Boolean.parseBoolean(a[3]);
        IgniteConfiguration c = new IgniteConfiguration().setLocalHost(a[0]).setConsistentId("zoo").setWorkDirectory(a[4])
            .setMetricsLogFrequency(0).setConnectorConfiguration(null).setAuthenticationEnabled(login);
        c.setClientConnectorConfiguration(new ClientConnectorConfiguration().setHost(a[0]).setPort(port).setPortRange(0));
        c.setDiscoverySpi(new TcpDiscoverySpi().setLocalPort(inner).setLocalPortRange(0)
            .setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(List.of(a[0] + ":" + inner))));
        c.setCommunicationSpi(new TcpCommunicationSpi().setLocalPort(inner + 1).setLocalPortRange(0));
        c.setDataStorageConfiguration(new DataStorageConfiguration().setWalSegmentSize(1 << 20).setDefaultDataRegionConfiguration(
            new DataRegionConfiguration().setPersistenceEnabled(login).setInitialSize(16 << 20).setMaxSize(32 << 20)));
        var grid = Ignition.start(c);
        grid.cluster().state(ClusterState.ACTIVE);
        for (int i = 5; i < a.length; i++)
            for (int k = 0; k < 3; k++)
                grid.getOrCreateCache(a[i]).put(k, "x");
        System.out.println("the caches are filled");
        Thread.sleep(3600000);
    }
}
"""
OPENED = ("java.base/jdk.internal.access", "java.base/jdk.internal.misc", "java.base/sun.nio.ch", "java.base/sun.util.calendar",
          "java.management/com.sun.jmx.mbeanserver", "jdk.internal.jvmstat/sun.jvmstat.monitor", "java.base/java.io", "java.base/java.nio",
          "java.base/sun.reflect.generics.reflectiveObjects", "jdk.management/com.sun.management.internal", "java.base/java.net",
          "java.base/java.util", "java.base/java.util.concurrent", "java.base/java.util.concurrent.locks", "java.base/java.lang",
          "java.base/java.util.concurrent.atomic", "java.base/java.lang.invoke", "java.base/java.math", "java.sql/java.sql",
          "java.base/java.lang.reflect", "java.base/java.time", "java.base/java.text", "java.management/sun.management")
JAVA = ("java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -DIGNITE_QUIET=true -DIGNITE_NO_ASCII=true "
        "-DIGNITE_UPDATE_NOTIFIER=false " + "".join(f"--add-opens={name}=ALL-UNNAMED " for name in OPENED))


def ignite(variant, login, view, caches=()):
    told = {"collections": len(caches), "names": sorted(caches)}
    if caches:
        told["records"] = 3 * len(caches)
    return Spec(f"ignite-2.16:{variant}", JAVA + f"-cp '{CACHE}/ignite-2.16/*' $D/Grid.java $A $P $P2 {login} $D/w " + " ".join(caches),
                files={"Grid.java": PROGRAM}, slow=True, port=10800, ready="grep -q 'caches are filled' $D/log", truth=lambda box: told,
                views=(view,))


SPECS = (
    ignite("open", "false", View("ignite", "open", sees=("collections", "records"), facts={"auth": "none"}), ("orders", "people")),
    ignite("empty", "false", View("ignite", "unclear", sees=("collections",))),
    ignite("password", "true", View("ignite", "locked", facts={"auth": "password"})),
)
