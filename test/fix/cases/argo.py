"""Argo Workflows, beside an API of Kubernetes, whose rights it lends to whoever comes."""

import pathlib
import shlex

from case import Case, Step
from from_zoo import Stand, page, spec_of
from model import PASSWORD as ZOO_PASSWORD
from wide.cache import missing
from wide.servers import argo, go_stores

FLOWS = "/api/v1/workflows/?fields=items.metadata.name"
TOKEN = f"-H 'Authorization: Bearer {ZOO_PASSWORD}'"


def flows():
    """Three units: the store of the API, the API, and Argo's server."""
    api = spec_of("kubernetes:locked", command=go_stores.KUBERNETES.replace("127.0.0.1:$P2", "127.0.0.1:2379"), root=True)
    server = spec_of("argo-workflows:open", command=f"{argo.ARGO} --auth-mode=server", root=True)
    stands = (Stand(api, "kube-apiserver", 6443, "/var/lib/kubernetes",
                    go_stores.KUBERNETES_ETCD.replace("$P2", "2379").replace("$P3", "2380")),
              Stand(server, "argo-server", 2746, "/var/lib/argo", ""))
    api_stand, stand = stands
    stand.ports["P4"] = 6443
    stand.plain["P4"] = "6443"

    def opened():
        for each in stands:
            each.open()
        # As its container is started again and again until the API serves; and what its set-up makes.
        with pathlib.Path("/etc/systemd/system/argo-server.service").open("a") as unit:
            unit.write(f"ExecStartPre=timeout 120 sh -c {shlex.quote(stand.expand(argo.WAIT))}\n")
    absent = missing(api.command + server.command)
    return Case("wide-argo-workflows", ("kube-apiserver-beside", "kube-apiserver", "argo-server"), (2746,), open=opened, seed=stand.seed, holds="ada",
                ready=f"{api_stand.expand(api.ready)} && {stand.expand(server.ready)}", owner=page(2746, FLOWS), stranger=page(2746, FLOWS), wide=True,
                needs=(str(absent),) if absent else ("/usr/bin/etcd",),
                steps=(Step("open-dashboard", "argo-workflows", "locked", page(2746, FLOWS, TOKEN)),))


CASES = (flows(),)
