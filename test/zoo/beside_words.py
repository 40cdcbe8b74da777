"""How what nmap says is read: in its favour, where one could argue."""

import re

# What a product is called there, beside its own name with or without a hyphen.
CALLED = {
    "postgresql": "postgres", "mariadb": "mysql", "pgbouncer": "postgres|pgbouncer", "clickhouse": "clickhouse", "ldap": "ldap", "samba": "samba|microsoft-ds|netbios-ssn",
    "smb": "samba|microsoft-ds|netbios-ssn", "valkey": "redis|valkey", "redis-sentinel": "redis|sentinel", "mosquitto": "mqtt|mosquitto", "etcd": "etcd", "vsftpd": "vsftpd|ftp",
    "ftp": "ftp", "dovecot": "dovecot|imap|pop3", "openssh": "openssh|ssh", "x11": "x11", "vnc": "vnc", "jdwp": "jdwp|java debug", "rmi-registry": "java-rmi|rmi",
    "rdp": "ms-wbt|xrdp|rdp", "socks": "socks", "squid": "squid", "tinyproxy": "tinyproxy", "http-proxy": "proxy", "stomp": "stomp|activemq", "activemq": "activemq|openwire",
    "git-daemon": r"\bgit\b", "svnserve": "svn|subversion", "zabbix-agent": "zabbix", "fastcgi": "fastcgi|php-fpm", "docker-registry": "docker.registry|registry", "docker": "docker",
    "s3": r"\bs3\b|amazons3", "minio": "minio", "hdfs": "hdfs|hadoop", "hadoop-yarn": "yarn|hadoop", "hdfs-datanode": "datanode|hadoop", "hdfs-journalnode": "journalnode|hadoop",
    "yarn-nodemanager": "nodemanager|hadoop|yarn", "mapreduce-history": "history|hadoop", "nats-monitor": "nats", "nsqd": "nsq", "nsq": "nsq", "nsqadmin": "nsq", "memcached": "memcache",
    "mongo-express": "mongo.express", "redis-commander": "redis.commander", "haproxy-stats": "haproxy", "monit": "monit", "fhir": "fhir", "azure-blob": "azure|azurite",
    "ipfs": "ipfs|kubo", "opensearch": "opensearch", "ferretdb": "mongodb|ferret", "pouchdb": "pouchdb|couchdb", "galera": "galera", "mqtt": "mqtt", "kafka": "kafka",
    "caddy-admin": "caddy", "chroma": "chroma", "nfs": r"\bnfs", "mountd": "mountd", "rpcbind": "rpcbind", "varnish": "varnish", "iscsi": "iscsi", "telnet": "telnet",
    "munin-node": "munin", "web": "http", "tls-service": "ssl|tls", "unknown": ".", "derby": "derby|drda", "jupyter": "jupyter", "druid-monitor": "druid", "rocketmq": "rocketmq",
}
# Names that say how one speaks, or what carries an application, and no application: no wrong name, but no name either.
GENERIC = re.compile(
    r"^(https?|http-alt|http-proxy|ssl|tcpwrapped|unknown|rpc|java-object|$)|nginx|apache httpd|jetty|node\.js|express|golang|werkzeug|uvicorn|gunicorn|tornado|simplehttp|"
    r"aiohttp|wsgi|netty|tomcat|coyote|lighttpd|twisted|cheroot|waitress|kestrel|cherrypy|undertow|python|bottle|cowboy|mochiweb|java|ruby|thin|mongrel|caddy", re.I)
# Scripts whose words show what only a visitor inside is shown.
OPEN = {
    "redis-info": "Version", "mongodb-databases": "databases|totalSize", "mongodb-info": "connections", "memcached-info": "Total connections|Uptime", "mysql-empty-password": "empty password",
    "cassandra-info": "Version", "couchdb-databases": "=", "couchdb-stats": "=", "riak-http-info": ":", "rsync-list-modules": r"\S", "nfs-ls": r"\S", "nfs-showmount": r"\S",
    "nfs-statfs": r"\S", "smb-enum-shares": r"Anonymous access: (READ|WRITE)", "smb-ls": r"Volume", "x11-access": "granted", "vnc-info": "None", "ftp-anon": "allowed",
    "hadoop-namenode-info": ":", "hadoop-datanode-info": ":", "hadoop-jobtracker-info": ":", "hadoop-tasktracker-info": ":", "hbase-master-info": ":", "hbase-region-info": ":",
    "docker-version": "Version", "jdwp-version": "JVM|Java", "jdwp-info": "Available", "ldap-search": r"\bdn:", "mqtt-subscribe": "Topics", "iscsi-info": "NOT required", "gearman": ".",
    "http-open-proxy": "open proxy", "socks-open-proxy": "open", "tftp-enum": r"\S", "cups-info": r"\S", "membase-http-info": ":", "nbd-info": "Size|Exported", "rmi-dumpregistry": r"\S",
    "dicom-ping": "Called AET|Success", "voldemort-info": r"\S", "hnap-info": r"\S", "svn-brute": "^$", "couchbase-info": ":", "clickhouse": ".", "weblogic-t3-info": "^$",
}


def is_named(product, text):
    words = CALLED.get(product) or re.escape(product).replace(r"\-", "[- _]?")
    return bool(re.search(words, text, re.I))


def said_other(service):
    """Whether it names an application, and not only how one speaks with it."""
    name, _, product = service.partition(" ")
    return not GENERIC.search(product or name) and not (GENERIC.match(name) and not product)


def said_open(scripts):
    return any(re.search(OPEN[name], output) and "ERROR" not in output for name, output in scripts.items() if name in OPEN)
