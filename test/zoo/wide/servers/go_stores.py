"""Vault, that was never set up and that was."""

from model import Spec, View

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


SPECS = (
    vault("new", 1, "", View("vault", "unclear", sees=("version",), facts={"setup.open": True}, rules=("setup-open",))),
    vault("locked", 2, VAULT_SEED, View("vault", "locked", sees=("version",), facts={"vault.sealed": False, "setup.open": None}, no_rules=("setup-open",))),
)
