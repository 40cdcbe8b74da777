/* From an observation to traits: which facts count, how values are made comparable, and which of
 * them everybody has. Foreign bytes are only compared and cut, never interpreted further.
 *
 * The lists of stock values need not be complete: what they miss is weighed by how many designs of
 * the scan have it (fleet_alike.c). */
#include <string.h>

#include "base/hex.h"
#include "fleet/fleet_inside.h"

enum {
    HEX_RUN_MIN = 8,
    LETTERS_MIN = 3,
    PLAIN_WORD_MAX = 12,
    MOVED_BY = 10000,
    UUID_LEN = 36,
    VALUE_MAX = 256,
    KEY_TEXT_MAX = 64,
};

/* ---- patterns ---- */

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || c >= 0x80;
}

/* The length of a run of hexadecimal digits, of which at least one is a figure, that stands alone. */
static size_t hex_run(struct span s, size_t from)
{
    size_t n = 0;
    bool figure = false;
    if (from && is_letter(ascii_lower(s.at[from - 1])))
        return 0;
    while (from + n < s.len && hex_is_digit(s.at[from + n]))
        figure |= ascii_is_digit(s.at[from + n++]);
    bool ends = from + n == s.len || !is_letter(ascii_lower(s.at[from + n]));
    return n >= HEX_RUN_MIN && figure && ends ? n : 0;
}

/* 36 bytes in the form of RFC 9562, 4: a name that is made for one thing only. */
static bool is_uuid(struct span s)
{
    for (size_t i = 0; i < UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (i >= s.len || (dash ? s.at[i] != '-' : !hex_is_digit(s.at[i])))
            return false;
    }
    return true;
}

size_t name_pattern(struct span name, char ret[static TRAIT_TEXT_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < name.len && n < TRAIT_TEXT_MAX;) {
        size_t run = is_uuid(span_from(name, i)) ? UUID_LEN : hex_run(name, i);
        while (!run && i + run < name.len && ascii_is_digit(name.at[i + run]))
            run++;
        while (run && i + run < name.len && ascii_is_digit(name.at[i + run]))
            run++;
        if (!run) {
            ret[n++] = (char)ascii_lower(name.at[i++]);
            continue;
        }
        /* 2017.09.08 and 2017-09 are one figure each. */
        bool joined = n >= 2 && ret[n - 2] == '#' && strchr(".-_:", ret[n - 1]);
        if (joined)
            n--;
        else if (!n || ret[n - 1] != '#')
            ret[n++] = '#';
        i += run;
    }
    return n;
}

/* ---- what everybody has ---- */

static bool in_list(const char *const *list, struct span s)
{
    while (*list && !span_is(s, *list))
        list++;
    return *list != NULL;
}

static bool has_any(const char *const *list, struct span s)
{
    while (*list && !span_has(s, *list))
        list++;
    return *list != NULL;
}

/* As patterns, the way products and their usual shippers name them. */
static const char *const STOCK_NAMES[] = {
    "admin", "local", "config", "test", "postgres", "template#", "db#", "default", "information_schema", "mysql",
    "performance_schema", "sys", "system", "public", "postgres.public", "logstash-#", "logstash", "filebeat-#",
    "metricbeat-#", "packetbeat-#", "heartbeat-#", "auditbeat-#", "winlogbeat-#", "apm-#", "ilm-history-#", "_users",
    "_replicator", "_global_changes", "_internal", "telegraf", "zookeeper", "brokers", "controller", "consumers",
    "kafka", "security-auditlog-#", "gettingstarted", "techproducts", "read_me", "read__me_to_recover_data", "readme",
    "prometheus", "loki", "jaeger-span-#", "jaeger-service-#", "kibana_sample_data_ecommerce",
    "kibana_sample_data_flights", "kibana_sample_data_logs", "dump", NULL
};

static const char *const USUAL_NAMES[] = {
    "users", "user", "logs", "log", "log-#", "logs-#", "events", "event", "orders", "order", "products", "product",
    "customers", "customer", "data", "items", "sessions", "session", "metrics", "app", "backup", "dev", "prod",
    "production", "staging", "demo", "index", "my_index", "accounts", "messages", "cache", "jobs", "queue", "tasks",
    "wordpress", "nextcloud", "web", "main", "api", NULL
};

static const char *const STOCK_CLUSTERS[] = {
    "elasticsearch", "docker-cluster", "opensearch", "opensearch-cluster", "my-application", "my-cluster", "es-cluster",
    "es-docker-cluster", "opensearch-docker-cluster", "test cluster", "default", "rs", "rs#", "replset", "replicaset",
    "rabbit@rabbitmq", "rabbit@localhost", "rabbit@rabbit#", "graylog", "quickstart", NULL
};

static const char *const USUAL_CLUSTERS[] = { "prod", "production", "dev", "staging", "test", "logs", "logging", "elk",
                                              "es", "main", "cluster", "cluster#", "search", "data", NULL };

/* Parts of values that say which program answered, not who set it up. */
static const char *const STOCK_VALUES[] = {
    "nginx", "apache", "openresty", "envoy", "caddy", "cloudflare", "jetty", "microsoft-", "gunicorn", "werkzeug",
    "uvicorn", "express", "php/", "asp.net", "traefik", "kestrel", "lighttpd", "tomcat", "awselb", "istio", "varnish",
    "litespeed", "squid", "haproxy", "tengine", "index of /", "welcome to", "it works", "not found", "forbidden",
    "unauthorized", "authorization required", "bad request", "bad gateway", "moved permanently", "temporarily",
    "unavailable", "error", "directory listing", "cowboy", "mochiweb", "simplehttp", "python", "aiohttp", "tornado",
    "restricted", "rabbitmq", "elasticsearch", "kibana", "grafana", "opensearch", "security", "server", "influxdb",
    "couchdb", "prometheus", "clickhouse", "solr", "swagger", "phpmyadmin", "main org.", "localhost", "login",
    "sign in", "ubuntu", "debian", "document", "dashboard", "the apache software foundation", NULL
};

/* Keys that a vendor ships to everybody for trying things out. */
static const char *const STOCK_SUBJECTS[] = { "example.com", "example.org", "acme co", "internet widgits", NULL };
/* Whom a certificate is for that some program made for itself. */
static const char *const USUAL_SUBJECTS[] = { "localhost", "localdomain", "fake certificate", "default cert", NULL };

/* One plain word comes to many minds, two joined to few. */
static bool is_plain_word(struct span pattern)
{
    size_t n = 0;
    while (n < pattern.len && is_letter(pattern.at[n]))
        n++;
    return n == pattern.len && n <= PLAIN_WORD_MAX;
}

static enum trait_class class_of_name(struct span pattern)
{
    if (pattern.at[0] == '.' || pattern.at[0] == '_' || in_list(STOCK_NAMES, pattern))
        return CLASS_STOCK;
    return is_plain_word(pattern) || in_list(USUAL_NAMES, pattern) ? CLASS_USUAL : CLASS_OWN;
}

static enum trait_class class_of_cluster(struct span pattern)
{
    return in_list(STOCK_CLUSTERS, pattern)   ? CLASS_STOCK
           : in_list(USUAL_CLUSTERS, pattern) ? CLASS_USUAL
                                              : CLASS_OWN;
}

/* Whether a pattern says anything: enough letters. */
static bool says_something(struct span pattern)
{
    size_t letters = 0;
    for (size_t i = 0; i < pattern.len; i++)
        letters += is_letter(pattern.at[i]);
    return letters >= LETTERS_MIN;
}

/* ---- one observation ---- */

struct telling {
    void (*each)(void *self, const struct trait_seen *t);
    void *self;
    const struct observation *seen;
};

static void tell(const struct telling *t, enum trait_kind kind, enum trait_class class,
                 const char *slot, struct span text)
{
    struct trait_seen s = { kind, class, 0, span_str(slot), span_first(text, VALUE_MAX) };
    t->each(t->self, &s);
}

/* Names that were chosen answer another question than those that come with the product. */
static void tell_name(const struct telling *t, struct span name)
{
    char text[TRAIT_TEXT_MAX];
    struct span pattern = span_trim(span_of(text, name_pattern(name, text)));
    if (!pattern.len || !says_something(pattern))
        return;
    enum trait_class class = class_of_name(pattern);
    tell(t, TRAIT_NAMES, class, class == CLASS_STOCK ? "stock names" : t->seen->product, pattern);
}

static void tell_cluster(const struct telling *t, struct span name)
{
    char text[TRAIT_TEXT_MAX];
    struct span pattern = span_trim(span_of(text, name_pattern(name, text)));
    if (pattern.len)
        tell(t, TRAIT_CLUSTER, class_of_cluster(pattern), t->seen->product, pattern);
}

/* A certificate that serves many names by design says who runs it, not how it was set up. */
static enum trait_class class_of_certificate(struct span names, struct span subject)
{
    char text[VALUE_MAX * 2];
    size_t n = 0;
    for (size_t i = 0; i < subject.len && n < VALUE_MAX; i++)
        text[n++] = (char)ascii_lower(subject.at[i]);
    for (size_t i = 0; i < names.len && n < sizeof(text); i++)
        text[n++] = (char)ascii_lower(names.at[i]);
    struct span all = span_of(text, n);
    if (has_any(STOCK_SUBJECTS, all))
        return CLASS_STOCK;
    if (has_any(USUAL_SUBJECTS, all))
        return CLASS_USUAL;
    return span_has(all, "*.") ? CLASS_SHARED : CLASS_OWN;
}

static void tell_certificate(const struct telling *t)
{
    struct span key = fact_get_text(t->seen, "cert.spki_sha256");
    struct span subject = fact_get_text(t->seen, "cert.subject"), names = fact_get_text(t->seen, "cert.names");
    enum trait_class class = class_of_certificate(span_first(names, VALUE_MAX * 4), subject);
    struct span all = names, first = span_trim(span_cut(&all, ','));
    if (key.len)
        tell(t, TRAIT_KEY, class, "certificate", span_first(key, KEY_TEXT_MAX));
    if (!first.len)
        first = subject;
    /* A name without a dot is the name of a product or a machine, not of a service. */
    if (class == CLASS_OWN && !span_has(first, "."))
        class = CLASS_USUAL;
    if (first.len)
        tell(t, TRAIT_SUBJECT, class, "certificate", first);
}

static void tell_names(const struct telling *t)
{
    for (size_t i = 0; i < t->seen->collections.len; i++)
        tell_name(t, t->seen->collections.at[i].name);
}

/* Whether an administrator may have chosen the value of a fact: headers, titles, realms, names of
 * machines as patterns, and what only one product states. Other facts say how it answers, who owns
 * it, or what is true of one host only. */
static bool is_chosen(const struct observation *o, const char *key)
{
    static const char *const CHOSEN[] = { "auth.realm", "host", "node", "os", "modules", "broker", NULL };
    size_t product = strlen(o->product);
    return in_list(CHOSEN, span_str(key)) || strncmp(key, "http.", 5) == 0 ||
           (strncmp(key, o->product, product) == 0 && key[product] == '.');
}

/* The same software in another version is no contradiction and no agreement: figures go. */
static void tell_text(const struct telling *t, const struct fact *f)
{
    char text[TRAIT_TEXT_MAX];
    struct span value = f->text;
    /* A redirect to oneself names the address; its path is what was set up. */
    if (strcmp(f->key, "http.location") == 0) {
        size_t scheme = span_find(value, SPAN("://"));
        struct span rest = scheme == SIZE_MAX ? value : span_from(value, scheme + 3);
        value = scheme == SIZE_MAX ? value : span_from(rest, span_index(rest, '/'));
    }
    struct span pattern = span_trim(span_of(text, name_pattern(span_first(value, VALUE_MAX), text)));
    if (!says_something(pattern))
        return;
    enum trait_class class = has_any(STOCK_VALUES, pattern) ? CLASS_STOCK : CLASS_OWN;
    if (class == CLASS_OWN && strncmp(f->key, "http.", 5) != 0 && strcmp(f->key, "auth.realm") != 0)
        class = CLASS_USUAL;
    if (strcmp(f->key, "http.location") == 0 || strcmp(f->key, "os") == 0)
        class = CLASS_STOCK;
    /* Of a product that we know, the header is most often the product's own. */
    bool is_known = t->seen->product && strcmp(t->seen->product, "web") != 0;
    if (class == CLASS_OWN && is_known && strncmp(f->key, "http.", 5) == 0)
        class = CLASS_USUAL;
    tell(t, TRAIT_HEADER, class, f->key, pattern);
}

static void tell_fact(const struct telling *t, const struct fact *f)
{
    if (f->type != FACT_TEXT || !f->text.len)
        return;
    if (strcmp(f->key, "version") == 0)
        tell(t, TRAIT_VERSION, CLASS_STOCK, t->seen->product, span_first(f->text, 64));
    else if (strcmp(f->key, "cluster") == 0)
        tell_cluster(t, f->text);
    else if (strcmp(f->key, "cluster.uuid") == 0 || strcmp(f->key, "cluster.id") == 0)
        tell(t, TRAIT_UUID, CLASS_OWN, t->seen->product, f->text);
    else if (is_chosen(t->seen, f->key))
        tell_text(t, f);
}

/* Ports at which half the world runs something, whatever it is; whoever moves one often adds 10,000. */
static enum trait_class class_of_port(uint16_t port)
{
    static const uint16_t USUAL[] = { 80,   443,  389,   636,   1883,  2181,  2379,  3000,  3306,  5432,  5601,
                                      5672, 5984, 6379,  6380,  7000,  8000,  8080,  8081,  8086,  8123,  8443,
                                      8883, 8888, 8983,  9000,  9090,  9093,  9200,  9201,  9300,  11211, 15672,
                                      16379, 27017, 27018, 27019, 33060, 3307, 5433, 26379, 9091, 9443, 0 };
    uint16_t behind = port > MOVED_BY ? (uint16_t)(port - MOVED_BY) : 0;
    enum trait_class class = CLASS_OWN;
    for (size_t i = 0; USUAL[i] && class != CLASS_STOCK; i++)
        class = USUAL[i] == port ? CLASS_STOCK : USUAL[i] == behind ? CLASS_USUAL : class;
    return class;
}

void traits_of(const struct observation *o, uint16_t port,
               void (*each)(void *self, const struct trait_seen *t), void *self)
{
    struct telling t = { each, self, o };
    if (!o->product || o->kind == KIND_UNKNOWN)
        return;
    if (o->kind == KIND_TLS) {
        tell_certificate(&t);
        return;
    }
    if (o->kind != KIND_WEB)
        tell(&t, TRAIT_PRODUCT, CLASS_STOCK, "product", span_str(o->product));
    if (!o->via) {
        struct trait_seen at = { TRAIT_PORT, class_of_port(port), port, SPAN("port"), span_str(o->product) };
        each(self, &at);
        tell(&t, TRAIT_DRESS, CLASS_STOCK, o->product, o->tls ? SPAN("tls") : SPAN("clear"));
    }
    for (size_t i = 0; i < o->facts.len; i++)
        tell_fact(&t, &o->facts.at[i]);
    tell_names(&t);
}
