#!/usr/bin/env python3
"""What lies about on real sites, by nginx, Apache and PHP: a repository of git and a working copy of Subversion, settings, dumps by
mysqldump, pg_dump and sqlite3, packed copies, pages of the server's inside; on open sites, on shut ones, on one page for all.

    test/zoo/leavings.py [--ajar PROGRAM] [--keep]

What is there is found, and nothing else; a stranger is asked six times at most, by the servers' own logs; a file is never fetched, by the
bytes that these logs count; and no value of a file is in anything that Ajar prints, stores or writes down. `N passed, N failed` last."""

import argparse
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import Zoo  # noqa: E402
from model import Spec, View  # noqa: E402
from sample import Tally  # noqa: E402
from servers import SPECS  # noqa: E402

REQUESTS_MAX = 6
FORMATS = ("tty", "json", "html", "sarif", "csv", "markdown", "ocsf", "l9")
HUGE = 48 << 20  # a dump that must not be fetched
VALUES = [secrets.token_hex(12) for _ in range(6)]
SETTINGS, PROGRAM, RECORD, COMMIT, ENVIRONMENT, IN_DUMP = VALUES

NGINX = """
daemon off;
worker_processes 1;
pid $D/pid;
events { worker_connections 64; }
http {
    log_format asked '$$server_port $$status $$body_bytes_sent $$request';
    access_log $D/asked asked;
    types { text/html html; }
    default_type application/octet-stream;
    client_body_temp_path $D/b; proxy_temp_path $D/p; fastcgi_temp_path $D/f; uwsgi_temp_path $D/u; scgi_temp_path $D/s;
    root $D/site;
    server { listen $A:$P; location = /nginx_status { stub_status; } }
    server { listen $A:$P2; location ~ "/[.]|[.](sql|gz|zip|bak|sqlite)$" { return 404; } }
    server { listen $A:$P3; root $D/list; autoindex on; }
    server { listen $A:$P4; location / { try_files $$uri /index.html; } location ~ /[.]env { try_files /index.html =404; } }
    server { listen $A:$P5; max_ranges 0; root $D/huge; }
    server { listen $A:$P6; root $D/php; index index.php;
             location ~ [.]php$ { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $$document_root$$fastcgi_script_name;
                                  fastcgi_param DB_PASSWORD ENVIRONMENT; fastcgi_pass unix:$D/php.sock; } }
}
"""
PHP = "[global]\nerror_log = $D/php.log\ndaemonize = no\n[www]\nlisten = $D/php.sock\npm = static\npm.max_children = 1\n"
APACHE = """
ServerRoot /usr/lib/apache2
Mutex posixsem
PidFile $D/pid
ErrorLog $D/own.log
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule authz_host_module modules/mod_authz_host.so
LoadModule mime_module modules/mod_mime.so
LoadModule dir_module modules/mod_dir.so
LoadModule autoindex_module modules/mod_autoindex.so
LoadModule status_module modules/mod_status.so
LoadModule alias_module modules/mod_alias.so
TypesConfig /dev/null
LogFormat "%{local}p %>s %B %r" asked
CustomLog $D/asked asked
ServerName zoo
Listen $A:$P
Listen $A:$P2
Listen $A:$P3
DocumentRoot $D/site
DirectoryIndex index.html
<Directory $D>
  Require all granted
</Directory>
<VirtualHost *:$P>
  <Location /server-status>
    SetHandler server-status
  </Location>
</VirtualHost>
<VirtualHost *:$P2>
  RedirectMatch 404 "/[.]|[.](sql|gz|zip|bak|sqlite)$"
  <Location /server-status>
    SetHandler server-status
    Require ip 192.0.2.1
  </Location>
</VirtualHost>
<VirtualHost *:$P3>
  DocumentRoot $D/list
  <Directory $D/list>
    Options +Indexes
    IndexOptions FancyIndexing HTMLTable NameWidth=*
  </Directory>
</VirtualHost>
"""
# A site as it is found: what is deployed is the folder that one works in.
SITE = r"""
mkdir -p site list/pub php huge
cd site
printf '# of the shop\nAPP_NAME=Shop\nAPP_KEY=SETTINGS\n' >.env
printf '<?php define("DB_PASSWORD", "PROGRAM");\n' >wp-config.php.bak
echo '<title>Shop</title>' >index.html
git init -q . && git add index.html && git -c user.name=zoo -c user.email=zoo@example.org commit -qm COMMIT
svnadmin create ../repository && svn checkout -q file://$D/repository ../working && cp -r ../working/.svn .
sqlite3 database.sqlite "create table person (name text); insert into person values ('RECORD')"
sqlite3 database.sqlite .dump >db.sql
gzip -k db.sql && tar -czf backup.tar.gz index.html db.sql
python3 -c "import zipfile; zipfile.ZipFile('www.zip', 'w').write('db.sql')"
printf '\000\000\000\001Bud1' >.DS_Store
cp db.sql db.sql.gz ../list/ && echo key >../list/server.key && echo text >../list/readme.txt
echo '<?php echo "<title>PHP</title>";' >../php/index.php
echo '<?php phpinfo();' >../php/phpinfo.php
{ echo '-- MySQL dump 10.13'; head -c HUGE /dev/zero; } >../huge/backup.sql
echo '<title>Huge</title>' >../huge/index.html
"""
for word, value in zip(("SETTINGS", "PROGRAM", "RECORD", "COMMIT", "HUGE"), (SETTINGS, PROGRAM, RECORD, COMMIT, str(HUGE))):
    SITE = SITE.replace(word, value)

VIEWS = tuple(View("web", "identified", port=port) for port in ("P", "P2", "P3", "P4", "P5", "P6"))
SERVERS = (
    Spec("leavings:nginx", "sh -c 'php-fpm8.2 -d expose_php=1 -F -y $D/php.conf & exec nginx -c $D/n.conf -p $D -e stderr'", VIEWS, prepare=SITE,
         files={"n.conf": NGINX.replace("ENVIRONMENT", ENVIRONMENT), "php.conf": PHP}),
    Spec("leavings:apache", "apache2 -D FOREGROUND -f $D/a.conf", VIEWS[:3], prepare=SITE, files={"a.conf": APACHE}),
)
FILES = {"left.git": "/.git/HEAD", "left.env": "/.env", "left.svn": "/.svn/wc.db", "left.folder": "/.DS_Store", "left.settings": "/wp-config.php.bak",
         "left.database": "/database.sqlite", "left.archive": "/www.zip, /backup.tar.gz"}
ALL = FILES | {"left.dump": "/backup.sql, /dump.sql, /db.sql, /db.sql.gz"}
FIRST = {"left.git": "/.git/HEAD", "left.env": "/.env"}
# Server and port: what a stranger finds, and what is found by who asks for all.
EXPECTED = {
    ("nginx", "P"): (FIRST, ALL | {"left.stub": "/nginx_status"}),
    ("nginx", "P2"): ({}, {}),
    ("nginx", "P3"): ({}, {"left.dump": "/db.sql, /db.sql.gz"}),
    ("nginx", "P4"): ({"left.git": "/.git/HEAD"}, {key: value for key, value in ALL.items() if key != "left.env"}),
    ("nginx", "P5"): ({}, {"left.dump": "/backup.sql"}),
    ("nginx", "P6"): ({"left.phpinfo": "/phpinfo.php"}, {"left.phpinfo": "/phpinfo.php"}),
    ("apache", "P"): (FIRST | {"left.status": "/server-status"}, ALL | {"left.status": "/server-status"}),
    ("apache", "P2"): ({}, {}),
    ("apache", "P3"): ({}, {"left.dump": "/db.sql, /db.sql.gz"}),
}
RULES = {"left.git": "left-repository", "left.svn": "left-repository", "left.env": "left-settings", "left.settings": "left-settings",
         "left.dump": "left-dump", "left.database": "left-dump", "left.archive": "left-dump", "left.folder": "left-folder",
         "left.status": "inside-page", "left.stub": "inside-page", "left.phpinfo": "inside-page"}


def dumps(zoo):
    """What the stores' own tools write, of a record that must appear nowhere."""
    found = []
    for name, insert, dump in (
            ("mariadb:open", f"mariadb --no-defaults -u root -S $D/s shop -e \"insert into customer (id, name) values (9999, '{IN_DUMP}')\"",
             "mariadb-dump --no-defaults -u root -S $D/s shop"),
            ("postgresql:open", f"$CLIENT -c \"create table leaving (name text); insert into leaving values ('{IN_DUMP}')\"",
             "/usr/lib/postgresql/15/bin/pg_dump -h $D -p $P -U postgres postgres")):
        box = zoo.box(next(spec for spec in SPECS if spec.name == name))
        box.start()
        box.sh(insert)
        found.append(box.sh(dump) + "\n")
    return found


def ask(ajar, root, name, words, capture=True):
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(root)}
    if capture and "AJAR_CAPTURE_DIR" in os.environ:
        environment.update(AJAR_CAPTURE_DIR=os.environ["AJAR_CAPTURE_DIR"], LD_PRELOAD=os.environ["AJAR_CAPTURE_SO"])
    out = root / name
    out.mkdir()
    done = subprocess.run([ajar, *(word.replace("OUT", str(out)) for word in words)], capture_output=True, timeout=300, cwd=root, env=environment)
    (out / "stdout").write_bytes(done.stdout)
    (out / "stderr").write_bytes(done.stderr)
    return out


def asked(box):
    """port -> the lines of the server's own log, which is then empty."""
    lines = (box.dir / "asked").read_text().splitlines()
    os.truncate(box.dir / "asked", 0)
    ports = {}
    for line in lines:
        if not line.endswith("\"-\"") and re.match(r"\d+ \d+ \d+ [A-Z]+ /", line):  # not what the TLS handshake left there
            ports.setdefault(int(line.split()[0]), []).append(line)
    return ports


def check_silence(tally, label, out):
    for path in sorted(out.rglob("*")):
        if path.is_file():
            held = path.read_bytes()
            tally.add(not any(value.encode() in held for value in VALUES), f"{label}: no value in {path.name}")


def check_sites(tally, label, out, boxes, thorough):
    lines = [json.loads(line) for line in (out / "stdout").read_bytes().splitlines()]
    for (server, port), expected in EXPECTED.items():
        where = f"{boxes[server].address}:{boxes[server].ports[port]}"
        facts = next((line["facts"] for line in lines if line["type"] == "service" and line["endpoint"] == where), {})
        found = {key: value for key, value in facts.items() if key.startswith("left.") and key not in ("left.asked", "left.unasked")
                 and not key.endswith(".bytes")}
        name = f"{label}: {server} {port}"
        tally.add(found == expected[thorough], f"{name} shows what is there", found)
        tally.add("left.unasked" not in facts and "left.asked" in facts, f"{name}: all that was to be asked was", facts)
        rules = {line["rule"] for line in lines if line["type"] == "finding" and line["endpoint"] == where and re.match("left-|inside-", line["rule"])}
        tally.add(rules == {RULES[key] for key in found}, f"{name} has its findings", rules)
        for key, size in facts.items():
            if key.endswith(".bytes") and key.startswith("left."):
                folder = boxes[server].dir / {"P3": "list", "P5": "huge"}.get(port, "site")
                true = sum((folder / path.lstrip("/")).stat().st_size for path in facts[key.removesuffix(".bytes")].split(", "))
                tally.add(size == true, f"{name}: {key} is right", f"{size}, {true}")
    for server in boxes:
        where = f"{boxes[server].address}:{boxes[server].ports['P3']}"
        facts = next((line["facts"] for line in lines if line["type"] == "service" and line["endpoint"] == where), {})
        files = [path for path in (boxes[server].dir / "list").iterdir() if path.is_file()]
        tally.add((facts.get("listing.files"), facts.get("listing.folders")) == (len(files), 1), f"{label}: {server} counts its list", facts)
        tally.add(facts.get("listing.telling") == "1 key, 2 databases and dumps", f"{label}: {server} tells what should not be there", facts)
        size = sum(path.stat().st_size for path in files)
        tally.add(abs(facts.get("listing.bytes", 0) - size) <= 64 * len(files), f"{label}: {server} adds sizes up", (facts.get("listing.bytes"), size))


def check_logs(tally, label, boxes, thorough):
    for server, box in boxes.items():
        for port, lines in asked(box).items():
            place = f"{label}: {server} {port}"
            tally.add(thorough or len(lines) <= REQUESTS_MAX, f"{place} was asked {REQUESTS_MAX} times at most", lines)
            for line in lines:
                _, status, sent, _, path = line.split()[:5]
                if path != "/" and status == "206":
                    tally.add(int(sent) <= 4096, f"{place}: {path} was not fetched", line)
                if path == "/backup.sql" and status == "200":
                    tally.add(int(sent) < HUGE / 2, f"{place}: {path} was broken off", line)


def play(tally, ajar, zoo):
    boxes = {spec.name.split(":")[1]: zoo.box(spec) for spec in SERVERS}
    for box in boxes.values():
        box.start()
    for name, text in zip(("backup.sql", "dump.sql"), dumps(zoo)):
        for box in boxes.values():
            (box.dir / "site" / name).write_text(text)
    places = [f"{boxes[server].address}:{boxes[server].ports[port]}" for server, port in EXPECTED]
    for thorough in (False, True):
        label = "all" if thorough else "a stranger"
        more = ["--leavings"] if thorough else []
        for box in boxes.values():
            os.truncate(box.dir / "asked", 0)
        out = ask(ajar, zoo.root, f"json-{thorough}", ["scan", "--json", *more, "--db", "OUT/store.db", "--transcript", "OUT/transcript", *places])
        check_sites(tally, label, out, boxes, thorough)
        check_logs(tally, label, boxes, thorough)
        check_silence(tally, label, out)
    (zoo.root / "formats").mkdir()
    for name in FORMATS:
        out = ask(ajar, zoo.root, f"formats/{name}", ["scan", "--format", name, "--verbose", "--leavings", "--db", "OUT/store.db", *places])
        tally.add((out / "stdout").stat().st_size > 0, f"{name} says something")
        check_silence(tally, name, out)
    out = ask(ajar, zoo.root, "probe", ["probe", "http", places[0]])
    tally.add(b"not shown" in (out / "stdout").read_bytes() and b"ref: refs" not in (out / "stdout").read_bytes(), "ajar probe hides the answers")
    check_silence(tally, "probe", out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(HERE.parents[1] / "build" / "ajar"))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    tally, zoo = Tally(), Zoo(keep=options.keep)
    try:
        play(tally, os.path.abspath(options.ajar), zoo)
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
