"""OpenLDAP. Counted: naming contexts. It never tells its version."""

from model import PASSWORD, Spec, View

CONFIG = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=zoo"
rootdn "cn=admin,dc=zoo"
rootpw {PASSWORD}
directory $D/d
maxsize 10485760
database mdb
suffix "dc=annex"
rootdn "cn=admin,dc=annex"
rootpw {PASSWORD}
directory $D/d2
maxsize 10485760
"""
SEED = f"""
ldapadd -x -H ldap://$A:$P -D cn=admin,dc=zoo -w {PASSWORD} >/dev/null <<'END'
dn: dc=zoo
objectClass: domain
dc: zoo

dn: cn=ada,dc=zoo
objectClass: person
cn: ada
sn: lovelace
END
ldapadd -x -H ldap://$A:$P -D cn=admin,dc=annex -w {PASSWORD} >/dev/null <<'END'
dn: dc=annex
objectClass: domain
dc: annex
END
"""
CLIENT = f"ldapsearch -x -LLL -H ldap://$A:$P -D cn=admin,dc=zoo -w {PASSWORD}"


def truth(box):
    answer = box.client("-s base -b '' namingContexts").splitlines()
    names = sorted(line.partition(": ")[2] for line in answer if line.startswith("namingContexts"))
    return {"collections": len(names), "names": names}


def slapd(variant, first_line, view):
    return Spec("slapd:" + variant, "slapd -h ldap://$A:$P -f $D/s.conf -d 0", client=CLIENT, prepare="mkdir d d2",
                files={"s.conf": first_line + CONFIG}, seed=SEED, truth=truth, views=(view,))


SPECS = (
    slapd("open", "", View("ldap", "open", sees=("collections",))),
    # Looks locked, for the bind is refused; yet a search without a bind is answered with the entries: open.
    slapd("half-locked", "disallow bind_anon",
          View("ldap", "open", sees=("collections",), facts={"anonymous_bind": False})),
    slapd("locked", "require authc", View("ldap", "locked")),
)
