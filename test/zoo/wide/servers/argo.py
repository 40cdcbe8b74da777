"""Argo Workflows, beside an API of Kubernetes of its own. Counted: work flows."""

import json

from model import PASSWORD, Spec, View, number

from ..cache import CACHE
from .go_stores import CURL, KUBERNETES, KUBERNETES_ETCD, KUBERNETES_TOKENS

HERE = f"{CACHE}/argo-workflows-3"
# Both ask the API as who may do everything: what differs is whether strangers are asked who they are.
ARGO = f"{HERE}/argo server --port=$P --secure=false"
API_PORT = "$P4"
API = f"https://$A:{API_PORT}"
KUBECONFIG = f"""apiVersion: v1
kind: Config
current-context: own
clusters: [{{name: own, cluster: {{server: "{API}", certificate-authority: $C/ca.pem}}}}]
users: [{{name: boss, user: {{token: {PASSWORD}}}}}]
contexts: [{{name: own, context: {{cluster: own, user: boss}}}}]
"""
ASK = CURL.replace("$P", API_PORT)
# Its kind is known some time after it was told. The work flow stays where it is, for nothing here runs any.
FLOW = ('{"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "ada"}, "spec": {"entrypoint": "a", "suspend": true,'
        ' "templates": [{"name": "a", "suspend": {}}]}}')
KIND = ASK.replace("application/json", "application/yaml")
# It does not start where its settings are not, which may be empty.
MAPS = "/api/v1/namespaces/default/configmaps"
SETTINGS = f"{ASK}{MAPS}/workflow-controller-configmap || {KIND}{MAPS} -d 'metadata: {{name: workflow-controller-configmap}}'"
WAIT = f"until {SETTINGS}; do sleep 0.2; done >/dev/null 2>&1"
SEED = f"""{KIND}/apis/apiextensions.k8s.io/v1/customresourcedefinitions --data-binary @{HERE}/argoproj.io_workflows.yaml >/dev/null
for i in $(seq 300); do
    {ASK}/apis/argoproj.io/v1alpha1/namespaces/default/workflows -d '{FLOW}' >/dev/null 2>&1 && exit 0
    sleep 0.2
done
exit 1
"""


def truth(box):
    """What the API of Kubernetes says of them, past Argo."""
    items = json.loads(box.sh(f"{ASK}/apis/argoproj.io/v1alpha1/workflows"))["items"]
    return {"version": number(box.sh(f"{HERE}/argo version --short")), "records": len(items)}


def argo(verdict, mode, sees):
    api = KUBERNETES.replace("$P2", "$$E").replace("$P", API_PORT).replace("$$E", "$P2")
    wait = WAIT.replace("'", '"')
    return Spec(f"argo-workflows:{verdict}", f"sh -c '{KUBERNETES_ETCD} & {api} & {wait}; exec {ARGO} --auth-mode={mode}'",
                files={"tokens.csv": KUBERNETES_TOKENS, "config": KUBECONFIG}, env={"KUBECONFIG": "$D/config", "HOME": "$D"}, seed=SEED, slow=True,
                truth=truth, ready="curl -sf http://$A:$P/",
                views=(View("argo-workflows", verdict, sees=sees),))


SPECS = (
    argo("open", "server", ("version", "records")),
    argo("locked", "client", ()),
)
