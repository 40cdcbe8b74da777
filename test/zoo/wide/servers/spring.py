"""Spring Boot Admin, Eureka, HAPI FHIR, Alibaba's Druid, an executor of XXL-JOB; Spring Boot's actuator, by Tomcat and by Netty: all of it shown, figures only, as it is shipped. Heap dumps are off where nobody turns
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
# It registers with itself unless told not to.
EUREKA = application("eureka-4", "org.springframework.cloud.netflix.eureka.server.EnableEurekaServer",
                     "--spring.application.name=shop --eureka.client.service-url.defaultZone=http://$A:$P/eureka"
                     " --spring.autoconfigure.exclude=org.springframework.boot.autoconfigure.gson.GsonAutoConfiguration", ready="curl -sf http://$A:$P/eureka/apps | grep SHOP",
                     truth=lambda box: {"collections": 1, "names": ["SHOP"]}, views=(View("eureka", "open", sees=("collections",)),))


def program(directory, name, main, files=None, **more):
    """An application with something of its own; its settings are in its own file, where there are any."""
    command = f"java -Xmx250m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -cp \"{CACHE}/{directory}/*\" $D/Zoo.java --server.address=$A --server.port=$P"
    return Spec(f"{directory}:{name}", command, files={"Zoo.java": main, **(files or {})}, slow=True, **more)


# As HAPI's own starter of a server is made: its servlet, below /fhir.
FHIR = """package zoo;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.server.*;
import java.util.List;
import org.hl7.fhir.r4.model.Patient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

@SpringBootApplication(proxyBeanMethods = false) public class Zoo {
    public static class Patients implements IResourceProvider {
        public Class<Patient> getResourceType() {
            return Patient.class;
        }

        @Search
        public List<Patient> all() {
            Patient patient = new Patient();
            patient.setId("ada");
            return List.of(patient);
        }
    }

    @Bean ServletRegistrationBean<RestfulServer> fhir() {
        RestfulServer fhir = new RestfulServer(FhirContext.forR4());
        fhir.setResourceProviders(List.of(new Patients()));
        return new ServletRegistrationBean<>(fhir, "/fhir/*");
    }

    public static void main(String[] words) {
        SpringApplication.run(Zoo.class, words);
    }
}
"""
HAPI = program("hapi-7", "boot", FHIR, port=8080, ready="curl -sf http://$A:$P/fhir/metadata", truth=lambda box: {"version": "7.4.5", "records": 1},
               views=(View("fhir", "open", sees=("version", "records")),))
DRUID_SETTINGS = """spring.datasource.url=jdbc:h2:mem:people
spring.datasource.druid.filters=stat
spring.datasource.druid.stat-view-servlet.enabled=true
spring.datasource.druid.stat-view-servlet.allow=
"""
DRUID = program("druid-spring-1", "open", MAIN, {"application.properties": DRUID_SETTINGS}, ready="curl -sf http://$A:$P/druid/basic.json",
                truth=lambda box: {"version": "1.2.23"}, views=(View("druid-monitor", "open", sees=("version",)),))
# Without a console: it waits to be told what to run.
XXL_JOB = """package zoo;
import com.xxl.job.core.executor.impl.XxlJobSpringExecutor;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication(proxyBeanMethods = false) public class Zoo {
    @Bean XxlJobSpringExecutor executor(@Value("${server.address}") String ip, @Value("${server.port}") int port,
            @Value("${xxl.job.accessToken}") String token) {
        XxlJobSpringExecutor executor = new XxlJobSpringExecutor();
        executor.setAdminAddresses("");
        executor.setAppname("shop");
        executor.setIp(ip);
        executor.setPort(port);
        executor.setAccessToken(token);
        executor.setLogPath("log");
        return executor;
    }

    public static void main(String[] words) throws Exception {
        SpringApplication.run(Zoo.class, words);
        Thread.currentThread().join();
    }
}
"""


def xxl_job(variant, token, verdict):
    return program("xxl-job-2", variant, XXL_JOB, {"application.properties": f"xxl.job.accessToken={token}\n"}, ready="curl -s http://$A:$P/ | grep HttpMethod",
                   views=(View("xxl-job-executor", verdict),))


SPECS = (ADMIN, EUREKA, HAPI, DRUID, xxl_job("open", "", "open"), xxl_job("token", "s3cret", "locked")) + tuple(spec for directory in ("spring-boot-3", "spring-webflux-3") for spec in (
    spring(directory, "all", View("spring-boot", "open", facts=shown(**{"actuator.heapdump": True}), rules=("open-monitor",)), ALL, DUMP),
    spring(directory, "environment", View("spring-boot", "open", facts=shown()), ALL),
    spring(directory, "figures", View("spring-boot", "partial"), "--management.endpoints.web.exposure.include=health,metrics"),
    spring(directory, "shipped", View("spring-boot", "identified", no_rules=("login-in-plain-text",))),
))
