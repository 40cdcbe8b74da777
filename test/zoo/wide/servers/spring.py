"""Spring Boot Admin; Spring Boot's actuator, by Tomcat and by Netty: all of it shown, figures only, as it is shipped. Heap dumps are off where nobody turns
them on; that none was made is seen in the folder where Java would put it."""

from harness import ZooError
from model import Spec, View

from ..cache import CACHE

MAIN = """package zoo;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication public class Zoo { public static void main(String[] words) { SpringApplication.run(Zoo.class, words); } }
"""
ALL = "--management.endpoints.web.exposure.include=*"
DUMP = "--management.endpoint.heapdump.access=unrestricted"


def no_dump(box):
    """The truth that counts here, before and after: nothing was written for the asker."""
    left = box.sh("find $D -name '*.hprof' -o -name 'heap*'")
    if left:
        raise ZooError(f"a dump was made: {left}")
    return {}


def spring(directory, variant, view, *words):
    command = (f"java -Xmx160m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -cp \"{CACHE}/{directory}/*\" $D/Zoo.java --server.address=$A"
               f" --server.port=$P {' '.join(words)}")
    return Spec(f"{directory}:{variant}", command, files={"Zoo.java": MAIN}, truth=no_dump, slow=True, views=(view,))


def shown(**facts):
    return {"actuator.env": True, "actuator.heapdump": None, **facts}


def application(name, enable, words, **more):
    """One whose only line of its own is the annotation that makes it what it is."""
    main = MAIN.replace("@SpringBootApplication", f"@{enable} @SpringBootApplication")
    command = (f"java -Xmx250m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -cp \"{CACHE}/{name}/*\" $D/Zoo.java --server.address=$A --server.port=$P {words}")
    return Spec(f"{name}:open", command, files={"Zoo.java": main}, slow=True, **more)


ADMIN = application("admin-3", "de.codecentric.boot.admin.server.config.EnableAdminServer", "", ready="curl -sf http://$A:$P/ >/dev/null",
                    views=(View("spring-boot-admin", "open", may=("version",)),))

SPECS = (ADMIN,) + tuple(spec for directory in ("spring-boot-3", "spring-webflux-3") for spec in (
    spring(directory, "all", View("spring-boot", "open", facts=shown(**{"actuator.heapdump": True}), rules=("open-monitor",)), ALL, DUMP),
    spring(directory, "environment", View("spring-boot", "open", facts=shown()), ALL),
    spring(directory, "figures", View("spring-boot", "partial"), "--management.endpoints.web.exposure.include=health,metrics"),
    spring(directory, "shipped", View("spring-boot", "identified", no_rules=("login-in-plain-text",))),
))
