"""OpenLDAP. Counted: naming contexts. It never tells its version."""

from dataclasses import replace

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
PEOPLE = f"""
ldapadd -x -H ldap://$A:$P -D cn=admin,dc=zoo -w {PASSWORD} >/dev/null <<'END'
dn: ou=people,dc=zoo
objectClass: organizationalUnit
ou: people

dn: cn=bob,ou=people,dc=zoo
objectClass: person
cn: bob
sn: b
END
"""
CLIENT = f"ldapsearch -x -LLL -H ldap://$A:$P -D cn=admin,dc=zoo -w {PASSWORD}"


def truth(box):
    answer = box.client("-s base -b '' namingContexts").splitlines()
    names = sorted(line.partition(": ")[2] for line in answer if line.startswith("namingContexts"))
    return {"collections": len(names), "names": names}


def slapd(variant, first_line, view, access=""):
    """`access` stands for both databases."""
    config = CONFIG.replace("maxsize", access + "maxsize") if access else CONFIG
    return Spec("slapd:" + variant, "slapd -h ldap://$A:$P -f $D/s.conf -d 0", client=CLIENT, prepare="mkdir d d2",
                files={"s.conf": first_line + config}, seed=SEED, truth=truth, views=(view,))


def shown(box):
    """Of the two contexts the one that shows something to visitors."""
    return {"collections": 1, "names": ["dc=zoo"]}


TOP_HIDDEN = 'access to dn.base="dc=zoo" by * {}\naccess to dn.base="dc=annex" by * {}\naccess to * by * read\n'


SPECS = (
    slapd("open", "", View("ldap", "open", sees=("collections",))),
    # Looks locked, for the bind is refused; yet a search without a bind is answered with the entries: open.
    slapd("half-locked", "disallow bind_anon",
          View("ldap", "open", sees=("collections",), facts={"anonymous_bind": False})),
    slapd("locked", "require authc", View("ldap", "locked")),
    slapd("locked-by-acl", "", View("ldap", "locked"), "access to * by users read by * auth\n"),
    slapd("hidden-by-acl", "", View("ldap", "locked"), "access to * by users read\n"),
    # The top entry is hidden and what lies below is shown: noSuchObject is no lock.
    replace(slapd("top-search", "", View("ldap", "open", sees=("collections",)), TOP_HIDDEN.replace("{}", "search")),
            truth=shown),
    replace(slapd("top-hidden", "", View("ldap", "open", sees=("collections",)), TOP_HIDDEN.replace("{}", "none")),
            seed=SEED + PEOPLE, truth=shown),
    # The other way round: the top entry, and the units, are names and not what they hold.
    slapd("top-shown", "", View("ldap", "partial", sees=("collections",), facts={"rights": "names of containers"}),
          "access to dn.base=\"dc=zoo\" by * read\naccess to dn.base=\"dc=annex\" by * read\naccess to * by users read\n"),
)
