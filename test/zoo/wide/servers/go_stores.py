"""Vault, that was never set up and that was; the API of Kubernetes, beside an etcd of its own."""

import json

from model import PASSWORD, Spec, View

from ..cache import CACHE, get

VAULT = f"{CACHE}/vault-1/vault"
VAULT_SERVER = f"{VAULT} server -config=$D/vault.hcl"
VAULT_CONFIG = """disable_mlock = true
api_addr = "http://$A:$P"
storage "file" {
  path = "$D/data"
}
listener "tcp" {
  address = "$A:$P"
  tls_disable = true
}
"""
# One key is enough for whoever may throw it away.
VAULT_SEED = """export VAULT_ADDR=http://$A:$P
VAULT operator init -key-shares=1 -key-threshold=1 >$D/keys
VAULT operator unseal $(sed -n 's/^Unseal Key 1: //p' $D/keys)
export VAULT_TOKEN=$(sed -n 's/^Initial Root Token: //p' $D/keys)
VAULT write cubbyhole/customer name=ada
""".replace("VAULT ", f"{VAULT} ")


def vault_truth(box):
    # With a status for each state, which is no error when one asks for it.
    return {"version": get(box, "/v1/sys/health?uninitcode=200&sealedcode=200")["version"]}


def vault(variant, host, seed, view):
    # What it answers at its root says no more than Go's other servers do, and on another port it is not asked.
    return Spec(f"vault:{variant}", VAULT_SERVER, files={"vault.hcl": VAULT_CONFIG}, seed=seed, truth=vault_truth,
                port=8200, host=host,
                ready="curl -sf http://$A:$P/v1/sys/init", views=(view,))


KUBERNETES = (f"{CACHE}/kubernetes-1/kube-apiserver --bind-address=$A --advertise-address=$A --secure-port=$P --etcd-servers=http://127.0.0.1:$P2"
              " --tls-cert-file=$C/good.pem --tls-private-key-file=$C/good.key --cert-dir=$D --token-auth-file=$D/tokens.csv"
              " --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=$C/good.key"
              " --service-account-signing-key-file=$C/good.key --service-cluster-ip-range=10.96.0.0/24 --endpoint-reconciler-type=none"
              " --authorization-mode=RBAC")
KUBERNETES_ETCD = ("etcd --data-dir $D/etcd --listen-client-urls http://127.0.0.1:$P2 --advertise-client-urls http://127.0.0.1:$P2"
                   " --listen-peer-urls http://127.0.0.1:$P3")
KUBERNETES_TOKENS = f"{PASSWORD},boss,1,system:masters\n"
CURL = f"curl -sSfk -H 'Authorization: Bearer {PASSWORD}' -H 'Content-Type: application/json' https://$A:$P"
KUBERNETES_ADA = f"{CURL}/api/v1/namespaces -d '{{\"metadata\": {{\"name\": \"ada\"}}}}'\n"
# All rights, to whoever has no name.
EVERYBODY = """{"metadata": {"name": "everybody"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
"subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:unauthenticated"}]}"""
KUBERNETES_OPEN = f"{CURL}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings -d '{EVERYBODY}'\n"
OWN = ("kube-system", "kube-public", "kube-node-lease")


def kubernetes_truth(box):
    names = [item["metadata"]["name"] for item in json.loads(box.sh(f"{CURL}/api/v1/namespaces"))["items"]]
    return {"version": json.loads(box.sh(f"{CURL}/version"))["gitVersion"].lstrip("v"), "collections": len([name for name in names if name not in OWN])}


def kubernetes(variant, host, seed, view, options=""):
    return Spec(f"kubernetes:{variant}", f"sh -c '{KUBERNETES_ETCD} & exec {KUBERNETES}{options}'", files={"tokens.csv": KUBERNETES_TOKENS},
                seed=KUBERNETES_ADA + seed, truth=kubernetes_truth, port=6443, host=host, slow=True, ready=f"{CURL}/readyz", views=(view,))


SPECS = (
    vault("new", 1, "", View("vault", "unclear", sees=("version",), facts={"setup.open": True}, rules=("setup-open",))),
    vault("locked", 2, VAULT_SEED, View("vault", "locked", sees=("version",), facts={"vault.sealed": False, "setup.open": None}, no_rules=("setup-open",))),
    kubernetes("open", 1, KUBERNETES_OPEN, View("kubernetes", "open", transport="tls", certificate="good.pem", sees=("version", "collections"))),
    kubernetes("locked", 2, "", View("kubernetes", "locked", transport="tls", certificate="good.pem", sees=("version",))),
    kubernetes("nobody", 3, "", View("kubernetes", "locked", transport="tls", certificate="good.pem"), " --anonymous-auth=false"),
)
