"""What may be sent in each wire protocol, written from the protocols' own documents. A rule gets an ask and raises
Refused; it says yes only to what it has read to the end."""

import re

import sql
import wire_lines
import wire_stores
from symbols import LENGTH, Cursor, Refused, show


def one_of(ask, texts):
    if ask.text not in texts:
        raise Refused(f"{show(ask.text)!r} is not among what may be said")


def ladder(ask):
    one_of(ask, {"PING\r\n"})


TLS_EXTENSIONS = {0, 10, 11, 13, 43, 51, 65281}
# server name, groups, point formats, signature algorithms, versions, key share, renegotiation. Not: a session ticket
# (35), a shared key (41), early data (42).


# Those of the audit, with all that they may hold: a status, encrypt-then-MAC, extended master secret, no heartbeats of the peer,
# names of protocols.
TLS_AUDIT_EXTENSIONS = {5: "\x01\0\0\0\0", 22: "", 23: "", 15: "\x02",
                        16: "\0\x4a\x02h2\x08http/1.1\x0apostgresql\x04mqtt\x07tds/8.0\x04imap\x04pop3\x0bxmpp-client"
                            "\x0bxmpp-server\x03ftp"}


def _tls_audit_extensions(c):
    while c.peek():
        kind = c.number(2, "big")
        if kind == 0:  # the name that is asked for, or one that nobody has
            c.exactly(LENGTH * 2 + "\0" + LENGTH, "one name of a host")
            if c.ask.label(c.peek()) == "host":
                c.take(1)
            else:
                c.exactly("ajar-asks.invalid", "a name")
            continue
        body = c.take(c.number(2, "big"))
        if body != TLS_AUDIT_EXTENSIONS.get(kind, body) or kind not in TLS_EXTENSIONS | set(TLS_AUDIT_EXTENSIONS):
            raise Refused("this extension may not be sent")


def tls_audit(ask):
    """A ClientHello with computed lengths that resumes no session, offers suites and no early data; or SSLv2's."""
    c = Cursor(ask)
    if ask.name == "tls.audit-ssl2":
        c.exactly("\x80" + chr(len(ask.text) - 2) + "\x01\0\x02\0\x18\0\0\0\x10", "an SSLv2 CLIENT-HELLO without a session")
        c.take(24 + 16)
        return c.end()
    c.exactly("\x16\x03", "a handshake record")
    c.byte()
    c.exactly(LENGTH + "\x01" + LENGTH + "\x03", "a ClientHello")
    c.byte()
    c.take(32)
    c.exactly("\0" + LENGTH, "no session to resume")
    while c.text[c.at:c.at + 2] != "\0\xff":
        c.byte(), c.byte()
    c.take(2)
    c.exactly("\x02\x01\0" if ask.name.startswith("tls.audit-compression") else "\x01\0", "no compression")
    if c.peek():
        c.exactly(LENGTH, "extensions")
        _tls_audit_extensions(c)
    c.end()


def tls(ask):
    """The handshake, whose bytes are the TLS library's; or one ClientHello that resumes no session."""
    if ask.name == "tls.handshake":
        if ask.text:
            raise Refused("the handshake has no bytes of its own")
        return
    if ask.name.startswith("tls.audit-"):
        return tls_audit(ask)
    c = Cursor(ask)
    c.exactly("\x16\x03", "a handshake record")
    c.byte()
    if c.number(2, "big") != len(ask.text) - 5:
        raise Refused("the record's length is wrong")
    c.exactly("\x01", "a ClientHello")
    if c.number(3, "big") != len(ask.text) - 9:
        raise Refused("the message's length is wrong")
    c.take(2 + 32)
    c.exactly("\0", "no session to resume")
    c.take(c.number(2, "big"))
    c.exactly("\x01\0", "no compression")
    extensions = Cursor(ask, c.take(c.number(2, "big")))
    c.end()
    while extensions.peek():
        if extensions.number(2, "big") not in TLS_EXTENSIONS:
            raise Refused("this extension may not be sent")
        extensions.take(extensions.number(2, "big"))


# A key that nobody has, and what may be asked of it: each line can be answered by a refusal or by "none" only, and none of
# them can make the key. GETEX has no option and BITFIELD no operation, so that they read and do nothing.
REDIS_NO_KEY = "ajar:no-such-key:5d1f9b3ca27e8046"
REDIS_OF_NO_KEY = {f"{word} {REDIS_NO_KEY}" for word in (
    "EXISTS", "TYPE", "STRLEN", "GET", "GETEX", "HLEN", "LLEN", "SCARD", "ZCARD", "BITFIELD")} | {
    f"HGET {REDIS_NO_KEY} none", f"LRANGE {REDIS_NO_KEY} 1 0", f"SCAN 0 MATCH {REDIS_NO_KEY} COUNT 1"}
REDIS_LINES = REDIS_OF_NO_KEY | {"PING", "INFO", "HELLO", "DBSIZE", "QUIT", "ACL GETUSER default", "CLUSTER NODES",
                                 "SENTINEL GET-MASTER-ADDR-BY-NAME ajar-no-such-master"}


def redis(ask):
    """Not here: AUTH, HELLO with a word behind it (that is where a password goes), CONFIG, KEYS, SCAN of what exists, GET
    of a key, EVAL, CLIENT, DEBUG, MONITOR... SELECT chooses what this connection's next DBSIZE or EXISTS is about."""
    if ask.text == "*1\r\n$4\r\nPING\r\n":
        return
    if ask.text.startswith("*"):
        c = Cursor(ask)
        c.exactly("*2\r\n$6\r\nEXISTS\r\n$" + LENGTH + "\r\n", "EXISTS, as an array")
        if ask.label(c.take(1)) != "key that cannot exist":
            raise Refused("EXISTS may be asked of a key that cannot exist only")
        c.exactly("\r\n", "the end of the key")
        c.end()
        return
    lines = ask.text.split("\r\n")
    if lines.pop() != "" or not lines:
        raise Refused("a command is a whole line")
    selects = [index for index, line in enumerate(lines) if re.fullmatch("SELECT [0-9]{1,2}", line)]
    for index in selects:
        if lines[index + 1:index + 2] not in (["DBSIZE"], [f"EXISTS {REDIS_NO_KEY}"]):
            raise Refused("a SELECT is for the next DBSIZE or EXISTS")
    for index, line in enumerate(lines):
        if index not in selects and line not in REDIS_LINES:
            raise Refused(f"{show(line)!r} is not among what may be said")


def memcached(ask):
    if ask.text.startswith("\x80"):
        c = Cursor(ask)
        c.byte()
        if c.byte() not in (0x07, 0x0B, 0x10, 0x17):  # quit, version, stat, quiet quit
            raise Refused("this opcode may not be sent")
        c.exactly("\0" * 22, "a header without key, value, body and check-and-set")
        c.end()
        return
    one_of(ask, {"version\r\n", "stats\r\n", "quit\r\n", f"get {REDIS_NO_KEY}\r\n"})


# ---- PostgreSQL --------------------------------------------------------------------------------


# The administrators that products ship without a secret; a pooler's console lists its own users.
POSTGRESQL_USERS = {"postgres", "root", "admin", "yugabyte", "enterprisedb", "gpadmin", "gaussdb", "crate", "pgbouncer"}


def postgresql(ask):
    c = Cursor(ask)
    if ask.text in ("\0\0\0\x08\x04\xd2\x16\x2f", "X\0\0\0\x04"):  # SSLRequest, Terminate
        return
    if c.peek() == "Q":
        c.byte()
        c.exactly(LENGTH, "a computed length")
        statement = c.until_nul()
        c.end()
        if ask.holes:
            raise Refused("a query may not have holes")
        if statement != "SHOW USERS":  # PgBouncer: names, no secrets
            sql.check(statement)
        return
    c.exactly(LENGTH + "\0\3\0\0", "SSLRequest, StartupMessage 3.0, Query or Terminate")
    while c.peek() != "\0":
        key, value = c.until_nul(), c.until_nul()
        if key not in ("user", "database", "application_name"):  # not: options, replication
            raise Refused(f"the start-up parameter {key!r} may not be sent")
        if key == "user" and value not in POSTGRESQL_USERS and ask.label(value) != "user":
            raise Refused("only an administrator whom products ship, or a user whom the peer listed, may be named")
    c.exactly("\0", "the end of the parameters")
    c.end()


# ---- MySQL -------------------------------------------------------------------------------------

MYSQL_CAPABILITIES = 0x1 | 0x4 | 0x200 | 0x800 | 0x2000 | 0x8000 | 0x80000
# long password, long flag, protocol 4.1, SSL, transactions, secure connection, plugin auth. Not: CONNECT_WITH_DB,
# LOCAL_FILES (0x80), MULTI_STATEMENTS (0x10000), CONNECT_ATTRS.


MYSQL_USERS = {"root", "", "admin"}  # admin: Doris and StarRocks


def mysql(ask):
    c = Cursor(ask)
    if re.fullmatch("\0\0\0[\3\4]|\1\0\0[\3-\6]\0", ask.text):
        return  # an answer to a change of method: nothing, or a text of no bytes and its end
    if ask.text == "\x01\0\0\0\x01":  # COM_QUIT
        return
    c.exactly(LENGTH, "a computed length")
    sequence = c.byte()
    if sequence == 0:
        if c.byte() != 0x03:
            raise Refused("only COM_QUERY and COM_QUIT may be sent")
        statement = c.rest()
        if statement == "SELECT COUNT(*) FROM mysql.user":  # how many accounts; nothing of any of them
            return
        if "\0" in statement or ";" in statement:
            raise Refused("one statement only")
        sql.check(statement)
        return
    if sequence > 2:
        raise Refused("a login has sequence 1 or 2")
    capabilities = c.number(4, "little")
    if capabilities & ~MYSQL_CAPABILITIES:
        raise Refused(f"capabilities {capabilities:#x} say more than may be said")
    c.take(4)
    c.byte()
    c.exactly("\0" * 23, "23 zeros")
    if c.peek():
        if c.until_nul() not in MYSQL_USERS:
            raise Refused("only an account that products ship without a password may be named")
        c.exactly("\0", "an answer without a byte")
        c.exactly("mysql_native_password\0", "the method's name")
    elif not capabilities & 0x800:
        raise Refused("a login without a user that asks for no TLS")
    c.end()


# ---- ClickHouse's native protocol --------------------------------------------------------------

CLICKHOUSE_USERS = {"default", "readonly"}  # the two that the configuration shipped without a password
CLICKHOUSE_STATEMENTS = {"SHOW GRANTS", "SELECT value FROM system.settings WHERE name='readonly'"}


def _varint(c):
    value = shift = 0
    while shift < 63:
        byte = c.byte()
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value
    raise Refused("a number has no end")


def _clickhouse_text(c):
    return c.take(_varint(c))


def clickhouse_native(ask):
    c = Cursor(ask)
    if ask.holes:
        raise Refused("nothing here has holes")
    if c.byte() == 0:
        _clickhouse_hello(c)
        return
    c.at = 0
    c.exactly("\x01\0", "Hello, or a Query without a name")
    c.exactly("\x01\0\0\x090.0.0.0:0\x01\0\0", "a first query, asked for nobody else")
    _clickhouse_client(c)
    c.exactly("\0", "no quota key")
    c.exactly("\0", "no settings")
    c.exactly("\x02\0", "to the end, not compressed")
    statement = _clickhouse_text(c)
    if statement not in CLICKHOUSE_STATEMENTS:
        sql.check(statement)
    c.exactly("\x02\0\x01\0\x02\xff\xff\xff\xff\0\0\0", "an empty block")
    c.end()


def _clickhouse_client(c):
    _clickhouse_text(c)
    for _ in range(3):
        _varint(c)


def _clickhouse_hello(c):
    _clickhouse_client(c)
    if _clickhouse_text(c) not in ("", "system"):
        raise Refused("no database of anybody may be named")
    if _clickhouse_text(c) not in CLICKHOUSE_USERS:
        raise Refused("only a user that was shipped without a password may be named")
    c.exactly("\0", "no password")
    c.end()


# ---- MongoDB -----------------------------------------------------------------------------------

MONGODB_COMMANDS = {"hello", "isMaster", "ismaster", "buildInfo", "listDatabases", "listCollections", "collStats",
                    "dbStats", "getLog", "dataSize"}
MONGODB_KEYS = {"$db", "nameOnly", "cursor", "batchSize", "authorizedDatabases", "authorizedCollections", "estimate",
                "$readPreference", "mode", "apiVersion"}
MONGODB_VALUES = {"getLog": "startupWarnings", "mode": "secondaryPreferred", "apiVersion": "1"}
# Not: keyPattern, min, max of dataSize, which would tell about single records.


def mongodb(ask):
    c = Cursor(ask)
    c.exactly(LENGTH, "a computed length")
    c.take(4)
    c.exactly("\0\0\0\0", "no response-to")
    opcode = c.number(4, "little")
    if opcode == 2013:
        c.exactly("\0\0\0\0" "\0", "no flags and a body section")
    elif opcode == 2004:
        c.exactly("\4\0\0\0", "the flag that a secondary may answer")
        collection = c.until_nul()
        if not re.fullmatch("(admin|[\ue001-\uefff])\\.\\$cmd", collection):
            raise Refused("OP_QUERY may go to $cmd only: elsewhere it reads records")
        c.exactly("\0\0\0\0", "nothing skipped")
        c.take(4)
    else:
        raise Refused(f"opcode {opcode} may not be sent")
    _bson(c, MONGODB_COMMANDS, 0)
    c.end()


def _bson(c, first_keys, depth):
    """One document; its first key is among first_keys, the others among MONGODB_KEYS."""
    if depth > 2:
        raise Refused("a document is nested too deep")
    c.number(4, "little")
    first, start = True, c.at
    while c.peek() != "\0":
        kind, key = c.byte(), c.until_nul()
        if key not in (first_keys if first and first_keys else MONGODB_KEYS):
            raise Refused(f"the key {show(key)!r} may not be sent")
        if kind == 0x02:
            c.number(4, "little")
            value = c.until_nul()
            if value != MONGODB_VALUES.get(key, value):
                raise Refused(f"{key} may be {MONGODB_VALUES[key]} only")
        elif kind == 0x03:
            _bson(c, None, depth + 1)
        elif kind == 0x08:
            c.byte()
        elif kind in (0x10, 0x01, 0x12):
            c.take(4 if kind == 0x10 else 8)
        else:
            raise Refused(f"a value of type {kind:#x} may not be sent")
        first = False
    if c.text.startswith("\x02dataSize\0", start) and "\x08estimate\0\x01" not in c.text[start:c.at]:
        raise Refused("dataSize must estimate: else it reads every record")
    c.byte()


# ---- ZooKeeper ---------------------------------------------------------------------------------

ZOOKEEPER_PATH_OPERATIONS = {3: "\0", 6: "", 8: "\0", 12: "\0"}  # exists, getACL, getChildren, getChildren2; no watch


def zookeeper(ask):
    """Not here: addauth (100), getData (4) but of the list of members, create, delete, setData, watches; four letters that list clients."""
    if ask.text in ("srvr", "mntr", "ruok", "isro"):
        return
    if ask.text.isascii() and ask.text.isalpha():
        raise Refused("these four letters may not be sent")
    c = Cursor(ask)
    if c.peek() == LENGTH:
        c.exactly(LENGTH + "\0\0\0\5\0\0\0\6" + LENGTH + "/", "the rules of a node")
        if ask.label(c.take(1)) != "top node":
            raise Refused("the rules of a listed top node may be read only")
        c.end()
        return
    if ask.name == "zookeeper.usual":
        while c.peek():
            _zookeeper_usual(c)
        return
    if c.number(4, "big") != len(ask.text) - 4:
        raise Refused("the frame's length is wrong")
    first = c.number(4, "big")
    if first == 0:
        c.exactly("\0" * 8, "no transaction seen")
        c.take(4)
        c.exactly("\0" * 8, "no session to resume")
        c.exactly("\0\0\0\x10" + "\0" * 16, "an empty session password")
        if c.peek():
            c.exactly("\x01", "the read-only flag")
    else:
        operation = c.number(4, "big")
        if operation in ZOOKEEPER_PATH_OPERATIONS:
            c.exactly("\0\0\0\1/", "the top node")
            c.exactly(ZOOKEEPER_PATH_OPERATIONS[operation], "no watch")
        elif operation == 4:
            c.exactly("\0\0\0\x11/zookeeper/config\0", "the server's own list of members, and no watch")
        elif operation != 0xFFFFFFF5:
            raise Refused(f"operation {operation} may not be sent")
    c.end()


def _zookeeper_usual(c):
    frame = Cursor(c.ask, c.take(c.number(4, "big")))
    frame.take(4)
    if frame.number(4, "big") != 6:
        raise Refused("of usual nodes only the rules may be read")
    if not re.fullmatch("/[a-z-]+", frame.take(frame.number(4, "big"))):
        raise Refused("a usual node is a top node")
    frame.end()


# ---- MQTT --------------------------------------------------------------------------------------


def _mqtt_string(c):
    return c.take(c.number(2, "big"))


def _mqtt_length(c):
    value = shift = 0
    for _ in range(4):
        byte = c.byte()
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value
    raise Refused("the remaining length has no end")


def mqtt(ask):
    c = Cursor(ask)
    head = c.byte()
    if head == 0x10 and c.peek() == LENGTH:
        c.take(1)
        _mqtt_connect(c)
        c.end()
        return
    if _mqtt_length(c) != len(ask.text) - c.at:
        raise Refused("the remaining length is wrong")
    if head == 0x10:
        _mqtt_connect(c)
    elif head == 0x82:
        _mqtt_subscribe(c, 5 if ask.name.endswith("5") else 4)
    elif head not in (0xE0, 0xC0):  # DISCONNECT, PINGREQ. Not: PUBLISH
        raise Refused(f"packet {head:#x} may not be sent")
    c.end()


def _mqtt_connect(c):
    name, version = _mqtt_string(c), c.byte()
    if name != ("MQIsdp" if version == 3 else "MQTT"):
        raise Refused("the protocol's name is MQTT, or MQIsdp in 3.1")
    if c.byte() != 0x02:
        raise Refused("a CONNECT may say clean session and nothing else: no user, password or will")
    c.take(2)
    if version == 5:
        c.exactly("\0", "no properties")
    elif version not in (3, 4):
        raise Refused("an unknown version")
    _mqtt_client_id(c)


def _mqtt_client_id(c):
    """None, or a random one: a broker cuts off the older session of the same id."""
    if c.peek() == LENGTH:
        c.exactly(LENGTH + "ajar", "an id that says who asks")
        if c.ask.label(c.take(1)) != "random client id":
            raise Refused("the rest of the id is random")
    elif _mqtt_string(c):
        raise Refused("a client id that never changes cuts off who else has it")


def _mqtt_subscribe(c, version):
    c.take(2)
    if version == 5:
        c.exactly("\0", "no properties")
    while c.peek():
        topic = _mqtt_string(c)
        own_figures = topic.startswith(("$SYS/broker/", "$SYS/brokers/+/")) and "#" not in topic
        if not own_figures and topic != "ajar/probe":
            raise Refused(f"the topic {show(topic)!r} may carry other people's messages")
        c.exactly("\0", "quality of service 0")


# ---- LDAP --------------------------------------------------------------------------------------

LDAP_ATTRIBUTES = {
    "objectClass", "namingContexts", "defaultNamingContext", "vendorName", "vendorVersion", "supportedLDAPVersion",
    "supportedExtension", "supportedControl", "supportedSASLMechanisms", "dnsHostName", "forestFunctionality",
    "domainControllerFunctionality", "domainFunctionality", "hasSubordinates", "numSubordinates", "1.1",
}
LDAP_START_TLS = "1.3.6.1.4.1.1466.20037"


def _ber(c, tag, what):
    """One element's content as a cursor; a computed length stands for all that is left of its parent."""
    if c.byte() != tag:
        c.at -= 1
        c.fail(f"{what} is expected")
    length = c.number(1, "big")
    if length is None:
        return Cursor(c.ask, c.rest())
    if length > 127:
        raise Refused("a long length is written out")
    return Cursor(c.ask, c.take(length))


def ldap(ask):
    message = _ber(Cursor(ask), 0x30, "one LDAPMessage")
    _ber(message, 0x02, "its number")
    operation = ord(message.peek())
    if operation == 0x60:
        bind = _ber(message, 0x60, "a bind")
        bind.exactly("\x02\x01\x03\x04\0\x80\0", "version 3, an empty name, an empty password")
        bind.end()
    elif operation == 0x42:
        message.exactly("\x42\0", "an unbind")
    elif operation == 0x77:
        extended = _ber(message, 0x77, "an extended request")
        if _ber(extended, 0x80, "its name").rest() != LDAP_START_TLS:
            raise Refused("StartTLS is the only extended request that may be sent")
        extended.end()
    elif operation == 0x63:
        _ldap_search(_ber(message, 0x63, "a search"))
    else:
        raise Refused(f"operation {operation:#x} may not be sent")
    message.end()


# Below a naming context: whether an entry of one of these classes, or any, is shown. One entry, no attribute, three seconds.
LDAP_DATA_CLASSES = ("person", "inetOrgPerson", "user", "account", "posixAccount", "posixGroup", "groupOfNames", "groupOfUniqueNames", "group",
                     "device", "organizationalRole")
LDAP_PLACES = {"", "ou=people,", "ou=users,", "ou=groups,", "cn=users,", "cn=accounts,"}
LDAP_ONE_NAME = "\x0a\x01\0" "\x02\x01\x01" "\x02\x01\x03" "\x01\x01\xff"
LDAP_NO_ATTRIBUTE = "\x30\x05\x04\x03" "1.1"


def _ldap_text(text):
    return "\x04" + chr(len(text)) + text


LDAP_OF_DATA = "\xa1" + LENGTH + "".join(
    "\xa3" + chr(len(_ldap_text("objectClass") + _ldap_text(name))) + _ldap_text("objectClass") + _ldap_text(name)
    for name in LDAP_DATA_CLASSES)


def _ldap_search(search):
    if search.text.startswith("\x04" + LENGTH):  # the base is one naming context that the server listed, or a usual place
        search.at = 2
        place = ""
        while search.peek().isascii():
            place += search.take(1)
        if place not in LDAP_PLACES or search.ask.label(search.take(1)) != "naming context":
            raise Refused("the base of a search is a naming context, a usual place in one, or empty")
        rest = search.text[search.at:]
        if rest in ("\x0a\x01\x02" + LDAP_ONE_NAME + LDAP_OF_DATA + LDAP_NO_ATTRIBUTE,
                    "\x0a\x01\x01" + LDAP_ONE_NAME + "\x87\x0bobjectClass" + LDAP_NO_ATTRIBUTE):
            return
        if place:
            raise Refused("at a usual place only one name may be asked for")
    else:
        search.exactly("\x04\0", "an empty base")
    search.exactly("\x0a\x01\0", "scope base")
    if _ber(search, 0x0A, "how aliases are followed").rest() != "\0":
        raise Refused("aliases may not be followed")
    if _ber(search, 0x02, "the size limit").rest() != "\x01":
        raise Refused("at most one entry may be asked for")
    _ber(search, 0x02, "the time limit")
    search.exactly("\x01\x01", "whether types only")
    search.byte()
    if _ber(search, 0x87, "a test for presence").rest() != "objectClass":
        raise Refused("the filter is (objectClass=*)")
    attributes = _ber(search, 0x30, "the attributes")
    search.end()
    if not attributes.peek():
        raise Refused("without attributes all of them are read")
    while attributes.peek():
        name = _ber(attributes, 0x04, "an attribute").rest()
        if name not in LDAP_ATTRIBUTES:
            raise Refused(f"the attribute {show(name)!r} may not be read")


def dns(ask):
    """A plain question for one name's PTR, A or AAAA record (RFC 1035 section 4.1): no update, no transfer."""
    c = Cursor(ask)
    if ask.label(c.take(1)) != "id":
        raise Refused("a question begins with its number")
    c.exactly("\x01\0\0\x01\0\0\0\0\0\0", "a query with one question and nothing else")
    if ask.label(c.take(1)) != "name in labels":
        raise Refused("the question is for one name")
    c.exactly("\0\0", "a type below 256")
    if c.byte() not in (1, 12, 28):
        raise Refused("only PTR, A and AAAA may be asked for")
    c.exactly("\0\x01", "class IN")
    c.end()


def knock(ask):
    if ask.text:
        raise Refused("a first packet carries something")


RULES = {"ladder": ladder, "knock": knock, "dns": dns, "tls": tls, "redis": redis, "memcached": memcached, "postgresql": postgresql,
         "clickhouse-native": clickhouse_native,
         "mysql": mysql, "mongodb": mongodb, "zookeeper": zookeeper, "mqtt": mqtt, "ldap": ldap, "cldap": ldap,
         **wire_lines.RULES, **wire_stores.RULES}
