"""Who speaks in bytes: greetings first, then answers."""

import struct

from .model import Row, replies, rows

MYSQL_LIKE = ("mysql", "mariadb")

GREETS = rows(
    "its standard or its source", (),
    ("ZeroMQ", b"\xff\0\0\0\0\0\0\0\x01\x7f\x03"), ("nanomsg", b"\0SP\0\0\x10\0\0"), ("BGP", b"\xff" * 16 + b"\0\x1d\x01\x04\xfd\xe8\0\xb4\x0a\0\0\x01\0"),
    ("BGP: no", b"\xff" * 16 + b"\0\x15\x03\x06\x05"),
    ("time", struct.pack(">I", 0xED000000)), ("Citrix ICA", b"\x7f\x7fICA\0\x7f\x7fICA\0"), ("RouterOS' bandwidth test", b"\1\0\0\0"), ("NSCA", bytes(range(128, 256)) + b"\x67\x4b\0\0"),
    ("Sphinx' API", b"\0\0\0\1"), ("OrientDB", b"\0\x26"), ("MonetDB", b"\x5b\0saltsalt:mserver:9:RIPEMD160,SHA256,SHA1:LIT:SHA512:"), ("Ceph", b"ceph v027" + b"\0" * 137 + b"\x10" * 134),
    ("Ceph, version 2", b"ceph v2\n\x10\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"), ("Bareos-like", b"\0\0\0\x1bHello Director x calling\n"), ("DameWare", b"\x30\x11\0\0\0\0\0\0\xc3\xf5\x28\x5c\x8f\xc2\x0d\x40" + b"\0" * 24),
    ("TeamViewer", b"\x17\x24\x20\x0f\0\0\0\0\0"), ("icecc", b"\0\0\0\x22"), ("dccp of dCache", b"\0\0\0\1\0\0\0\0"), ("Wesnoth", b"\0\0\0\x2a"), ("a PLC's heartbeat", b"\xa5\x5a\0\1\0\0"),
    ("Java's objects", b"\xac\xed\0\5"), ("JBoss remoting", b"\0\0\0\x13\0\0\x0eremoting-server"), ("a Diameter peer", b"\1\0\0\x14\x80\0\1\x01\0\0\0\0\0\0\0\1\0\0\0\1"),
    ("SSMP's frame", b"\x02READY\x03"), ("a scale", b"\x02 0001.25kg\x03"), ("a clock's frame", b"\x02D:30.11.26;T:1;U:12.00.00;    \x03"), ("MUMPS' job", b"\x08\0\0\0welcome!"), ("a gzip stream", b"\x1f\x8b\x08\0\0\0\0\0\0\3"),
    ("MPEG-TS", (b"G\0\x11\x10" + b"\xff" * 184) * 3), ("a JPEG camera", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + b"\0" * 64), ("Ogg", b"OggS\0\2" + b"\0" * 22), ("an FLV", b"FLV\1\5\0\0\0\x09\0\0\0\0"))

# The head of another's greeting, and then something else. What says "host is not allowed" as MySQL does is MySQL's to be called.
SQL_LIKE = rows(
    "made: the head of a database's greeting", (),
    ("MySQL's length, version 9", b"\x20\0\0\0\x095.0.1\0" + b"\1" * 25), ("MySQL's length, version 11", b"\x20\0\0\0\x0b5.0.1\0" + b"\1" * 25),
    ("MySQL's length that lies", b"\xff\xff\xff\0\x0a5.0.1\0"), ("MySQL's sequence", b"\x20\0\0\7\x0a5.0.1\0" + b"\1" * 25), ("a version 10 without a NUL", b"\x20\0\0\0\x0a" + b"5" * 31),
    ("PostgreSQL's R", b"R\0\0\0\x08\0\0\0\0"), ("PostgreSQL's E", b"E\0\0\0\x0eSERROR\0Mno\0\0"), ("Firebird's head", b"\0\0\0\3\0\0\0\x0d\0\0\0\1\0\0\0\3"), ("TDS' head", b"\4\1\0\x25\0\0\1\0" + b"\0" * 29),
    ("DRDA's head", b"\0\x55\xd0\x03\0\1\0\x4f\x14\x43" + b"\0" * 75), ("Tarantool's words", b"Tarantool\n" + b" " * 53 + b"\n" + b"A" * 63 + b"\n"), ("Cassandra's error", b"\x84\0\0\0\0\0\0\0\4\0\0\0\x0a"),
    ("LDAP's head", b"\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"), ("NBD's head", b"NBDMAGICxxxxxxxx"), ("Galera's length", b"\x24\0\0\2aaaa\x09\x09" + b"\0" * 34), ("NDMP's mark", b"\x80\0\0\x24" + b"\0" * 36),
    ("AFP's head", b"\1\3\0\0\0\0\0\0\0\0\0\x10\0\0\0\0" + b"\0" * 16))
SQL_LIKE += rows("its documentation: it speaks MySQL's protocol", MYSQL_LIKE,
                 ("Sphinx' SQL", b"\x37\0\0\0\x0a2.2.11-id64-release (95ae9a6)\0\1\0\0\0" + b"\1" * 8 + b"\0\x08\x82\x21\2\0\0" + b"\0" * 13),
                 ("MySQL: not this host", b"\x45\0\0\0\xff\x6a\x04Host '10.0.0.9' is not allowed to connect to this MySQL server"))

ANSWERS = replies(
    "its standard or its source", (),
    ("GIOP", b"GIOP\1\0\1\6\0\0\0\0"), ("Ice", b"IceP\1\0\1\0\3\0\x0e\0\0\0"), ("OPC UA", b"ERRF\x10\0\0\0\0\0\x7e\x80\0\0\0\0"), ("X11's refusal, of another", b"\0\5\x0b\0\0\0\2\0hello123"),
    ("spice", b"REDQ\2\0\0\0\2\0\0\0\0\0\0\0"), ("AJP's pong", b"AB\0\1\x09"), ("lpd", b"\1"), ("rsh", b"\1Permission denied.\n"), ("Kerberos", b"\0\0\0\x08\x7e\6\x30\4\xa0\3\2\1"), ("gdbserver", b"-"), ("gdb, happy", b"+$#00"),
    ("SSH-1's packet", b"\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0"), ("a TPKT", b"\3\0\0\x0b\6\xd0\0\0\x12\x34\0"), ("a TPKT: no", b"\3\0\0\x0b\6\x80\0\0\0\0\0"), ("COTP of a PLC", b"\3\0\0\x16\x11\xd0\0\1\0\x0f\0\xc0\1\x0a\xc1\2\1\0\xc2\2\1\2"),
    ("Modbus' exception", b"PI\0\0\0\3G\xcd\1"), ("IEC 104", b"\x68\4\x83\0\0\0"), ("DNP3", b"\5\x64\5\0\1\0\2\0\x17\x8f"), ("EtherNet/IP", b"PI\0\0\0\0\0\0\1\0\0\0" + b"\0" * 12), ("FINS", b"FINS\0\0\0\x10\0\0\0\1\0\0\0\2\0\0\0\0"),
    ("S101", b"\xfe\0\x0e\2\xff"), ("radsec", b"\3\1\0\x14" + b"\0" * 16), ("tacacs", b"\xc0\1\2\0\0\0\0\0\0\0\0\6\7\0\0\0\0\0"), ("SMPP", b"\0\0\0\x10\x80\0\0\0\0\0\0\3\0\0\0\0"), ("SCCP of a phone", b"\x08\0\0\0\0\0\0\0\x9d\0\0\0\0\0\0\0"),
    ("an RTMP server", b"\3" + b"\0" * 1536), ("Minecraft", b"\xff\0\x17\0\xa7\0001\0\0\0004\0007"), ("Thrift's exception", b"\0\0\0\x1b\x80\1\0\3\0\0\0\4PING\0\0\0\0\x0b\0\1\0\0\0\0\0"), ("Thrift, unframed", b"\x80\1\0\3\0\0\0\0\0\0\0\0\x0b\0\1\0\0\0\1x\x08\0\2\0\0\0\1\0"),
    ("SOCKS 4's answer", b"\0\x5b\0\0\0\0\0\0"), ("a BitTorrent peer", b"\x13BitTorrent protocol" + b"\0" * 48), ("Bitcoin", b"\xf9\xbe\xb4\xd9version\0\0\0\0\0\0\0\0\0\x5d\xf6\xe0\xe2"),
    ("a DNS server's FORMERR", b"\0\x0c\0\0\x80\1\0\0\0\0\0\0\0\0"), ("SAP's router", b"\0\0\0\x0aNI_RTERR\0"), ("IBM MQ's error", b"TSH \0\0\0\x1c\1\5\x22\0" + b"\0" * 16), ("Tibco", b"\0\0\0\x10\0\0\0\0\0\0\0\4\0\0\0\0"),
    ("RFC 1006's old", b"\3\0\0\7\2\xf0\x80"), ("CORBA's close", b"GIOP\1\2\0\5\0\0\0\0"), ("a protobuf frame", b"\x08\0\0\0\x08\1\x12\4fail"), ("msgpack's error", b"\x93\1\xc0\xa3bad"), ("BER's nothing", b"\x30\0"), ("ASN.1's refusal", b"\x30\5\2\1\0\x78\0"), ("CBOR", b"\xa1eerror\x01"),
    ("a TLS alert in clear", b"\x15\3\1\0\2\2\x28"), ("a TLS alert, for all", b"\x15\3\3\0\2\2\x46"), ("BSON-like", b"\5\0\0\0\0"), ("a frame of nothing", b"\0\0\0\0"), ("a frame that lies", b"\x7f\xff\xff\xff"), ("a frame of an error", b"\0\0\0\5error"),
    ("a frame with its own length", struct.pack(">I", 9) + b"error"), ("a little frame", struct.pack("<I", 5) + b"error"), ("a frame of two bytes", b"\0\5error"), ("Netty's error", b"\0\0\0\x15TooLongFrameException"))

# Length-prefixed servers give back what they got, in a frame.
ANSWERS += [Row("frames, echoed", "made", says=lambda heard: struct.pack(">I", len(heard)) + heard), Row("frames of two, echoed", "made", says=lambda heard: struct.pack(">H", len(heard)) + heard),
            Row("echo, of all bytes", "RFC 862", says=lambda heard: heard), Row("echo, turned round", "made", says=lambda heard: heard[::-1]), Row("echo, one more", "made", says=lambda heard: bytes((b + 1) % 256 for b in heard))]

# These are what they may be called: whoever greets late has been asked as a web server, too.
NAMED = rows("RFC 9113", ("web",), ("HTTP/2, settings at once", b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x10\0\0\0\x06\0\0\x40\0"))
NAMED += replies("RFC 1928", ("socks",), ("SOCKS 5: none acceptable", b"\5\xff"))

ROWS = GREETS + SQL_LIKE + ANSWERS + NAMED
