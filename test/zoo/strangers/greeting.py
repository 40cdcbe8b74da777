"""Who speaks first, in lines."""

from .model import Row, rows

# What they may be called: by their protocol, or by the name that they greet with.
SSH = ("ssh", "openssh", "dropbear")
FTP = ("ftp", "vsftpd", "proftpd", "pure-ftpd", "filezilla-server", "microsoft-ftp")
SMTP = ("smtp", "postfix", "exim", "sendmail", "opensmtpd")
POP3, IMAP, TELNET, VNC = ("pop3", "dovecot"), ("imap", "dovecot", "courier"), ("telnet",), ("vnc",)


def refuses(code):
    """An FTP or SMTP server that lets nobody go on."""
    return lambda heard: code + b"\r\n"


SECURE_SHELL = rows(
    "RFC 4253, section 4.2", SSH,
    ("OpenSSH", b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), ("Dropbear", b"SSH-2.0-dropbear_2022.83\r\n"),
    ("libssh", b"SSH-2.0-libssh_0.10.6\r\n"), ("Cisco IOS", b"SSH-1.99-Cisco-1.25\n"), ("RouterOS", b"SSH-2.0-ROSSSH\r\n"),
    ("ProFTPD's mod_sftp", b"SSH-2.0-mod_sftp\r\n"), ("GitLab's shell", b"SSH-2.0-GitLab-SSHD\r\n"), ("Go", b"SSH-2.0-Go\r\n"),
    ("Twisted", b"SSH-2.0-Twisted_22.4.0\r\n"), ("Erlang", b"SSH-2.0-Erlang/4.15\r\n"), ("Bitvise", b"SSH-2.0-9.32 FlowSsh: Bitvise SSH Server\r\n"),
    ("Huawei", b"SSH-2.0-HUAWEI-1.5\r\n"), ("Comware", b"SSH-2.0-Comware-7.1.070\r\n"), ("Tailscale", b"SSH-2.0-Tailscale\r\n"),
    ("a text before the version", b"Authorised users only.\r\nSSH-2.0-OpenSSH_8.4\r\n"), ("version 1 alone", b"SSH-1.5-1.2.27\n"))

FILE_TRANSFER = [Row(name, "RFC 959, and the greeting that the product is known by", greets=greeting,
                     says=refuses(b"530 Not logged in."), may=FTP) for name, greeting in (
    ("vsftpd", b"220 (vsFTPd 3.0.5)\r\n"), ("ProFTPD", b"220 ProFTPD Server (Debian) [::ffff:10.0.0.1]\r\n"),
    ("Pure-FTPd", b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n220-You are user number 1 of 50 allowed.\r\n220 This is a private system\r\n"),
    ("FileZilla", b"220-FileZilla Server 1.8.0\r\n220 Please visit https://filezilla-project.org/\r\n"),
    ("IIS", b"220 Microsoft FTP Service\r\n"), ("Serv-U", b"220 Serv-U FTP Server v15.1 ready...\r\n"),
    ("a printer's", b"220 JD FTP Server Ready.\r\n"), ("VxWorks", b"220 VxWorks (VxWorks 6.9) FTP server ready\r\n"),
    ("one that is full", b"220 FTP server: only 3 of 3 users\r\n"), ("a camera's", b"220 Network-Camera FTP server (GNU inetutils 1.4.2) ready.\r\n"))]

MAIL = [Row(name, "RFC 5321, and the greeting that the product is known by", greets=greeting,
            says=refuses(b"502 5.5.2 Error: command not recognized"), may=SMTP) for name, greeting in (
    ("Postfix", b"220 mail.example ESMTP Postfix (Debian/GNU)\r\n"), ("Exim", b"220 mail.example ESMTP Exim 4.96 Mon, 30 Nov 2026 12:00:00 +0000\r\n"),
    ("Sendmail", b"220 mail.example ESMTP Sendmail 8.17.1/8.17.1; Mon, 30 Nov 2026 12:00:00 GMT\r\n"), ("qmail", b"220 mail.example ESMTP\r\n"),
    ("Exchange", b"220 MX.example Microsoft ESMTP MAIL Service ready at Mon, 30 Nov 2026 12:00:00 +0000\r\n"),
    ("OpenSMTPD", b"220 mail.example ESMTP OpenSMTPD\r\n"), ("Haraka", b"220 mail.example ESMTP Haraka/3.0.3 ready\r\n"),
    ("MDaemon", b"220 mail.example ESMTP MDaemon 23.5.2; Mon, 30 Nov 2026\r\n"), ("Courier", b"220 mail.example ESMTP Courier 1.0.16\r\n"),
    ("LMTP", b"220 mail.example LMTP Dovecot ready.\r\n"), ("a tarpit's many lines", b"220-mail.example ESMTP\r\n" * 6 + b"220 mail.example ESMTP\r\n"))]
MAIL += rows("RFC 5321, section 3.1", SMTP, ("mail: no service", b"554 5.7.1 mail.example No SMTP service here\r\n"),
             ("mail: too busy", b"421 4.3.2 mail.example Too many connections, try again later\r\n"), ends=True)

POST_BOXES = [
    *rows("RFC 1939, and the greeting that the product is known by", POP3, ("pop: Dovecot", b"+OK Dovecot (Debian) ready.\r\n"),
          ("pop: Qpopper", b"+OK ready  <1896.697170952@dbc.mtview.example>\r\n"), ("pop: Cyrus", b"+OK mail.example Cyrus POP3 3.6.1 server ready <1@mail.example>\r\n"),
          ("pop: Exchange", b"+OK The Microsoft Exchange POP3 service is ready. [QQ==]\r\n"), ("pop: bare", b"+OK\r\n"), ("pop: a word", b"+OK hello\r\n")),
    *rows("RFC 1939", POP3, ("pop: no", b"-ERR unable to lock\r\n"), ends=True),
    *rows("RFC 9051, and the greeting that the product is known by", IMAP,
          ("imap: Dovecot", b"* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED] Dovecot (Debian) ready.\r\n"),
          ("imap: Cyrus", b"* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE] mail.example Cyrus IMAP 3.6.1 server ready\r\n"),
          ("imap: Exchange", b"* OK The Microsoft Exchange IMAP4 service is ready. [QQ==]\r\n"), ("imap: Courier", b"* OK [CAPABILITY IMAP4rev1 UIDPLUS CHILDREN] Courier-IMAP ready.\r\n"),
          ("imap: authenticated by the way", b"* PREAUTH IMAP4rev1 server logged in as nobody\r\n"), ("imap: no", b"* BYE Autologout; idle for too long\r\n")),
    *rows("RFC 2244, section 3.2", (), ("ACAP", b'* ACAP (IMPLEMENTATION "x 1.0") (SASL "CRAM-MD5") (CONTEXTLIMIT "100")\r\n')),
    *rows("RFC 5804, section 1.7", (), ("ManageSieve", b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"SIEVE" "fileinto reject"\r\n"NOTIFY" "mailto"\r\n"SASL" ""\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "Dovecot ready."\r\n')),
    *rows("poppassd's source", (), ("poppassd", b"200 poppassd v1.8.5 hello, who are you?\r\n")),
]

NEWS_AND_WORDS = rows(
    "RFC 3977, section 5.1, and the greeting that the product is known by", (),
    ("INN", b"200 news.example InterNetNews NNRP server INN 2.7.0 ready (posting ok)\r\n"), ("INN, read only", b"201 news.example InterNetNews NNRP server INN 2.7.0 ready (no posting)\r\n"),
    ("Leafnode", b"200 Leafnode NNTP Daemon, version 1.11.12 running at news.example\r\n"), ("Diablo", b"200 news.example Diablo news server ready\r\n"),
    ("news: no", b"502 You have no permission to talk.  Goodbye.\r\n"), ("news: gone", b"400 service temporarily unavailable\r\n"))
NEWS_AND_WORDS += [Row(name, "the greeting that the product is known by", greets=greeting, says=answer) for name, greeting, answer in (
    ("dictd", b"220 dict.example dictd 1.13.1/rf on Linux 6.1 <auth.mime> <1.1.1@dict.example>\r\n", b"500 unknown command\r\n"),
    ("VDR", b"220 vdr SVDRP VideoDiskRecorder 2.6.0; Mon Nov 30 12:00:00 2026; UTF-8\r\n", b'500 Command unrecognized: "PING"\r\n'),
    ("VMware's authd", b"220 VMware Authentication Daemon Version 1.10: SSL Required, ServerDaemonProtocol:SOAP, MKSDisplayProtocol:VNC , , NFCSSL supported/t\r\n", b"500 Unknown command 'PING'\r\n"),
    ("Citadel", b"200 citadel.example Citadel server ready.\r\n", b"530 Unrecognized or unsupported command.\r\n"),
    ("a scale's 220", b"220 Ready\r\n", b"500 ?\r\n"), ("a modem pool", b"220 Modem pool, choose a line\r\n", b"500 no such line\r\n"),
    ("Zope's monitor", b"220 monitor ready\r\n", b"550 no\r\n"), ("netsaint's old", b"220 status server\r\n", b"501 Syntax\r\n"),
    ("CDDB", b"201 cddb.example CDDBP server v1.5.2PL0 ready at Mon Nov 30 12:00:00 2026\r\n", b"500 Unrecognized command.\r\n"),
    ("hylafax", b"220 fax.example server (HylaFAX (tm) Version 6.0.7) ready.\r\n", b"500 PING: Command not recognized.\r\n"),
    ("SNPP", b"220 SNPP Gateway Ready\r\n", b"500 Command Not Recognized\r\n"), ("MUPDATE", b'* AUTH "PLAIN"\r\n* OK MUPDATE "mail.example" "Cyrus" "3.6.1" "mupdate://mail.example"\r\n', b"PING BAD x\r\n"),
    ("Tor's control", b"", b"514 Authentication required.\r\n"),
)]

TELLS = rows(
    "the greeting that the product is known by", (),
    ("MPD", b"OK MPD 0.23.5\n"), ("gpsd", b'{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}\r\n'),
    ("Asterisk's manager", b"Asterisk Call Manager/7.0.3\r\n"), ("FreeSWITCH's events", b"Content-Type: auth/request\n\n"),
    ("TeamSpeak's query", b'TS3\n\rWelcome to the TeamSpeak 3 ServerQuery interface, type "help" for a list of commands.\n\r'),
    ("Hedgewars", b"CONNECTED\nHedgewars server http://www.hedgewars.org/\n3\n\n"), ("Rserve", b"Rsrv0103QAP1\r\n\r\n--------------\r\n"),
    ("QEMU's monitor", b"QEMU 7.2.0 monitor - type 'help' for more information\r\n(qemu) "),
    ("QMP", b'{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}\r\n'),
    ("OpenOCD", b"\xff\xfd\x22Open On-Chip Debugger\r\n> "[3:]), ("a Clojure prompt", b"user=> "), ("a Python prompt", b"Python 3.11.2\n>>> "),
    ("Direct Connect", b"$Lock EXTENDEDPROTOCOLABCABCABCABCABC Pk=DCPLUSPLUS0.777ABCABC|"), ("Sonic", b"CONNECTED <sonic-server v1.4.0>\r\n"),
    ("Check_MK's agent", b"<<<check_mk>>>\nVersion: 2.1.0p10\nAgentOS: linux\nHostname: host\n<<<df>>>\n/dev/sda1 ext4 1 1 1 1% /\n"),
    ("hddtemp", b"|/dev/sda|WDC WD10EZEX|35|C|"), ("NetBus", b"NetBus 1.70 \r"), ("Sub7", b"connected. time/date: 12:00.00 - November 30, 2026, Monday, version: 2.2\r\n"),
    ("lcdproc's old", b"hello\n"), ("rwhois", b"%rwhois V-1.5:003eff:00 whois.example (by Network Solutions, Inc. V-1.5.9.6)\r\n"),
    ("rexec", b"\x01Where are you?\n"), ("Niagara Fox", b'fox a 0 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\nhostName=s:host\n};;\n'),
    ("Ganglia", b'<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<!DOCTYPE GANGLIA_XML [\n   <!ELEMENT GANGLIA_XML (GRID|CLUSTER|HOST)*>\n]>\n<GANGLIA_XML VERSION="3.7.2" SOURCE="gmond">\n</GANGLIA_XML>\n'),
    ("UniVerse", b"\x01\x00\x00\x00ready\n"), ("a card reader", b"#READY;V2.11;SN=000123\r\n"), ("a weather station", b"$WIMWV,214.8,R,0.1,M,A*20\r\n" * 3),
    ("NMEA", b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"), ("AIS", b"!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C\r\n"),
    ("APRS-IS", b"# aprsc 2.1.15-gc67551b\r\n"), ("a DX cluster", b"login: "), ("BaseStation", b"MSG,3,1,1,4CA2D6,1,2026/11/30,12:00:00.000,2026/11/30,12:00:00.000,,37000,,,51.4,-0.1,,,,,,0\r\n"),
    ("a PLC's log", b"0001 RUN 0002 STOP\r\n"), ("a queue's number", b"Number 42 please\r\n"), ("Faktory", b'+HI {"v":2}\r\n'),
    ("Lutron", b"login: "), ("a Lantronix", b"MAC address 00204A123456\r\nSoftware version V6.8.0.4 (120903) XPTEX\r\n\r\nPress Enter for Setup Mode\r\n"),
    ("a UPS' card", b"\r\nAmerican Power Conversion               Network Management Card AOS      v3.7.3\r\nUser Name : "),
    ("a switch", b"\r\nUser Access Verification\r\n\r\nPassword: "), ("a switch that refuses", b"\r\nSorry, session limit reached.\r\n"),
    ("a password and no more", b"Password: "), ("a BBS", b"\x1b[2J\x1b[1;1HWelcome to the Board\r\nHandle: "), ("daytime", b"Mon Nov 30 12:00:00 2026\r\n"),
    ("NIST's daytime", b"\n61374 26-11-30 12:00:00 00 0 0 880.0 UTC(NIST) * \n"), ("a quote", b'"Nothing is so firmly believed as what is least known." Montaigne\r\n'),
    ("systat", b"USER       PID %CPU %MEM COMMAND\nroot         1  0.0  0.1 init\n"), ("netstat", b"Active Internet connections\nProto Recv-Q Send-Q Local Address Foreign Address State\n"),
)

DEVICES = rows("RFC 854", TELNET, ("telnet: a router", b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\r\nlogin: "), ("telnet: a MUD", b"\xff\xfd\x18\xff\xfd\x1f\xff\xfb\x56Welcome, traveller!\r\n"),
               ("telnet: options alone", b"\xff\xfd\x25\xff\xfb\x26\xff\xfb\x00\xff\xfd\x00"))
DEVICES += rows("RFC 6143, section 7.1.1", VNC, ("vnc: Apple", b"RFB 003.889\n"), ("vnc: RealVNC", b"RFB 005.000\n"), ("vnc: an old one", b"RFB 003.003\n"))
DEVICES += rows("made", (), ("RFB without a version", b"RFB hello\n"), ("SSH without a version", b"SSH is over there\r\n"), ("two telnet bytes", b"\xff\xfd"))

ROWS = SECURE_SHELL + FILE_TRANSFER + MAIL + POST_BOXES + NEWS_AND_WORDS + TELLS + DEVICES
