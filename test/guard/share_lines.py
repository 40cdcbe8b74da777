"""What may be said to servers of files, of enterprise databases and of remote access, whole messages, written apart from Ajar's sources. A hole is {label}."""

from symbols import LENGTH

Z4, Z8 = "\0" * 4, "\0" * 8


def smb(command, number, tree, session, body, length=LENGTH):
    """A request of SMB 2, unsigned, one credit (MS-SMB2 2.2.1.2)."""
    return (length + "\xfeSMB@\0" + "\0" * 6 + chr(command) + "\0" + "\x01\0" + Z8 + number + Z4 + tree + session + "\0" * 16 + body)


def smb_setup(number, session, token, length):
    return smb(1, chr(number) + "\0" * 7, Z4, session, "\x19\0\0\x01" + Z8 + "X\0" + chr(len(token)) + "\0" + Z8 + token, length)


def fields(*pairs):
    return "".join(f"{chr(size)}\0{chr(size)}\0{chr(at)}\0\0\0" for size, at in pairs)


def smb_call(pdu):
    """FSCTL_PIPE_TRANSCEIVE: one message into a pipe, one out of it."""
    return smb(11, "{message number}", "{tree}", "{session}", "9\0\0\0\x17\xc0\x11\0{pipe}x\0\0\0" + chr(len(pdu)) + "\0\0\0" + Z4 +
               "x\0\0\0" + Z4 + "\0\0\x01\0\x01\0\0\0" + Z4 + pdu)


def smb_open(access, options, name, rest):
    """CREATE with the disposition FILE_OPEN (1): what is not there is not made."""
    return smb(5, "{message number}", "{tree}", "{session}", "9\0\0\0\x02\0\0\0" + "\0" * 16 + access + Z4 + "\x07\0\0\0" + "\x01\0\0\0" +
               options + "\0\0\0" + "x\0" + name + rest)


VERSION = "\x06\x01\0\0\0\0\0\x0f"
SRVSVC = "\xc8O2Kp\x16\xd3\x01\x12xZG\xbfn\xe1\x88\x03\0\0\0"
NDR = "\x04]\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0+\x10H`\x02\0\0\0"
NTLM = "\x06\x06+\x06\x01\x05\x05\x02\xa0>0<\xa0\x0e0\x0c\x06\x0a+\x06\x01\x04\x01\x827\x02\x02\x0a"

# Negotiation of both generations; a login of nobody, and of Guest without an answer to the challenge; IPC$ and listed
# shares; the pipe srvsvc: bind, NetrShareEnum (15), the rest of its answer; a top directory opened with the rights to list
# it and to read its attributes. Not: a user, a response, a write, a query of a directory, a read of anything but that pipe.
SMB = {
    smb(0, Z8, Z4, Z8, "$\0\x05\0\x01\0\0\0" + Z4 + "ajar:no password" + "p\0\0\0\x01\0\0\0" + "\x02\x02\x10\x02\0\x03\x02\x03\x11\x03\0\0" +
        "\x01\0&\0" + Z4 + "\x01\0 \0\x01\0" + "ajar asks, and writes nothing.  ", "\0\0\0\x9e"),
    smb_setup(1, Z8, "`H" + NTLM + "\xa2*\x04(NTLMSSP\0\x01\0\0\0\x05\x82\x08\x02" + "\0" * 16 + VERSION, "\0\0\0\xa2"),
    smb_setup(2, "{session}", "\xa1O0M\xa2K\x04INTLMSSP\0\x03\0\0\0" + fields((1, 72), (0, 73), (0, 72), (0, 72), (0, 72), (0, 73)) +
              "\x05\x8a\x08\x02" + VERSION + "\0", "\0\0\0\xa9"),
    smb_setup(2, "{session}", "\xa1X0V\xa2T\x04RNTLMSSP\0\x03\0\0\0" + fields((0, 72), (0, 72), (0, 72), (10, 72), (0, 72), (0, 72)) +
              "\x05\x82\x08\x02" + VERSION + "G\0u\0e\0s\0t\0", "\0\0\0\xb2"),
    smb(3, "{message number}", Z4, "{session}", "\x09\0\0\0H\0" + LENGTH + "\\\0\\\0a\0j\0a\0r\0\\\0{share}"),
    smb_open("\x9f\x01\x12\0", "\0", "\x0c\0" + Z8, "s\0r\0v\0s\0v\0c\0"),
    smb_call("\x05\0\x0b\x03\x10\0\0\0H\0\0\0\x01\0\0\0\xb8\x10\xb8\x10" + Z4 + "\x01\0\0\0\0\0\x01\0" + SRVSVC + NDR),
    smb_call("\x05\0\0\x03\x10\0\0\x008\0\0\0\x02\0\0\0 \0\0\0\0\0\x0f\0" + Z4 + "\x01\0\0\0\x01\0\0\0\0\0\x02\0" + Z8 + "\xff\xff\xff\xff" + Z4),
    smb(8, "{message number}", "{tree}", "{session}", "1\0P\0\0\0\x01\0" + Z8 + "{pipe}" + "\0" * 17),
    smb_open("\x81\0\x10\0", "\x01", "\0\0x\0\0\0\x18\0\0\0", Z4 + "\x10\0\x04\0" + Z8 + "MxAc" + Z4),
    smb(2, "{message number}", Z4, "{session}", "\x04\0\0\0"),
    "\0\0\0/\xffSMBr" + Z4 + "\x18\x01\xc8" + "\0" * 21 + "\x0c\0\x02NT LM 0.12\0",
}



def call(size, number, program, version, procedure, rest, login=Z8):
    """A call of ONC RPC (RFC 5531 9), of nobody or of the user "nobody", with an empty verifier."""
    return (size + "\0\0\0" + chr(number) + Z4 + "\0\0\0\x02\0\x01\x86" + program + "\0\0\0" + chr(version) + "\0\0\0" + chr(procedure) +
            login + Z8 + rest)


def compound(size, number, operations, count):
    """NFS 4.0: PUTROOTFH (24), PUTFH (22), GETATTR (9), ACCESS (3), READDIR (26) and nothing else."""
    nobody = "\0\0\0\x01\0\0\0\x18" + Z4 + "\0\0\0\x04ajar\0\0\xff\xfe\0\0\xff\xfe" + Z4
    return call(size, number, "\xa3", 4, 1, Z8 + "\0\0\0" + chr(count) + operations, nobody)


PLAIN = "\x80\0\0("
ACCESS = "\0\0\0\x03\0\0\0\x1f"
READDIR = "\0\0\0\x1a" + Z8 + Z8 + "\0\0 \0\0\0@\0\0\0\0\x01\0\x08\x09\x02"
PUTFH = "\0\0\0\x16{handle}"
# Not: OPEN, READ, WRITE; MNT, which mountd remembers.
NFS = {
    call(PLAIN, 1, "\xa3", 4, 0, ""), call(PLAIN, 2, "\xa5", 3, 0, ""), call(PLAIN, 3, "\xa5", 3, 5, ""),
    compound("\x80\0\0d", 4, "\0\0\0\x18" + "\0\0\0\x09\0\0\0\x01\0\0\x01\x02" + ACCESS, 3),
    compound("\x80\0\0t", 5, "\0\0\0\x18" + READDIR, 2),
    compound("\x80" + LENGTH, 6, PUTFH + READDIR, 2), compound("\x80" + LENGTH, 7, PUTFH + ACCESS, 2),
}
RPCBIND = {call(PLAIN, 1, "\xa0", 2, 0, ""), call(PLAIN, 2, "\xa0", 2, 4, "")}  # not: SET, UNSET, CALLIT

# Login for discovery and to a listed target, the list, logout (RFC 7143 11). Not: a secret (CHAP), a command (opcode 1).
WHO = "InitiatorName=iqn.2026-01.example.ajar:asks"
LOGIN = "C\x87\0\0\0" + LENGTH + "\x80ajar\x01\0\0\0\0\0\x01\0\x01\0\0\0\0\0\x01" + Z4 + "\0" * 16 + WHO
ISCSI = {
    LOGIN + "\0SessionType=Discovery\0HeaderDigest=None\0DataDigest=None\0",
    LOGIN + "{filling}\0SessionType=Normal\0HeaderDigest=None\0DataDigest=None\0TargetName={target}\0",
    "D\x80\0\0\0\0\0\x10" + Z8 + "\0\0\0\x02\xff\xff\xff\xff\0\0\0\x01{status number}" + "\0" * 16 + "SendTargets=All\0",
    "F\x80" + "\0" * 17 + "\x03\0\x01" + "\0" * 5 + "\x01" + "\0" * 20,
}

# SQL Server: PRELOGIN. Not: LOGIN7, SQL. Oracle: CONNECT with COMMAND=version. Not: status, services, a database.
MSSQL = {"\x12\x01{length}\0\0\0\0",  # the head of a message with a part of a TLS handshake, which is an ask of its own
         "\x12\x01\0/\0\0\0\0\0\0\x1a\0\x06\x01\0 \0\x01\x02\0!\0\x01\x03\0\x22\0\x04\x04\0&\0\x01\xff" + "\0" * 13}
ORACLE = {"\0Z\0\0\x01\0\0\0\x016\x01,\0\0\x08\0\x7f\xff\x7f\x08\0\0\0\x01\0 \0:" + "\0" * 30 + "(CONNECT_DATA=(COMMAND=version))"}
# Firebird: op_connect without a user. Not: op_attach, op_service_attach. AFP: FPGetSrvrInfo. GlusterFS: the programs of a port.
OFFERS = (("\0\x0a", "\x02"), ("\x80\x0b", "\x04"), ("\x80\x0c", "\x06"), ("\x80\x0d", "\x08"))
FIREBIRD = {"\0\0\0\x01\0\0\0\x13\0\0\0\x03\0\0\0\x01" + Z4 + "\0\0\0\x04" + Z4 +
            "".join(f"\0\0{version}\0\0\0\x01{Z4}\0\0\0\x03\0\0\0{weight}" for version, weight in OFFERS)}
AFP = {"\0\x03\0\x01" + "\0" * 12}
GLUSTERD = {"\x80\0\x000\0\0\0\x01" + Z4 + "\0\0\0\x02\x07[\xb8m\0\0\0\x01\0\0\0\x01" + Z8 + Z8 + "\0" * 7 + "\x01"}
# Subversion: the top, nobody's login, the newest number, the kind of the top. Not: get-file, get-dir, log, commit.
SVN = {"( 2 ( edit-pipeline svndiff1 ) 11:svn://ajar/ 4:ajar ( ) ) ", "( ANONYMOUS ( 0: ) ) ", "( get-latest-rev ( ) ) ",
       "( check-path ( 0: ( ) ) ) "}
GIT = {"002egit-upload-pack /ajar-asks.none\0host=ajar\0"}  # not: a repository that is there, git-receive-pack

# RDP: X.224 with TLS offered, no cookie. ADB: CNXN of a host without a key. Not: OPEN, a shell, AUTH. (Telnet and NDMP are asked nothing.)
RDP = {"\x03\0\0\x13\x0e\xe0" + "\0" * 5 + "\x01\0\x08\0\x01\0\0\0"}
ADB = {"CNXN\x01\0\0\x01\0\0\x10\0\x07\0\0\0\x32\x02\0\0\xbc\xb1\xa7\xb1host::\0"}

# A tunnel, and a page, of the proxy's own address. Not: anybody else's.
OWN = "{its own address and port}"
PROXY = {f"CONNECT {OWN} HTTP/1.1\r\nHost: {OWN}\r\n\r\n", f"GET http://{OWN}/ HTTP/1.1\r\nHost: {OWN}\r\nConnection: close\r\n\r\n"}

SAID = {"smb": SMB, "nfs": NFS, "rpcbind": RPCBIND,
        "iscsi": ISCSI,
        "mssql": MSSQL, "oracle": ORACLE, "firebird": FIREBIRD, "afp": AFP, "glusterd": GLUSTERD, "svn": SVN, "git": GIT,
        "rdp": RDP, "adb": ADB,
        "proxy": PROXY}
