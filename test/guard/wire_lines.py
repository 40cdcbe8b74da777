"""The same as wire_rules.py, for protocols of which only a few fixed messages may be said."""

import re

from symbols import Refused, show

# Of each family, the whole messages; a hole is written as {label}.
SAID = {
    "nats-native": {'CONNECT {"verbose":false,"pedantic":false,"lang":"ajar","version":"1","protocol":1,"echo":false}\r\nPING\r\n',
             "SUB ajar.no-such-subject.5d1f9b3ca27e8046 1\r\nPING\r\n"},  # not: PUB, REQ, a user, ">" or "*"
    "rsync": {"@RSYNCD: 31.0\n\n", "@RSYNCD: 31.0\n{module}\n"},  # not: the answer to a challenge, arguments
    "beanstalkd": {"stats\r\n", "list-tubes\r\n", "stats-tube {tube}\r\n", "quit\r\n"},  # not: put, reserve, peek, delete, kick
    "gearman": {"version\n", "status\n"},  # not: shutdown, create, drop, cancel
    "vnc": {"RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n", "\x01"},
    "ftp": {"NOOP\r\n", "FEAT\r\n", "USER anonymous\r\n", "PASS \r\n", "CWD /\r\n", "QUIT\r\n"},  # not: LIST, RETR, STOR, DELE
    "smtp": {"NOOP\r\n", "QUIT\r\n"},
    "imap": {"a1 LOGOUT\r\n"},
    "pop3": {"QUIT\r\n"},
    "varnish": {"status\n", "quit\n"},
    "munin": {"version\n", "list\n", "quit\n"},  # not: fetch
}


def said(ask):
    text = "".join("{" + ask.label(c) + "}" if ask.label(c) else c for c in ask.text)
    if text not in SAID[ask.family]:
        raise Refused(f"{show(ask.text)!r} is not among what may be said")
    if len(re.findall("{", text)) > 1:
        raise Refused("one name at a time")


RULES = {family: said for family in SAID}
