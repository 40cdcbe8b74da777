"""nginx: logins over HTTP, lists of files, old TLS; what was left behind on sites, by nginx, Apache and Caddy; and certificates of the stores that can take a new one as they run."""

from case import PASSWORD, SERVER, Case, Step
from common import at, certificate

NGINX = """
rm -f /etc/nginx/sites-enabled/*
mkdir -p /var/www
cat >/etc/nginx/conf.d/shop.conf <<'END'
server {
  listen 80;
  root /var/www;
  MORE
}
END
echo '<title>Shop</title>ada' >/var/www/page.html
"""
NGINX_LOGIN = NGINX.replace("MORE", 'auth_basic "shop"; auth_basic_user_file /etc/nginx/users;') + (
    f"htpasswd -bc /etc/nginx/users app '{PASSWORD}' && chmod 644 /etc/nginx/users")
NGINX_TLS = certificate("/etc/nginx", "root")
NGINX_OLD = NGINX.replace("listen 80;", "listen 443 ssl; ssl_certificate /etc/nginx/cert.pem; ssl_certificate_key /etc/nginx/key.pem;"
                          "\n  ssl_protocols TLSv1 TLSv1.1;\n  ssl_ciphers ALL:@SECLEVEL=0;").replace("MORE", "") + NGINX_TLS
PAGE = "curl -sf OPTIONS SCHEME://ADDRESS/page.html"


def page(scheme="http", options="", address="127.0.0.1"):
    return at(PAGE, address, options=options, scheme=scheme)


# What is left behind: a repository, settings, a dump, and what macOS keeps about a folder.
LEFT = r"""
mkdir -p /var/www
cd /var/www
git init -q .
echo '<title>Shop</title>ada' >page.html
printf 'APP_NAME=Shop\nDB_PASSWORD=made-up\n' >.env
sqlite3 shop.db 'create table person (name text)'
sqlite3 shop.db .dump >backup.sql
printf '\000\000\000\001Bud1' >.DS_Store
rm -f WITHOUT
"""
APACHE = """
rm -f /etc/apache2/sites-enabled/*
cat >/etc/apache2/sites-enabled/shop.conf <<'END'
<VirtualHost *:80>
  DocumentRoot /var/www
  <Directory /var/www>
    Require all granted
  </Directory>
  <Location /server-status>
    SetHandler server-status
    Require all granted
  </Location>
</VirtualHost>
END
"""
CADDY = """
cat >/etc/caddy/Caddyfile <<'END'
{
	admin localhost:2019
}

:8080 {
	root * /var/www
	file_server
}
END
"""
SETTINGS = f"curl -sf http://{SERVER}/.env && echo ada"

BY_CA = "--cacert /etc/nginx/ca.pem"

def left(*rules, address="127.0.0.1"):
    return tuple(Step(rule, "web", "identified", page(address=address)) for rule in rules)


# Each begins with a certificate that ran out in 2018, and gets the good one of the same authority.
EXPIRED = """
install -d FOLDER
install -o OWNER -m 644 /run/certs/expired.pem FOLDER/cert.pem
install -o OWNER -m 600 /run/certs/expired.key FOLDER/key.pem
install -m 644 /run/certs/ca.pem FOLDER/ca.pem
"""
NEW = """
install -o OWNER -m 644 /run/certs/good.pem PLACE
install -o OWNER -m 600 /run/certs/good.key KEYPLACE
"""


def expired(folder, owner):
    return EXPIRED.replace("FOLDER", folder).replace("OWNER", owner)


def new(certificate, key, owner):
    return NEW.replace("KEYPLACE", key).replace("PLACE", certificate).replace("OWNER", owner)


RULE = "certificate-expired"
REDIS = f"redis-cli -h {SERVER} --tls --cacert /etc/redis/ca.pem -a '{PASSWORD}' --no-auth-warning get name"
REDIS_OPEN = expired("/etc/redis", "redis") + f"""
sed -i 's/^bind .*/bind 0.0.0.0/; s/^port .*/port 0/' /etc/redis/redis.conf
printf '%s\\n' 'tls-port 6379' 'tls-cert-file /etc/redis/cert.pem' 'tls-key-file /etc/redis/key.pem' \\
  'tls-ca-cert-file /etc/redis/ca.pem' 'tls-auth-clients no' 'requirepass {PASSWORD}' >>/etc/redis/redis.conf
"""
PG_SSL = f"PGSSLMODE=verify-full PGSSLROOTCERT=/run/certs/ca.pem PGPASSWORD='{PASSWORD}' psql -At -h localhost -U app postgres -c 'select 1234'"
PG_OPEN = expired("/etc/postgresql", "postgres") + """
cd /etc/postgresql/15/main
sed -i 's/^ssl/#ssl/' postgresql.conf
printf '%s\\n' "listen_addresses = '*'" 'ssl = on' "ssl_cert_file = '/etc/postgresql/cert.pem'" "ssl_key_file = '/etc/postgresql/key.pem'" >>postgresql.conf
printf '%s\\n' 'local all postgres peer' 'hostssl all all all scram-sha-256' >pg_hba.conf
"""
MARIADB_OPEN = expired("/etc/mysql", "mysql") + """
cat >/etc/mysql/mariadb.conf.d/90-tls.cnf <<'END'
[mariadbd]
bind_address = 0.0.0.0
ssl_cert = /etc/mysql/cert.pem
ssl_key = /etc/mysql/key.pem
ssl_ca = /etc/mysql/ca.pem
END
"""
MARIADB = (f"mariadb -h {SERVER} -u app -p'{PASSWORD}' --ssl --ssl-ca=/etc/mysql/ca.pem --ssl-verify-server-cert -N"
           " -e \"select 'ada'\" | grep -q ada && mariadb -N -e 'select name from shop.person'")

CASES = (
    Case("nginx-login", ("nginx",), (80,), open=NGINX_LOGIN, seed="", holds="ada", owner=page(options=f"-u app:{PASSWORD}"),
         steps=(Step("login-in-plain-text", "web", "identified", needs=NGINX_TLS, severity="medium",
                     owner=page("https", f"{BY_CA} -u app:{PASSWORD}", f"{SERVER}:80")),)),
    Case("nginx-listing", ("nginx",), (80,), open=NGINX.replace("MORE", "autoindex on;") + "touch /var/www/shop.sql", seed="", holds="ada", owner=page(),
         stranger=f"curl -sf http://{SERVER}/ | grep -q page.html && echo ada",
         steps=(Step("directory-listing", "web", "identified", page(), severity="medium"),)),
    Case("nginx-left", ("nginx",), (80,), open=NGINX.replace("MORE", "") + LEFT.replace("WITHOUT", "-r .git"), seed="", holds="ada",
         owner=page(), stranger=SETTINGS, steps=left("left-settings", "left-dump", "left-folder")),
    Case("apache-left", ("apache2",), (80,), open=APACHE + LEFT.replace("WITHOUT", ".DS_Store"), seed="", holds="ada", owner=page(),
         stranger=SETTINGS, steps=left("left-settings", "left-dump", "left-repository")),
    Case("apache-status", ("apache2",), (80,), open=APACHE + LEFT.replace("WITHOUT", "-r .git .DS_Store .env backup.sql"), seed="", holds="ada",
         owner=page(), stranger=f"curl -sf http://{SERVER}/server-status?auto && echo ada", steps=left("inside-page")),
    Case("caddy-left", ("caddy",), (8080,), open=CADDY + LEFT.replace("WITHOUT", ".DS_Store"), seed="", holds="ada",
         owner=page(address="127.0.0.1:8080"), stranger=SETTINGS.replace("/.env", ":8080/.env"),
         steps=left("left-settings", "left-dump", "left-repository", address="127.0.0.1:8080")),
    Case("nginx-old-tls", ("nginx",), (443,), open=NGINX_OLD, seed="", holds="ada",
         owner=page("https", f"{BY_CA} --tls-max 1.1 --ciphers DEFAULT:@SECLEVEL=0", SERVER),
         steps=(Step("tls-obsolete", "web", "identified", page("https", f"{BY_CA} --tlsv1.2", SERVER), of_certificate=True),)),
    Case("redis-certificate", ("redis-server",), (6379,), open=REDIS_OPEN, holds="ada",
         seed=REDIS.replace("--cacert /etc/redis/ca.pem", "--insecure").replace("get name", "set name ada"),
         owner=REDIS.replace("--cacert /etc/redis/ca.pem", "--insecure"),
         steps=(Step(RULE, "redis", "locked", REDIS, of_certificate=True, before=f"export REDISCLI_AUTH='{PASSWORD}'",
                     needs=new("/etc/redis/new-cert.pem", "/etc/redis/new-key.pem", "redis")),)),
    Case("postgresql-certificate", ("postgresql@15-main",), (5432,), open=PG_OPEN, holds="1234",
         ready="runuser -u postgres -- psql -c 'select 1'",
         seed=f"""runuser -u postgres -- psql -qc "create role app login password '{PASSWORD}'" """,
         owner=PG_SSL.replace("verify-full PGSSLROOTCERT=/run/certs/ca.pem", "require"),
         steps=(Step(RULE, "postgresql", "locked", PG_SSL, of_certificate=True,
                     needs="cp /run/certs/good.pem /root/new-cert.pem; cp /run/certs/good.key /root/new-key.pem"),)),
    Case("mariadb-certificate", ("mariadb",), (3306,), open=MARIADB_OPEN, holds="ada", ready="mariadb -e 'select 1'",
         seed=f"""mariadb -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
create user app@'%' identified by '{PASSWORD}'" """, owner="mariadb -N -e 'select name from shop.person'",
         steps=(Step(RULE, "mariadb", "locked", MARIADB, of_certificate=True,
                     needs=new("/etc/mysql/cert.pem", "/etc/mysql/key.pem", "mysql")),)),
)

# One server with a certificate of each bad kind; the owner signs with the authority that the clients know, and reloads.
BAD = {"certificate-expired": 8441, "certificate-self-signed": 8442, "certificate-name-mismatch": 8443,
       "certificate-long-life": 8444, "certificate-weak-key": 8445, "certificate-weak-signature": 8446, "certificate-demo": 8447,
       "certificate-not-yet-valid": 8448, "certificate-expiring": 8449}
BAD_CERTIFICATES = """
cd /run/certs
made() { # port, common name, key, digest, options of openssl ca
  openssl req -new -newkey rsa:$3 -nodes -subj "/CN=$2" -addext subjectAltName=IP:${san:-10.77.0.2} -keyout $1.key -out $1.csr 2>/dev/null
  port=$1 digest=$4; shift 4
  openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -md $digest -in $port.csr -out $port.pem "$@" 2>/dev/null
}
day() { date -u -d "$1 days" +%y%m%d000000Z; }
made 8441 shop 2048 sha256 -startdate 170901000000Z -enddate 180901000000Z
cp self.pem 8442.pem; cp self.key 8442.key; 
san=10.77.0.99; made 8443 shop 2048 sha256; san=
made 8444 shop 2048 sha256 -startdate "$(day -1)" -enddate "$(day 4000)"
made 8445 shop 1024 sha256
made 8446 shop 2048 sha1
made 8447 snakeoil 2048 sha256
made 8448 shop 2048 sha256 -startdate "$(day 30)" -enddate "$(day 90)"
made 8449 shop 2048 sha256 -startdate "$(day -85)" -enddate "$(day 5)"
cp ca.pem /root/ca.pem; cp ca.key /root/ca-key.pem
for port in 8441 8442 8443 8444 8445 8446 8447 8448 8449; do
  install -m 600 $port.key /etc/nginx/$port.key; install $port.pem /etc/nginx/$port.pem
  echo "server { listen $port ssl; ssl_certificate /etc/nginx/$port.pem; ssl_certificate_key /etc/nginx/$port.key;
    ssl_ciphers ALL:@SECLEVEL=0; root /var/www; }"
done >/etc/nginx/conf.d/bad.conf
"""


def signed(port):
    return f"""
install -m 600 /root/new-key.pem /etc/nginx/{port}.key
install /root/new-cert.pem /etc/nginx/{port}.pem
systemctl reload nginx
"""


def checked(port, name):
    """The page, by a client that checks the certificate."""
    return page("https", f"--cacert /root/ca.pem --resolve {name}:{port}:{SERVER}", f"{name}:{port}")


CASES += (
    Case("certificates", ("nginx",), tuple(BAD.values()), open=NGINX.replace("MORE", "") + BAD_CERTIFICATES, seed="", holds="ada",
         owner=page(),
         steps=tuple(Step(rule, "web", "identified", checked(port, SERVER if rule == "certificate-name-mismatch" else "NAME"),
                          port=port, of_certificate=True, behind=signed(port)) for rule, port in BAD.items())),
)

REDIS_OLD = REDIS_OPEN.replace("expired", "good").replace("'tls-auth-clients no'", "'tls-auth-clients no' 'tls-protocols \"TLSv1.1\"'"
                                                          " 'tls-ciphers DEFAULT:@SECLEVEL=0'")
PG_OLD = PG_OPEN.replace("expired", "good").replace("'ssl = on'", "'ssl = on' \"ssl_min_protocol_version = 'TLSv1'\""
                                                    " \"ssl_max_protocol_version = 'TLSv1.1'\" \"ssl_ciphers = 'DEFAULT:@SECLEVEL=0'\"")
MARIADB_OLD = MARIADB_OPEN.replace("expired", "good").replace("bind_address", "tls_version = TLSv1.1\nssl_cipher = DEFAULT:@SECLEVEL=0\nbind_address")
# What redis-cli needs to speak to a server as old as that.
OLD_CLIENT = """cat >/root/old.cnf <<'END'
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = old
[old]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
END
"""
OBSOLETE = "tls-obsolete"

CASES += (
    Case("redis-old-tls", ("redis-server",), (6379,), open=REDIS_OLD, seed="", holds="ada", owner="echo ada",
         steps=(Step(OBSOLETE, "redis", "locked", REDIS.replace("get name", "echo ada"), of_certificate=True,
                     before=f"export REDISCLI_AUTH='{PASSWORD}' OPENSSL_CONF=/root/old.cnf", needs=OLD_CLIENT),)),
    Case("postgresql-old-tls", ("postgresql@15-main",), (5432,), open=PG_OLD, holds="1234",
         ready="runuser -u postgres -- psql -c 'select 1'", owner="echo 1234",
         seed=f"""runuser -u postgres -- psql -qc "create role app login password '{PASSWORD}'" """,
         steps=(Step(OBSOLETE, "postgresql", "locked", PG_SSL, of_certificate=True),)),
    Case("mariadb-old-tls", ("mariadb",), (3306,), open=MARIADB_OLD, holds="ada", ready="mariadb --skip-ssl -e 'select 1'",
         seed=f"""mariadb --skip-ssl -e "create database shop; create table shop.person (name text); insert into shop.person values ('ada');
create user app@'%' identified by '{PASSWORD}'" """, owner="mariadb --skip-ssl -N -e 'select name from shop.person'",
         steps=(Step(OBSOLETE, "mariadb", "locked", MARIADB, of_certificate=True),)),
)
