"""The same as wire_rules.py, for protocols of which only a few fixed messages may be said."""

import share_lines
from symbols import LENGTH, Refused, show

DICOM_HELLO = (
    '\x01\x00\x00\x00\x00\xfd\x00\x01\x00\x00ANY-SCP         AJAR          '
    '  \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x151.'
    '2.840.10008.3.1.1.1 \x00\x00.\x01\x00\x00\x000\x00\x00\x111.2.840.1'
    '0008.1.1@\x00\x00\x111.2.840.10008.1.2 \x00\x008\x03\x00\x00\x000\x00\x00'
    '\x1b1.2.840.10008.5.1.4.1.2.2.1@\x00\x00\x111.2.840.'
    '10008.1.2P\x00\x00.Q\x00\x00\x04\x00\x00@\x00R\x00\x00\x1a2.25.1053114025'
    '63915730147U\x00\x00\x04AJAR'
)
DICOM_NO_STUDY = (
    '\x04\x00\x00\x00\x00\xa4\x00\x00\x00Z\x03\x03\x00\x00\x00\x00\x04\x00\x00\x00L\x00\x00\x00\x00\x00\x02\x00\x1c\x00\x00\x001.2.840.'
    '10008.5.1.4.1.2.2.1\x00\x00\x00\x00\x01\x02\x00\x00\x00 \x00\x00\x00\x10\x01\x02\x00\x00\x00\x01\x00'
    '\x00\x00\x00\x07\x02\x00\x00\x00\x00\x00\x00\x00\x00\x08\x02\x00\x00\x00\x01\x00\x00\x00\x00B\x03\x02\x08\x00R\x00\x06\x00\x00\x00STUDY '
    ' \x00\r\x00*\x00\x00\x002.25.265817440190256318846372917'
    '746501928\x00'
)

# Of each family, the whole messages; a hole is written as {label}.
SAID = {
    "nats-native": {'CONNECT {"verbose":false,"pedantic":false,"lang":"ajar","version":"1","protocol":1,"echo":false}\r\nPING\r\n',
             "SUB ajar.no-such-subject.5d1f9b3ca27e8046 1\r\nPING\r\n"},  # not: PUB, REQ, a user, ">" or "*"
    "rsync": {"@RSYNCD: 31.0\n\n", "@RSYNCD: 31.0\n{module}\n"},  # not: the answer to a challenge, arguments
    "beanstalkd": {"stats\r\n", "list-tubes\r\n", "stats-tube {tube}\r\n", "quit\r\n"},  # not: put, reserve, peek, delete, kick
    "gearman": {"version\n", "status\n"},  # not: shutdown, create, drop, cancel
    "vnc": {"RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n", "\x01"},
    "ftp": {"NOOP\r\n", "FEAT\r\n", "USER anonymous\r\n", "PASS \r\n", "CWD /\r\n", "AUTH TLS\r\n", "QUIT\r\n"},  # not: LIST, RETR, STOR, DELE
    "smtp": {"NOOP\r\n", "EHLO ajar.invalid\r\n", "STARTTLS\r\n", "QUIT\r\n"},
    "imap": {"a1 LOGOUT\r\n", "a2 STARTTLS\r\n"},
    "pop3": {"STLS\r\n", "QUIT\r\n"},
    "varnish": {"status\n", "quit\n"},
    "nbd": {"\0\0\0\x03", "IHAVEOPT\0\0\0\x03\0\0\0\0", "IHAVEOPT\0\0\0\x05\0\0\0\0", "IHAVEOPT\0\0\0\x02\0\0\0\0",
            "IHAVEOPT\0\0\0\x06" + LENGTH * 2 + "{export}\0\0"},  # list, TLS, abort, info; not: GO, EXPORT_NAME, a read
    "x11": {"l\0\x0b" + "\0" * 9},  # no cookie, and no request behind it
    "jdwp": {"JDWP-Handshake", "\0\0\0\x0b\0\0\0\x01\0\x01\x01", "\0\0\0\x0b\0\0\0\x02\0\x01\x06"},  # version, dispose
    "rmi": {"JRMI\0\x02K", "\0" * 6 + "P\xac\xed\0\x05w\x22" + "\0" * 22 + "\0\0\0\x01" + "\x44\x15\x4d\xc9\xd4\xe6\x3b\xdf"},
    # ApiVersions; Metadata of all topics, which creates none (the 0 behind the null list from version 4 on); SaslHandshake
    # for a way that nobody has. Not: Produce, Fetch, CreateTopics, SaslAuthenticate.
    "kafka": {"\0\0\0\x0e\0\x12\0\0\0\0\0\x01\0\x04ajar", "\0\0\0\x15\0\x03\0\x08\0\0\0\x02\0\x04ajar\xff\xff\xff\xff\0\x01\x01",
              "\0\0\0\x13\0\x03\0\x04\0\0\0\x02\0\x04ajar\xff\xff\xff\xff\0", "\0\0\0\x12\0\x03\0\x01\0\0\0\x02\0\x04ajar\xff\xff\xff\xff",
              "\0\0\0\x14\0\x11\0\0\0\0\0\x03\0\x04ajar\0\x04NONE"},
    # A-ASSOCIATE-RQ for verification and queries of studies; C-FIND for a study that cannot exist; A-RELEASE-RQ.
    "dicom": {DICOM_HELLO, DICOM_NO_STUDY, "\x05\0\0\0\0\x04\0\0\0\0"},
    # WireFormatInfo of version 1, ConnectionInfo without password and user, ShutdownInfo. Not: SessionInfo and all behind it.
    "openwire": {"\0\0\0\x0e\x01ActiveMQ\0\0\0\x01\0",
                 LENGTH + "\x03\0\0\0\x01\x01\x01x\x01\0\x14ajar{random client id}\x01\0\x14ajar{random client id}\0\0\0\0\0",
                 "\0\0\0\x06\x0b\0\0\0\x02\0"},
    "stomp": {"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0", "DISCONNECT\n\n\0"},  # not: SEND, SUBSCRIBE, a login
    "zabbix": {"ZBXD\x01\x0d" + "\0" * 7 + "agent.version"},  # not: vfs.file.contents, system.run
    "fastcgi": {"\x01\x09\0\0\0\x21\x07\0\x0e\0FCGI_MAX_CONNS\x0f\0FCGI_MPXS_CONNS" + "\0" * 7},  # not: BEGIN_REQUEST, PARAMS
    "socks": {"\x05\x01\0", "\x05\x01\0\x01{its own address}{its own port}", "\x05\x01\0\x04{its own address}{its own port}"},
    # A hidden node of one name, in both forms. Not: a published node, a name to be given, an answer to the challenge.
    "erlang": {"\0\x20N\0\0\0\x6d\x07\xdf\x7f\xbc\0\0\0\x01\0\x11ajar@ajar.invalid", "\0\x18n\0\x05\0\xdf\x7f\xbcajar@ajar.invalid"},
    "epmd": {"\0\x01n"},  # not: kill, stop, register
    # Over UDP. SNMP: version 3, no engine, no user, nothing asked for; not: a community, a user, a name of a variable.
    "snmp": {"\x30\x3e\x02\x01\x03\x30\x11\x02\x04\x4a\x61\x6a\x72\x02\x03\0\xff\xe3\x04\x01\x04\x02\x01\x03"
             "\x04\x10\x30\x0e\x04\0\x02\x01\0\x02\x01\0\x04\0\x04\0\x04\0"
             "\x30\x14\x04\0\x04\0\xa0\x0e\x02\x04\x4a\x61\x6a\x72\x02\x01\0\x02\x01\0\x30\0"},
    "memcached-udp": {"\x4a\x01\0\0\0\x01\0\0version\r\n", "\x4a\x02\0\0\0\x01\0\0stats\r\n"},  # not: get, set, flush_all
    "tftp": {"\0\x01ajar-no-such-file-5d1f9b3ca27e8046\0octet\0"},  # not: a name that could exist, a write request
    "ipmi": {"\x06\0\xff\x07" + "\0" * 9 + "\x09\x20\x18\xc8\x81\0\x38\x8e\x04\xb5"},  # not: a challenge, a session, a key exchange
    "coap": {"\x44\x01\x6a\x72ajar\xbb.well-known\x04core"},  # not: a resource, PUT, POST, DELETE, observe
    "portmapper-udp": {"ajar\0\0\0\0\0\0\0\x02\0\x01\x86\xa0\0\0\0\x02\0\0\0\x04" + "\0" * 16},  # not: SET, UNSET, CALLIT
    "netbios": {"\x6a\x72\0\0\0\x01\0\0\0\0\0\0\x20CK" + "A" * 30 + "\0\0\x21\0\x01"},  # not: a registration, a release
    "mssql-browser": {"\x03"},
    "amqp": {"AMQP\0\0\x09\x01", "\x01\0\0\0\0\0\x1c\0\x0a\0\x0b\0\0\0\0\x09ANONYMOUS\0\0\0\0\x05en_US\xce",
             "\x01\0\0\0\0\0\x0c\0\x0a\0\x1f\0\x01\0\0\x10\0\0\0\xce\x01\0\0\0\0\0\x08\0\x0a\0\x28\x01/\0\0\xce",
             "\x01\0\0\0\0\0\x0b\0\x0a\0\x32\0\xc8\0\0\0\0\0\xce"},  # not: PLAIN, a channel, a queue, consume, get
    # SELECT from _vspace; of no tuple (limit 0) from _space and from a listed one.
    "tarantool": {"\xce\0\0\0\x17\x82\0\x01\x01\x01\x86\x10\xcd\x01\x19\x11\0\x12\x64\x13\0\x14\x05\x20\x91\xcd\x02\0",
                  "\xce\0\0\0\x14\x82\0\x01\x01\x01\x86\x10\xcd\x01\x18\x11\0\x12\0\x13\0\x14\x02\x20\x90",
                  "\xce\0\0\0\x16\x82\0\x01\x01\x01\x86\x10\xce{space number}\x11\0\x12\0\x13\0\x14\x02\x20\x90"},
    "munin": {"version\n", "list\n", "quit\n"},  # not: fetch
    # The user of each new database, without a password; names and sizes of tables. Not: another user, a password, rows.
    "hsqldb": {"\xff\xe1\x04\xc0\x1f\0\0\0\x1d\0\0\0\0\0\0\0\x02SA\0\0\0\0\0\0\0\x03UTC\0\0\0\0\0",
               "\x22" + LENGTH + "\0" * 8 + "\x02" + LENGTH + "SELECT TABLE_SCHEMA || '.' || TABLE_NAME, CAST(CARDINALITY AS VARCHAR(20)) "
               "FROM INFORMATION_SCHEMA.SYSTEM_TABLESTATS WHERE TABLE_SCHEMA NOT IN ('INFORMATION_SCHEMA', 'SYSTEM_LOBS') LIMIT 500\x02\0\0\x02\0",
               "\x20\0\0\0\x04\0"},
    # The packet that each connection begins with, of a version that nobody runs. Not: a frame behind it.
    "foundationdb": {"\x28\0\0\0\0\0\0\x61\xb0\0\xdb\x1f" + "\0" * 32},
    "carbon": {"\0\0\0\x4f\x80\x02}(X\x04\0\0\0typeX\x0b\0\0\0cache-queryX\x06\0\0\0metricX\x20\0\0\0"
               "ajar.no-such-series.5d1f9b3ca27eu."},  # not: a series that could exist, set-metadata; nothing on 2003 and 2004
    "iotdb-native": {"\0\0\0\x1a\x80\x01\0\x01\0\0\0\x0dgetProperties\0\0\0\x01\0"},  # not: openSession
    # Searches and greetings over UDP. Not: a registration, a session, a port that is opened, a name of anybody's.
    "ntp": {"\x23" + "\0" * 39 + "ajarajar", "\x16\x02\x6a\x72" + "\0" * 8, "\x17\0\x03\x2a\0\0\0\0"},
    "dns-server": {"\x6a\x72\0\0\0\x01\0\0\0\0\0\0\x07version\x04bind\0\0\x10\0\x03",
            "\x6a\x73\x01\0\0\x01\0\0\0\0\0\x01\0\0\x02\0\x01\0\0\x29\x10\0\0\0\x80\0\0\0"},
    "mdns": {"\x6a\x72\0\0\0\x01\0\0\0\0\0\0\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\x80\x01"},
    "ssdp": {'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'},
    "ws-discovery": {'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
                     'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery">'
                     '<soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>'
                     '<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>'
                     '<wsa:MessageID>urn:uuid:616a6172-0000-4000-8000-000000000001</wsa:MessageID></soap:Header>'
                     '<soap:Body><wsd:Probe/></soap:Body></soap:Envelope>'},
    "xdmcp": {"\0\x01\0\x02\0\x01\0"},  # not: Request, Manage
    "chargen": {"ajar\r\n"},
    "sip": {"OPTIONS sip:ajar.invalid SIP/2.0\r\nVia: SIP/2.0/UDP ajar.invalid;branch=z9hG4bKajar;rport\r\nMax-Forwards: 0\r\n"
            "From: <sip:ajar.invalid>;tag=ajar\r\nTo: <sip:ajar.invalid>\r\nCall-ID: 616a61722d35@ajar.invalid\r\nCSeq: 1 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n"},  # not: INVITE, REGISTER
    "stun": {"\0\x01\0\0\x21\x12\xa4\x42ajar.binding"},  # not: Allocate
    "nat-pmp": {"\0\0"},  # not: 1 and 2, which open ports
    "slp": {"\x02\x09\0\0\x1d\0\0\0\0\0jr\0\x02en\0\0\xff\xff\0\x07default"},  # not: a registration
    "ard": {"\0\x14\0\x01\x03"},
    "ubiquiti": {"\x01\0\0\0"},
    "dvr": {"\x20\0\0\0DHIP" + "\0" * 8 + "\x3b\0\0\0\0\0\0\0\x3b\0\0\0\0\0\0\0"
            '{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'},
    "db2-discovery": {"DB2GETADDR\0SQL09010\0"},
    **share_lines.SAID,
}


def said(ask):
    text = "".join("{" + ask.label(c) + "}" if ask.label(c) else c for c in ask.text)
    if text not in SAID[ask.family]:
        raise Refused(f"{show(ask.text)!r} is not among what may be said")


RULES = {family: said for family in SAID}
