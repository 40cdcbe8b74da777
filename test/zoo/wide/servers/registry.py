"""Docker's registry and its engine. Counted: repositories; containers."""

from model import PASSWORD_BCRYPT, Spec, View

from ..cache import CACHE, get

REGISTRY = f"{CACHE}/docker-registry-2.8/usr/bin/docker-registry serve $D/r.yml"
CONFIG = "version: 0.1\nstorage: {filesystem: {rootdirectory: $D/data}}\nhttp: {addr: $A:$P}\n"
LOCK = "auth: {htpasswd: {realm: zoo, path: $D/users}}\n"
EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
REPOSITORIES = ("shop/api", "shop/web", "tools")


def link(repository):
    """A repository is a directory with the link of a layer in it."""
    return f"data/docker/registry/v2/repositories/{repository}/_layers/sha256/{EMPTY[7:]}/link"


FILES = {"r.yml": CONFIG, **{link(name): EMPTY for name in REPOSITORIES}}


def repositories(box):
    names = get(box, "/v2/_catalog")["repositories"]
    return {"collections": len(names), "names": names}


ENGINE = f"{CACHE}/docker-20.10/usr"
DOCKERD = (f"{ENGINE}/sbin/dockerd --data-root $D/d --exec-root $D/e --pidfile $D/pid --bridge=none --iptables=false"
           " --ip-masq=false --storage-driver=vfs --userland-proxy=false")


def engine(box):
    info = get(box, "/info")
    return {"version": info["ServerVersion"], "records": info["Containers"]}


SPECS = (
    Spec("docker-registry:open", REGISTRY, files=FILES, truth=repositories, views=(View("docker-registry", "open", sees=("collections",)),)),
    Spec("docker-registry:empty", REGISTRY, files={"r.yml": CONFIG}, truth=repositories,
         views=(View("docker-registry", "open", sees=("collections",)),)),
    Spec("docker-registry:locked", REGISTRY, files={**FILES, "r.yml": CONFIG + LOCK, "users": f"zoo:{PASSWORD_BCRYPT}\n"},
         views=(View("docker-registry", "locked"),)),
    Spec("docker:open", f"env PATH={ENGINE}/bin:{ENGINE}/sbin:/usr/sbin:/usr/bin:/sbin:/bin {DOCKERD} -H tcp://$A:$P", truth=engine,
         root=True, slow=True, views=(View("docker", "open", sees=("version", "records")),)),
)
