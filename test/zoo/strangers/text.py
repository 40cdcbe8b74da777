"""Who says nothing until it hears a line, and then answers in lines."""

import json

from .model import Row, replies


def first_word(answer):
    """The answer with the word that was said to it in the place of %s, as many of them put it."""
    return lambda heard: answer.replace(b"%s", heard.split(b"\r")[0].split(b"\n")[0].split(b" ")[0][:40])


def whole(answer):
    return lambda heard: answer.replace(b"%s", heard.split(b"\r")[0].split(b"\n")[0][:80])


OLD = replies(
    "its standard (RFC 862, 1288, 1413, 3912, 1436)", (),
    ("echo", lambda heard: heard), ("finger", b"Login: ping           Name: ???\r\nNo such user.\r\n"), ("ident", b"0 , 0 : ERROR : UNKNOWN-ERROR\r\n"),
    ("ident, with its error", b"0, 0 : ERROR : INVALID-PORT\r\n"), ("tcpmux", b"-Service not available\r\n"), ("whois", b'No match for "PING".\r\n'),
    ("whois, with a page of terms", b"% This is the database.\r\n% The objects are in RPSL format.\r\n\r\n%ERROR:101: no entries found\r\n"),
    ("gopher", whole(b"3'%s' does not exist (no handler found)\t\terror.host\t1\r\n.\r\n")), ("gopher, a menu", b"iWelcome\tfake\t(NULL)\t0\r\n1About\t/about\tgopher.example\t70\r\n.\r\n"),
    ends=True)
OLD += replies(
    "its documentation", (),
    ("spartan", b"4 Bad request\r\n"), ("nex", b"document not found\n"), ("cvs pserver", first_word(b"cvs [pserver aborted]: bad auth protocol start: %s\n")),
    ("bzr", b"error\x01Generic bzr smart protocol error: bad request 'PING'\n"), ("a URI of finger", b"Please supply a username\r\n"), ends=True)

DAEMONS = replies(
    "its documentation or source: the answer to an unknown command", (),
    ("upsd", b"ERR UNKNOWN-COMMAND\n"), ("mpd", b'ACK [5@0] {} unknown command "PING"\n'), ("clamd", b"UNKNOWN COMMAND\n"), ("lcdd", b'huh? Invalid command "PING"\n'),
    ("lircd", b"BEGIN\nPING\nERROR\nDATA\n1\nunknown directive: \"PING\"\nEND\n"), ("spamd", b"SPAMD/1.0 76 Bad header line: (missing version)\r\n"),
    ("haproxy's socket", b"Unknown command. Please enter one of the following commands only :\n  help           : this message\n\n"), ("i2p SAM", b'HELLO REPLY RESULT=I2P_ERROR MESSAGE="Must start with HELLO VERSION"\n'),
    ("tor's control", b"514 Authentication required.\r\n"), ("FCP of Freenet", b"ProtocolError\nFatal=true\nCodeDescription=ClientHello must be first message\nCode=1\nGlobal=false\nEndMessage\n"),
    ("gnugo", b"? unknown command\n\n"), ("a UCI engine", b"Unknown command: PING\n"), ("an FICS", b'"PING" is not a registered name.\r\nlogin: '),
    ("irc: not registered", b":irc.example 451 * :You have not registered\r\n"), ("irc: a ping", b":irc.example 409 * :No origin specified\r\n"),
    ("irc: looks the visitor up", b"NOTICE AUTH :*** Looking up your hostname...\r\nNOTICE AUTH :*** Checking Ident\r\n"), ("irc: an error", b"ERROR :Closing Link: [127.0.0.1] (Throttled)\r\n"),
    ("xmpp", b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xmlns='jabber:client'><stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"),
    ("xmpp: bad format", b'<stream:stream xmlns="jabber:server" xmlns:stream="http://etherx.jabber.org/streams" id="1"><stream:error><bad-format/></stream:error></stream:stream>'),
    ("opentsdb's line", b"unknown command: PING.  Try `help'.\n"), ("statsd's admin", b"ERROR\n"), ("statsd's admin, answering", b"ERROR: unknown command\nEND\n"),
    ("Livestatus", b"Invalid GET request, no such table\n"), ("Icinga's pipe", b"400: Unknown request method\n"), ("rrdcached", b"-1 Unknown command: PING\n"),
    ("rrdcached, pinged", b"0 PONG\n"), ("postfix's tcp table", b"400 no such request\n"), ("policyd", b"action=DUNNO\n\n"), ("sockmap", b"31:PERM bad request from the client,"),
    ("Squeezebox", lambda heard: heard), ("a denon receiver", b"PWON\r"), ("a projector (PJLink)", b"PJLINK ERRA\r"), ("an Onkyo receiver", b"ISCP\0\0\0\x10\0\0\0\x0a\x01\0\0\0!1PWR01\x1a\r\n"),
    ("an ATG", b"\x01" b"9999FF1B\x03"), ("SCPI", b'-113,"Undefined header"\n'), ("an LXI", b"ERROR: Command not recognised\n"), ("a gcode sender", b'echo:Unknown command: "PING"\nok\n'),
    ("grbl", b"error:2\r\n"), ("a barcode printer", b"?"), ("a modem", b"PING\r\r\nERROR\r\n"), ("rigctld", b"RPRT -1\n"), ("rotctld", b"RPRT -4\n"), ("flrig", b"ERROR bad request\n"),
    ("predict", b"NA\n"), ("festival", b"ER\n"), ("speechd", b"300 ERR INVALID COMMAND\r\n"), ("sphinx's admin", b"unknown command\n"), ("aria's", b"bad\n"), ("mldonkey", b"Bad command\n> "),
    ("wesnoth's fifo", b"Error: unknown command\n"), ("source query's console", b"Bad rcon_password.\n"), ("telnetd of a game", b"Unknown command 'PING', type help\r\n"),
    ("7 days to die", b"*** ERROR: unknown command 'PING'\r\n"), ("Kestrel-like", b"CLIENT_ERROR\r\n"), ("darner-like", b"ERROR Unknown command\r\n"), ("ATS's traffic_manager", b"ERR unknown\n"),
    ("kamailio's ctl", b"500 command not found\n"), ("rtpproxy", b"E0\n"), ("mediaproxy", b"error\r\n"), ("dspam", b"500 5.5.1 Unrecognised\r\n"), ("dovecot's auth", b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n"),
    ("doveadm", b"-\n"), ("dict's client", b"500 Unknown command\r\n"), ("cyrus' sync", b'BAD "Please authenticate first"\r\n'), ("netdata's stream", b"bad request\n"), ("xymon", b""), ("a licence server", b"ERROR 2101\r\n"),
    ("an elevator", b"NAK\r\n"), ("OK to all", b"OK\r\n"), ("ok to all", b"ok\n"), ("200 to all", b"200 OK\r\n"), ("ERR to all", b"ERR\r\n"), ("500 to all", b"500 Syntax error, command unrecognized\r\n"),
    ("a prompt to all", b"> "), ("a dollar to all", b"$ "), ("a hash to all", b"# "), ("a newline to all", b"\r\n"), ("a dot to all", b"."), ("a NUL to all", b"\0"), ("PONG", b"PONG\n"), ("pong in words", b"pong\r\n"))
DAEMONS += replies("its documentation: a line that is no request ends the connection", (),
                   ("gopher's old", b"3Error\t\terror.host\t1\r\n"), ("amanda's", b"AMANDA 3.5 NAK HANDLE 000-00000000 SEQ 0\nERROR expecting request\n"),
                   ("nbdkit's log", b"error: bad magic\n"), ("a fuse box", b"BYE\r\n"), ends=True)


def parse_error(code, text, **more):
    return (json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": text}, **more}) + "\n").encode()


JSON_LINES = replies(
    "its documentation: JSON, one a line, over plain TCP", (),
    ("electrum", parse_error(-32700, "invalid JSON")), ("stratum", b'{"id":null,"result":null,"error":[20,"Other/Unknown",null]}\n'), ("Kodi", b'{"error":{"code":-32700,"message":"Parse error."},"id":null,"jsonrpc":"2.0"}'),
    ("snapserver", parse_error(-32700, "Parse error")), ("a miner's API", b'{"STATUS":[{"STATUS":"E","When":1,"Code":45,"Msg":"Invalid JSON","Description":"cgminer 4.10.0"}],"id":1}\0'),
    ("a cgminer in text", b"STATUS=E,When=1764500000,Code=14,Msg=Invalid command,Description=cgminer 4.10.0|\0"), ("a smart plug", b'{"system":{"err_code":-1}}'), ("a lamp (Yeelight)", b'{"id":0,"error":{"code":-1,"message":"invalid command"}}\r\n'),
    ("WebTorrent's tracker", b'{"failure reason":"invalid"}\n'), ("bitcoin's wallet", parse_error(-32600, "Invalid Request")), ("a robot", b'{"op":"status","level":"error","msg":"bad JSON"}\n'),
    ("monitoring JSON", b'{"status":"error","message":"unknown command"}\n'), ("a word of JSON", b'"error"\n'), ("an empty object", b"{}\n"), ("an empty list", b"[]\n"), ("null", b"null\n"),
    ("tile38-like, not one", b'{"ok":false,"err":"unknown command","elapsed":"1us"}\n'), ("collections and databases in JSON", b'{"databases":[],"collections":[],"ok":1}\n'), ("version in JSON", b'{"version":"1.0.0","name":"x","cluster":"y"}\n'))

WEB_LIKE = replies(
    "its standard: a status line that is not HTTP's", (),
    ("sip", b"SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), ("sip: 405", b"SIP/2.0 405 Method Not Allowed\r\nServer: Asterisk\r\nContent-Length: 0\r\n\r\n"),
    ("rtsp", b"RTSP/1.0 400 Bad Request\r\nServer: GStreamer\r\n\r\n"), ("rtsp: a camera", b"RTSP/1.0 405 Method Not Allowed\r\nCSeq: 0\r\nServer: Hipcam\r\n\r\n"), ("AirPlay", b"RTSP/1.0 501 Not Implemented\r\nServer: AirTunes/220.68\r\n\r\n"),
    ("icap", b"ICAP/1.0 400 Bad request\r\nServer: C-ICAP/0.5.10\r\nConnection: close\r\n\r\n"), ("icy", b"ICY 404 Resource Not Found\r\n\r\n"), ("icy: a stream", b"ICY 200 OK\r\nicy-name:Radio\r\nicy-br:128\r\n\r\n" + b"\xff\xfb\x90\x64" * 64),
    ("gnutella", b"GNUTELLA/0.6 503 Full\r\n\r\n"), ("msrp", b"MSRP a786hjs2 400 Bad\r\n-------a786hjs2$\r\n"), ("mrcp", b"MRCP/2.0 83 1 401 COMPLETE\r\n\r\n"), ("stun's text", b"BAD/1.0\r\n\r\n"), ("giop's text", b"IOR:0000\r\n"),
    ("weblogic t3", b"HELO:12.2.1.4.0.false\nAS:2048\nHL:19\n\n"), ("weblogic t3: no", b"LGIN:t3: Connection rejected, filter blocked Socket\n\n"), ("spamc", b"SPAMD/1.5 0 PONG\r\n"), ("daap", b"DAAP/1.0 400\r\n\r\n"))

# What speaks as Redis, memcached and their like do, and is none of them: one answer for all.
LOOKALIKES = [Row(name, "made: an answer of another's form to everything", says=answer, may=may) for name, answer, may in (
    ("+PONG to all", b"+PONG\r\n", ()), ("+OK to all", b"+OK\r\n", ()), ("-ERR to all", b"-ERR\r\n", ()), ("-ERR unknown", b"-ERR unknown command\r\n", ()),
    (":1 to all", b":1\r\n", ()), ("$-1 to all", b"$-1\r\n", ()), ("*0 to all", b"*0\r\n", ()), ("_ to all", b"_\r\n", ()), ("%0 to all", b"%0\r\n", ()),
    ("$4 PONG to all", b"$4\r\nPONG\r\n", ()), ("a bulk that lies", b"$2147483647\r\n", ()), ("lists in lists", b"*1\r\n" * 200, ()), ("+HI", b"+HI\r\n", ()),
    ("-NOAUTH in words", b"-NOAUTH\r\n", ()), ("-LOADING in words", b"-LOADING\r\n", ()), ("-MOVED in words", b"-MOVED 1 x:1\r\n", ()),
    ("ERROR and END", b"ERROR\r\nEND\r\n", ()), ("END to all", b"END\r\n", ()), ("STORED to all", b"STORED\r\n", ()), ("STAT without figures", b"STAT\r\nEND\r\n", ()),
    ("STAT to all", b"STAT a b\r\nEND\r\n", ()), ("VERSION to all", b"VERSION\r\n", ()), ("VALUE to all", b"VALUE x 0 1\r\n1\r\nEND\r\n", ()), ("UNKNOWN to all", b"UNKNOWN_COMMAND", ()),
    ("BAD_FORMAT", b"BAD_FORMAT\r\n", ()), ("imok to all", b"imok", ()), ("INFO to all", b"INFO {}\r\n", ()), ("INFO, not JSON", b"INFO x\r\n", ()), ("-ERR 'x'", b"-ERR 'Unknown'\r\n", ()),
    ("CONNECTED to all", b"CONNECTED\n\n\0", ()), ("ERROR and a NUL", b"ERROR\n\n\0", ()), ("E_INVALID", b"\0\0\0\x0d\0\0\0\x01E_INVALID", ()), ("bad magic in words", b"bad magic number", ()),
    ("ERR unknown", b"ERR unknown Unknown\n", ()), ("@RSYNCD in words", b"@RSYNC\n", ()), ("a rethink's words", b"ERROR: Received an unsupported protocol version. This port is for queries.\0", ()),
    ("svn's brackets", b"( failure ( ) ) ", ()), ("git's length", b"0008ERR ", ()), ("hazelcast's words", b"UNKNOWN_COMMAND\r\nERROR\r\n", ()))]

ROWS = OLD + DAEMONS + JSON_LINES + WEB_LIKE + LOOKALIKES
