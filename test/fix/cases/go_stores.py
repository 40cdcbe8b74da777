"""Vault that was never set up, and an API of Kubernetes whose rights were given to everybody."""

import pathlib

from case import SERVER, Case, Step
from from_zoo import Stand, spec_of
from model import PASSWORD as ZOO_PASSWORD
from wide.cache import missing
from wide.servers import go_stores

VAULT = f"export VAULT_ADDR=http://{SERVER}:8200\n"
# Who keeps what the set-up prints, as the text says; three of its five keys open the store, after each start anew.
VAULT_KEYS = "exec >/root/keys"
VAULT_UNSEAL = VAULT + """for key in $(sed -n 's/^Unseal Key [1-3]: //p' /root/keys); do vault operator unseal $key >/dev/null; done
export VAULT_TOKEN=$(sed -n 's/^Initial Root Token: //p' /root/keys)
"""
VAULT_PUT = VAULT_UNSEAL + "vault write cubbyhole/customer name=ada"
# Whether it waits for whoever comes first: to ask for more would be to set it up.
VAULT_STRANGER = f"curl -sSf http://{SERVER}:8200/v1/sys/init | sed -n 's/.*\"initialized\":false.*/ada/p'"


def vault():
    """Before its set-up there is nothing in it: what its owner finds is that it waits for one."""
    spec = spec_of("vault:new", rename={"vault.hcl": "/etc/vault.d/vault.hcl"})
    stand, absent = Stand(spec, "vault", 8200, "/var/lib/vault", ""), missing(spec.command)

    def opened():
        stand.open()
        pathlib.Path("/run/fix-bin/vault").symlink_to(go_stores.VAULT)
    return Case("wide-vault", ("vault",), (8200,), open=opened, seed="", holds="ada", ready=stand.expand(spec.ready), wide=True,
                owner=f"{VAULT} vault operator init -status >/dev/null || test $? -eq 2 && echo ada waits", stranger=VAULT_STRANGER,
                needs=(str(absent),) if absent else (),
                steps=(Step("setup-open", "vault", "locked", f"{VAULT_UNSEAL} vault read -field=name cubbyhole/customer", before=VAULT_KEYS,
                            behind=VAULT_PUT),))


# What names the owner to the API, as kubectl reads it.
KUBECONFIG = f"""
mkdir -p /root/.kube
cat >/root/.kube/config <<'END'
apiVersion: v1
kind: Config
current-context: own
clusters: [{{name: own, cluster: {{server: "https://{SERVER}:6443", certificate-authority: /run/certs/ca.pem}}}}]
users: [{{name: boss, user: {{token: {ZOO_PASSWORD}}}}}]
contexts: [{{name: own, context: {{cluster: own, user: boss}}}}]
END
kubectl create namespace ada
kubectl create clusterrolebinding everybody --clusterrole=cluster-admin --group=system:unauthenticated
"""
# The name that the text's first line shows.
KUBERNETES_TAKEN = "kubectl delete clusterrolebinding everybody"


def kubernetes():
    spec = spec_of("kubernetes:locked", command=go_stores.KUBERNETES.replace("127.0.0.1:$P2", "127.0.0.1:2379"), root=True)
    stand = Stand(spec, "kube-apiserver", 6443, "/var/lib/kubernetes", go_stores.KUBERNETES_ETCD.replace("$P2", "2379").replace("$P3", "2380"))
    absent, owner = missing(spec.command), "kubectl get namespaces"
    return Case("wide-kubernetes", ("kube-apiserver-beside", "kube-apiserver"), (6443,), open=stand.open, seed=KUBECONFIG, holds="ada",
                ready=stand.expand(spec.ready), owner=owner, stranger=f"curl -sSfk https://{SERVER}:6443/api/v1/namespaces", wide=True,
                needs=(str(absent),) if absent else ("/usr/bin/kubectl", "/usr/bin/etcd"),
                steps=(Step("open-dashboard", "kubernetes", "locked", owner, behind=KUBERNETES_TAKEN),))


CASES = (vault(), kubernetes())
