"""OpenSearch 2.11 with its security plugin, for which a visitor without a name may be a user of its own.

The plugin keeps its users in an index, which it fills from config/opensearch-security when it first starts. Its transport is
always in TLS; HTTP is plain here, so that what is compared is what the door says.
"""

from dataclasses import replace

from model import FIELDS, PASSWORD_BCRYPT, View

from . import elasticsearch

VERSION = "opensearch-security-2.11.1"
SETTINGS = {
    "plugins.security.ssl.transport.pemcert_filepath": "good.pem",
    "plugins.security.ssl.transport.pemkey_filepath": "good.key",
    "plugins.security.ssl.transport.pemtrustedcas_filepath": "ca.pem",
    "plugins.security.ssl.transport.enforce_hostname_verification": "false",
    "plugins.security.ssl.http.enabled": "false",
    "plugins.security.allow_default_init_securityindex": "true",
    "plugins.security.nodes_dn": "CN=zoo-good",
}
CONFIG = """
_meta: {type: config, config_version: 2}
config:
  dynamic:
    do_not_fail_on_forbidden: FILTERS
    http: {anonymous_auth_enabled: ANONYMOUS}
    authc:
      basic:
        http_enabled: true
        transport_enabled: true
        order: 0
        http_authenticator: {type: basic, challenge: true}
        authentication_backend: {type: intern}
"""
USERS = "_meta: {type: internalusers, config_version: 2}\nzoo: {hash: '" + PASSWORD_BCRYPT.replace("$", "$$") + """', backend_roles: [admin]}
"""
ROLES = """
_meta: {type: roles, config_version: 2}
nothing: {cluster_permissions: ["cluster:monitor/main"]}
sees_counts:
  cluster_permissions: [cluster_monitor]
  index_permissions: [{index_patterns: ["*"], allowed_actions: ["indices:monitor/*"]}]
reads_one:
  cluster_permissions: [cluster_monitor, cluster_composite_ops_ro]
  index_permissions: [{index_patterns: [customers], allowed_actions: [read, "indices:monitor/*"]}]
reads_all:
  cluster_permissions: [cluster_monitor, cluster_composite_ops_ro]
  index_permissions: [{index_patterns: ["*"], allowed_actions: [read, "indices:monitor/*"]}]
"""
MAPPING = """
_meta: {type: rolesmapping, config_version: 2}
all_access: {backend_roles: [admin]}
ROLE: {backend_roles: [opendistro_security_anonymous_backendrole]}
"""

def prepare():
    own = "config/opensearch-security"
    return (f"{elasticsearch.prepare(VERSION)} && cp -r {elasticsearch.home(VERSION)}/plugins/opensearch-security/config {own}"
            f" && chmod -R u+w {own} && mv config.yml roles.yml roles_mapping.yml {own}/ && mv users {own}/internal_users.yml"
            " && cp $C/good.pem $C/good.key $C/ca.pem config/")


def secured(variant, view, role="nothing", anonymous=True, filters=False):
    """`filters`: what a visitor may not see is left out of the answer instead of refusing it."""
    spec = elasticsearch.search(variant, VERSION, view, SETTINGS)
    config = CONFIG.replace("ANONYMOUS", str(anonymous).lower()).replace("FILTERS", str(filters).lower())
    return replace(spec, prepare=prepare(), files={"config.yml": config, "users": USERS, "roles.yml": ROLES,
                                                   "roles_mapping.yml": MAPPING.replace("ROLE", role)})


SPECS = (
    secured("locked", View("opensearch", "locked"), anonymous=False),
    secured("anonymous-nothing", View("opensearch", "partial", sees=("version",)), "nothing"),
    secured("anonymous-sees-counts", View("opensearch", "partial", sees=FIELDS), "sees_counts"),
    replace(secured("anonymous-reads-one", View("opensearch", "open", sees=FIELDS), "reads_one", filters=True),
            truth=elasticsearch.customers_only),
    # The same, with nothing filtered: the answer about all is refused, and the name of the one is not told.
    replace(secured("anonymous-reads-a-name", View("opensearch", "partial", sees=FIELDS), "reads_one"),
            truth=elasticsearch.whole_cluster),
    secured("anonymous-filtered", View("opensearch", "partial", sees=FIELDS), "sees_counts", filters=True),
    secured("anonymous-reads-all", View("opensearch", "open", sees=FIELDS), "reads_all"),
)
