"""Hazelcast 4.2, 5.3 and 5.5: two maps, none, and a cluster of another name."""

import pathlib

from model import Spec, View

from ..cache import CACHE

PROGRAM = """import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;

public class Grid {
    public static void main(String[] a) throws Exception {
        Config config = new Config();
        config.setClusterName(a[2]);
        config.setProperty("hazelcast.phone.home.enabled", "false").setProperty("hazelcast.local.localAddress", a[0]);
        config.getNetworkConfig().setPort(Integer.parseInt(a[1])).setPortAutoIncrement(false).setPublicAddress(a[0]);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(a[0]);
        config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        var grid = Hazelcast.newHazelcastInstance(config);
        for (int i = 3; i < a.length; i++)
            for (int k = 0; k < 3; k++)
                grid.getMap(a[i]).put(k, "x");
        System.out.println("the maps are filled");
        Thread.sleep(3600000);
    }
}
"""
JAVA = "java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "


def hazelcast(version, variant, words, view, maps=()):
    jar = next(iter(sorted(pathlib.Path(CACHE, f"hazelcast-{version}").glob("*.jar"))), pathlib.Path("none-0.jar"))
    told = {"version": jar.stem.split("-")[1], "collections": len(maps), "names": sorted(maps)}
    if maps:
        told["records"] = 3 * len(maps)
    return Spec(f"hazelcast-{version}:{variant}", JAVA + f"-cp '{CACHE}/hazelcast-{version}/*' $D/Grid.java $A $P " + " ".join((words, *maps)),
                files={"Grid.java": PROGRAM}, slow=True, port=5701, ready="grep -q 'maps are filled' $D/log", truth=lambda box: told, views=(view,))


OPEN = View("hazelcast", "open", sees=("version", "collections", "records"), facts={"auth": "none"})
SPECS = (
    hazelcast("5.5", "open", "dev", OPEN, ("orders", "people")),
    hazelcast("5.5", "empty", "dev", View("hazelcast", "open", sees=("version", "collections"))),
    hazelcast("5.5", "other-name", "prod", View("hazelcast", "unclear")),
    hazelcast("5.3", "open", "dev", OPEN, ("orders", "people")),
    hazelcast("4.2", "open", "dev", OPEN, ("orders", "people")),
)
