"""LDAP servers in other languages: ldapjs 3, a library for servers of one's own, and UnboundID's directory in memory.

ldapjs dies of any bytes that are a whole BER element and no LDAPMessage, such as GET or a ClientHello; what the LDAP
probe asks it answers. So it stands on a port of LDAP, where LDAP is asked first, and must be alive afterwards.
"""

from model import Spec, View

from ..cache import CACHE

LDAPJS = """
const ldap = require(process.argv[2] + "/node_modules/ldapjs"), server = ldap.createServer();
const entries = [{dn: "o=zoo", attributes: {objectclass: ["organization"], o: "zoo"}},
                 {dn: "cn=ada, o=zoo", attributes: {objectclass: ["person"], cn: "ada", sn: "lovelace"}}];
const locked = process.argv[5] === "locked";
server.bind("", (request, response, next) => { response.end(); next(); });
server.search("", (request, response, next) => {
    response.attributes = []; // it compares names in lower case with names as they were asked
    if (request.scope === 0 || request.scope === "base")
        response.send({dn: "", attributes: {objectclass: ["top"], namingcontexts: ["o=zoo"], vendorname: "zoo"}});
    response.end();
    next();
});
server.search("o=zoo", (request, response, next) => {
    if (locked)
        return next(new ldap.InsufficientAccessRightsError());
    for (const entry of entries)
        if (request.filter.matches(entry.attributes) &&
            (entry.dn === "o=zoo" || (request.scope !== 0 && request.scope !== "base")))
            response.send(entry);
    response.end();
    next();
});
server.listen(+process.argv[4], process.argv[3]);
"""
UNBOUNDID = (f"java -Xmx64m -cp {CACHE}/unboundid-7/unboundid-ldapsdk-7.0.2.jar"
             " com.unboundid.ldap.listener.InMemoryDirectoryServerTool --port $P --baseDN dc=zoo"
             " --ldifFile $D/zoo.ldif")
LDIF = """dn: dc=zoo
objectClass: domain
dc: zoo

dn: ou=people,dc=zoo
objectClass: organizationalUnit
ou: people

dn: uid=ada,ou=people,dc=zoo
objectClass: inetOrgPerson
uid: ada
cn: ada
sn: lovelace
"""
CLIENT = "ldapsearch -x -LLL -H ldap://$A:$P"


def truth(box):
    """It is alive and serves."""
    names = [line.partition(": ")[2] for line in box.client("-s base -b '' namingContexts").splitlines()
             if line.lower().startswith("namingcontexts")]
    return {"collections": len(names), "names": names}


def bare_truth(box):
    return {"version": "7.0.2", "collections": 1, "names": ["dc=zoo"]}


def ldapjs(variant, port, view):
    return Spec("ldapjs:" + variant, f"node $D/s.js {CACHE}/ldapjs-3 $A $P {variant}", files={"s.js": LDAPJS}, client=CLIENT,
                port=port, truth=truth, views=(view,))


SPECS = (
    ldapjs("open", 1389, View("ldap", "open", sees=("collections",))),
    ldapjs("locked", 3268, View("ldap", "locked", facts={"error.code": 50})),
    Spec("unboundid:open", UNBOUNDID, files={"zoo.ldif": LDIF}, truth=bare_truth, slow=True,
         views=(View("ldap", "open", sees=("version", "collections")),)),
    Spec("unboundid:locked", UNBOUNDID + " --authenticationRequiredOperationType search", files={"zoo.ldif": LDIF},
         truth=bare_truth, slow=True, views=(View("ldap", "locked"),)),
)
