/* See simulate.h. */
#include "simulate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMES_MAX = 12,
    PORTS_MAX = 6,
    TEXT_MAX = 80,
    ARENA_BYTES = 4 << 20,
    VERSIONS = 6,
};

/* ---- what there is ---- */

struct sim_product {
    const char *name;
    enum kind kind;
    uint16_t port;
    const char *versions[VERSIONS]; /* most common first */
    const char *stock_cluster;      /* NULL: it has no such name */
    const char *stock_names[3];
    bool http; /* may be inside TLS and states a realm */
};

static const struct sim_product PRODUCTS[] = {
    { "elasticsearch", KIND_STORE, 9200, { "7.17.9", "8.11.3", "5.5.3", "6.8.23", "7.10.2", "2.4.6" }, "elasticsearch",
      { ".kibana_1", ".geoip_databases", ".tasks" }, true },
    { "kibana", KIND_DASHBOARD, 5601, { "7.17.9", "8.11.3", "5.5.3", "6.8.23", "7.10.2", "4.6.6" }, NULL, { NULL }, true },
    { "opensearch", KIND_STORE, 9200, { "2.11.0", "1.3.13", "2.4.1", "2.18.0", "1.2.4", "2.7.0" }, "docker-cluster",
      { ".opendistro_security", ".plugins-ml-config", "security-auditlog-2024.01.02" }, true },
    { "redis", KIND_STORE, 6379, { "7.0.15", "6.2.6", "7.2.4", "5.0.7", "4.0.9", "6.0.16" }, NULL, { "db0", NULL, NULL }, false },
    { "mongodb", KIND_STORE, 27017, { "4.4.29", "6.0.14", "3.6.8", "5.0.5", "7.0.5", "4.2.24" }, "rs0",
      { "admin", "local", "config" }, false },
    { "postgresql", KIND_STORE, 5432, { "15.6", "14.11", "13.4", "12.18", "16.2", "9.6.24" }, NULL, { "postgres", NULL, NULL }, false },
    { "mysql", KIND_STORE, 3306, { "8.0.36", "5.7.44", "10.5.23", "8.0.28", "5.5.62", "10.11.6" }, NULL,
      { "mysql", "sys", "information_schema" }, false },
    { "clickhouse", KIND_STORE, 8123, { "23.8.9", "22.3.15", "24.1.2", "21.8.10", "20.8.2", "23.3.1" }, NULL,
      { "system", "default", NULL }, true },
    { "rabbitmq", KIND_QUEUE, 15672, { "3.12.12", "3.8.9", "3.11.5", "3.9.13", "3.6.10", "3.13.0" }, "rabbit@rabbitmq", { NULL }, true },
    { "grafana", KIND_DASHBOARD, 3000, { "10.2.0", "9.5.3", "8.5.27", "7.5.17", "11.0.0", "6.7.4" }, NULL, { NULL }, true },
    { "prometheus", KIND_MONITOR, 9090, { "2.42.0", "2.45.3", "2.37.0", "2.50.1", "2.26.0", "2.30.3" }, NULL, { NULL }, true },
    { "couchdb", KIND_STORE, 5984, { "3.3.3", "3.1.1", "2.3.1", "1.6.1", "3.2.2", "3.0.0" }, NULL, { "_users", "_replicator", NULL }, true },
    { "solr", KIND_STORE, 8983, { "8.11.2", "9.4.0", "7.7.3", "6.6.6", "8.4.1", "5.5.5" }, NULL, { "gettingstarted", NULL, NULL }, true },
    { "influxdb", KIND_STORE, 8086, { "1.8.10", "2.7.5", "1.7.11", "2.6.1", "1.6.4", "2.0.9" }, NULL, { "_internal", NULL, NULL }, true },
    { "memcached", KIND_STORE, 11211, { "1.6.18", "1.5.22", "1.6.9", "1.4.15", "1.6.22", "1.5.6" }, NULL, { NULL }, false },
};

enum { ES, KIBANA, OPENSEARCH, REDIS, MONGO, POSTGRES, MYSQL, CLICKHOUSE, RABBIT, GRAFANA, PROMETHEUS, COUCH, SOLR,
       INFLUX, MEMCACHED };

/* What is put together on one machine; -1 ends it. */
static const int STACKS[2][14][4] = {
    { { ES, KIBANA, -1 }, { ES, KIBANA, -1 }, { ES, -1 }, { MONGO, -1 }, { MONGO, REDIS, -1 }, { REDIS, -1 },
      { POSTGRES, -1 }, { POSTGRES, REDIS, -1 }, { MYSQL, -1 }, { MYSQL, REDIS, -1 }, { PROMETHEUS, GRAFANA, -1 },
      { RABBIT, REDIS, -1 }, { CLICKHOUSE, GRAFANA, -1 }, { COUCH, -1 } },
    { { OPENSEARCH, GRAFANA, -1 }, { ES, KIBANA, REDIS, -1 }, { SOLR, POSTGRES, -1 }, { INFLUX, GRAFANA, -1 },
      { MONGO, -1 }, { MONGO, RABBIT, -1 }, { MYSQL, MEMCACHED, -1 }, { POSTGRES, -1 }, { COUCH, -1 }, { ES, -1 },
      { MYSQL, -1 }, { CLICKHOUSE, -1 }, { INFLUX, -1 }, { SOLR, -1 } },
};

static const char *const THINGS[] = { "orders",  "users",    "payments", "events",  "invoices", "tickets", "sensors",
                                      "profiles", "patients", "cases",    "address", "billing",  "audit",   "shipments",
                                      "devices", "claims",   "members",  "visits",  "messages", "inventory" };

/* Software that unrelated people install, with the names that it gives its data. */
static const char *const APPLICATIONS[2][3][5] = {
    { { "wazuh-alerts-4.x-2024.03.01", "wazuh-monitoring-2024.9w", "wazuh-statistics-2024.9w", NULL },
      { "graylog_0", "graylog_1", "gl-events_0", "gl-system-events_0", NULL },
      { "nextcloud.oc_files", "nextcloud.oc_users", "nextcloud.oc_share", NULL } },
    { { "wordpress.wp_posts", "wordpress.wp_users", "wordpress.wp_options", NULL },
      { "skywalking_metrics-all-20240301", "skywalking_records-all-20240301", "skywalking_ui_template", NULL },
      { "zammad_production", "zammad_production_ticket", NULL } },
};

[[gnu::format(printf, 2, 3)]] static void say(char text[static TEXT_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(text, TEXT_MAX, format, args);
    va_end(args);
}

/* ---- habits ---- */

struct habits {
    /* Of designs, in percent. */
    int key_shared, key_per_host; /* the rest: no TLS */
    int wildcard, proxy_in_front, own_header, own_cluster, own_names, application, moved_port;
    /* Of members. */
    int upgraded, one_more_port, rotated, rotated_to_one, renamed, locked, half, empty;
    /* Of all deployments. */
    int alone, stock;
    int size_spread; /* 1: about equal; 3: few large, many small */
};

static const struct habits HABITS[] = {
    [WORLD_USUAL] = { .key_shared = 55, .key_per_host = 25, .wildcard = 12, .proxy_in_front = 45, .own_header = 55,
                      .own_cluster = 60, .own_names = 80, .application = 10, .moved_port = 25, .upgraded = 15,
                      .one_more_port = 8, .rotated = 6, .rotated_to_one = 50, .renamed = 15, .locked = 8, .half = 7,
                      .empty = 3, .alone = 15, .stock = 15, .size_spread = 2 },
    [WORLD_OTHER] = { .key_shared = 40, .key_per_host = 35, .wildcard = 20, .proxy_in_front = 30, .own_header = 65,
                      .own_cluster = 45, .own_names = 85, .application = 15, .moved_port = 35, .upgraded = 30,
                      .one_more_port = 15, .rotated = 12, .rotated_to_one = 75, .renamed = 30, .locked = 10, .half = 10,
                      .empty = 3, .alone = 22, .stock = 18, .size_spread = 3 },
};

struct sim_service {
    int product;
    uint16_t port;
    int version;
    char cluster[TEXT_MAX]; /* "" = stock */
    char names[NAMES_MAX][TEXT_MAX];
    size_t name_count;
    bool bought; /* the names are those of an application that others have too */
};

enum key_habit { KEY_NONE, KEY_SHARED, KEY_PER_HOST, KEY_WILDCARD };

struct sim_design {
    struct sim_service services[PORTS_MAX];
    size_t count;
    enum key_habit key;
    uint64_t key_id, next_key_id; /* the one that replaces it */
    char subject[TEXT_MAX];
    bool front; /* a web server at 443 in front of it */
    char server[TEXT_MAX], title[TEXT_MAX], realm[TEXT_MAX], host[TEXT_MAX];
    bool twin; /* of another design that differs in its key alone */
    size_t wanted, made;
};

struct simulation {
    const struct sim_plan *plan;
    const struct habits *habits;
    struct random random;
    struct sim_design *designs;
    uint64_t organisation_key[2], demo_key;
    uint32_t next_address;
};

static size_t pick(struct random *r, size_t n)
{
    return (size_t)random_below(r, n);
}

static bool percent(struct random *r, int p)
{
    return random_below(r, 100) < (uint64_t)p;
}

/* Common ones first: each next one is about half as likely. */
static int pick_version(struct random *r)
{
    int v = 0;
    while (v < VERSIONS - 1 && percent(r, 60))
        v++;
    return v;
}

static void word(struct random *r, char text[static TEXT_MAX])
{
    static const char *const HEAD[] = { "ke", "bri", "sto", "mal", "ven", "tor", "qui", "zar", "lum", "fen", "dra", "pol" };
    static const char *const TAIL[] = { "sto", "mar", "lix", "dan", "vo", "ra", "net", "bit", "go", "nex", "ta", "ris" };
    const char *head = HEAD[pick(r, 12)], *middle = TAIL[pick(r, 12)], *tail = TAIL[pick(r, 12)];
    say(text, "%s%s%s%s", head, middle, tail, pick(r, 2) ? TAIL[pick(r, 12)] : "");
}

/* ---- designs ---- */

static void name_of(struct random *r, enum sim_world world, const char *project, char out[static TEXT_MAX])
{
    const char *thing = THINGS[pick(r, sizeof(THINGS) / sizeof(*THINGS))];
    int month = 1 + (int)pick(r, 12), day = 1 + (int)pick(r, 28);
    switch (pick(r, world == WORLD_USUAL ? 5 : 6)) {
    case 0:
        say(out, "%s-%s-2024.%02d.%02d", project, thing, month, day);
        break;
    case 1:
        say(out, "%s_%s", project, thing);
        break;
    case 2:
        say(out, "%s_%s_v%d", thing, project, 1 + (int)pick(r, 4));
        break;
    case 3: /* a word that everybody uses */
        say(out, "%s", thing);
        break;
    case 4:
        say(out, "%s.%s%d", project, thing, (int)pick(r, 10));
        break;
    default:
        say(out, "t%04d_%s_%s", (int)pick(r, 10000), project, thing);
        break;
    }
}

static void draw_names(struct simulation *s, struct sim_service *v, const char *project)
{
    struct random *r = &s->random;
    const struct sim_product *p = &PRODUCTS[v->product];
    if (p->kind != KIND_STORE || v->product == REDIS || v->product == MEMCACHED)
        return;
    if (percent(r, s->habits->application)) {
        const char *const *names = APPLICATIONS[s->plan->world][pick(r, 3)];
        for (size_t i = 0; names[i]; i++)
            say(v->names[v->name_count++], "%s", names[i]);
        v->bought = true;
        return;
    }
    size_t n = 2 + pick(r, 7);
    bool own = percent(r, s->habits->own_names);
    for (size_t i = 0; i < n; i++) {
        if (own)
            name_of(r, s->plan->world, project, v->names[v->name_count++]);
        else
            say(v->names[v->name_count++], "%s", THINGS[pick(r, 20)]);
    }
}

static void draw_service(struct simulation *s, struct sim_service *v, int product, int version, const char *project)
{
    struct random *r = &s->random;
    const struct sim_product *p = &PRODUCTS[product];
    *v = (struct sim_service){ .product = product, .port = p->port, .version = version };
    if (percent(r, s->habits->moved_port))
        v->port = (uint16_t)(pick(r, 2) ? p->port + 10000 : 20000 + (int)pick(r, 9000));
    if (p->stock_cluster && percent(r, s->habits->own_cluster))
        say(v->cluster, pick(r, 2) ? "%s-prod" : "cluster-%s", project);
    draw_names(s, v, project);
}

static void draw_key(struct simulation *s, struct sim_design *d, const char *project)
{
    static const char *const PLAIN[] = { "CN=server", "CN=elastic", "CN=localhost", "O=Internal IT,CN=appliance" };
    struct random *r = &s->random;
    int dice = (int)pick(r, 100);
    d->key = percent(r, s->habits->wildcard)                             ? KEY_WILDCARD
             : dice < s->habits->key_shared                              ? KEY_SHARED
             : dice < s->habits->key_shared + s->habits->key_per_host    ? KEY_PER_HOST
                                                                         : KEY_NONE;
    d->key_id = random_next(r);
    d->next_key_id = random_next(r);
    if (d->key == KEY_WILDCARD)
        d->key_id = s->organisation_key[pick(r, 2)];
    if (d->key == KEY_SHARED && percent(r, 40))
        say(d->subject, "%s", PLAIN[pick(r, 4)]);
    else
        say(d->subject, "%s.corp.test", project);
}

static void draw_front(struct simulation *s, struct sim_design *d, const char *project)
{
    static const char *const SERVERS[] = { "nginx/1.18.0", "nginx", "Apache/2.4.52 (Ubuntu)", "openresty/1.21.4.1" };
    struct random *r = &s->random;
    d->front = percent(r, s->habits->proxy_in_front);
    say(d->server, "%s", percent(r, 20) ? "corp-edge" : SERVERS[pick(r, 4)]);
    say(d->title, "Welcome to nginx!");
    if (percent(r, s->habits->own_header))
        say(d->title, "%s portal", project);
    if (percent(r, s->habits->own_header / 3))
        say(d->realm, "%s ops", project);
    if (percent(r, s->habits->own_header / 2))
        say(d->host, "%s-node", project);
}

static bool speaks_tls(int product)
{
    return PRODUCTS[product].http || product == POSTGRES || product == MONGO;
}

static bool shows_key(const struct sim_design *d)
{
    bool shows = d->front;
    for (size_t i = 0; i < d->count; i++)
        shows |= speaks_tls(d->services[i].product);
    return shows;
}

/* Whether anything that can be seen was chosen: else it is a stock installation, and no design. */
static bool is_own(const struct sim_design *d)
{
    bool own = (d->key == KEY_SHARED && shows_key(d)) || (d->front && (d->realm[0] || strstr(d->title, "portal")));
    for (size_t i = 0; i < d->count; i++)
        own |= d->services[i].cluster[0] || (d->services[i].name_count > 2 && !d->services[i].bought);
    return own;
}

static void draw_design(struct simulation *s, struct sim_design *d)
{
    char project[TEXT_MAX];
    struct random *r = &s->random;
    do {
        *d = (struct sim_design){ 0 };
        word(r, project);
        const int *stack = STACKS[s->plan->world][pick(r, 14)];
        int version = pick_version(r);
        for (size_t i = 0; i < 4 && stack[i] >= 0; i++)
            draw_service(s, &d->services[d->count++], stack[i], stack[i] == KIBANA ? version : (version = pick_version(r)),
                         project);
        draw_key(s, d, project);
        draw_front(s, d, project);
    } while (!is_own(d));
}

/* The same image given out twice with a key of its own for each; or the same product and version
 * for another team. */
static void draw_relatives(struct simulation *s)
{
    struct sim_design *d = s->designs;
    size_t n = s->plan->designs;
    for (size_t i = 0; i + 1 < n; i += 8) {
        while (!shows_key(&d[i]))
            draw_design(s, &d[i]);
        d[i].key = KEY_SHARED;
        d[i].key_id = random_next(&s->random);
        d[i].twin = true;
        /* Not for the same host name: two keys for one name are one certificate being replaced. */
        say(d[i].subject, "O=Internal IT,CN=appliance");
        d[i + 1] = d[i];
        d[i + 1].key_id = random_next(&s->random);
        d[i + 1].next_key_id = random_next(&s->random);
    }
    for (size_t i = 3; i + 1 < n; i += 8) {
        struct sim_design other;
        draw_design(s, &other);
        for (size_t k = 0; k < 50 && other.services[0].product != d[i].services[0].product; k++)
            draw_design(s, &other);
        other.services[0].version = d[i].services[0].version;
        d[i + 1] = other;
    }
}

static void share_out(struct simulation *s, size_t members)
{
    double total = 0, left = (double)members;
    for (size_t i = 0; i < s->plan->designs; i++) {
        double x = 1;
        for (int k = 1; k < s->habits->size_spread; k++)
            x *= 0.15 + (double)pick(&s->random, 1000) / 1000;
        s->designs[i].wanted = (size_t)(x * 1000);
        total += x * 1000;
    }
    for (size_t i = 0; i < s->plan->designs; i++) {
        size_t n = (size_t)((double)s->designs[i].wanted / total * left);
        s->designs[i].wanted = n < 2 ? 2 : n;
    }
}

/* ---- one deployment ---- */

struct making {
    struct simulation *s;
    struct arena arena;
    struct address address;
    struct visit visits[PORTS_MAX + 2];
    size_t count;
    uint64_t key;
    char subject[TEXT_MAX], names[TEXT_MAX];
    bool tls;
};

static void put(struct observation *o, const char *key, const char *text)
{
    if (text[0])
        fact_text(o, key, span_str(text), "sim", SPAN_NONE);
}

static void add_certificate(const struct making *m, struct visit *v)
{
    char hex[65];
    struct random r = { m->key };
    struct observation *o = visit_observe(v, "certificate", KIND_TLS);
    for (size_t i = 0; i < 4; i++)
        snprintf(hex + i * 16, 17, "%016llx", (unsigned long long)random_next(&r));
    o->outcome = OUTCOME_IDENTIFIED;
    put(o, "cert.spki_sha256", hex);
    put(o, "cert.subject", m->subject);
    put(o, "cert.names", m->names);
}

static struct visit *open_port(struct making *m, uint16_t port)
{
    struct endpoint e = { .address = m->address, .port = port };
    struct visit *v = &m->visits[m->count++];
    visit_init(v, &m->arena, &e);
    v->answered = true;
    return v;
}

static void fill(struct simulation *s, struct observation *o, const struct sim_service *v, const struct sim_design *d,
                 enum outcome outcome)
{
    const struct sim_product *p = &PRODUCTS[v->product];
    char host[TEXT_MAX + 8];
    o->outcome = outcome;
    if (outcome == OUTCOME_LOCKED) {
        if (p->http)
            put(o, "auth.realm", d->realm[0] ? d->realm : "security");
        return;
    }
    put(o, "version", p->versions[v->version]);
    if (p->stock_cluster)
        put(o, "cluster", v->cluster[0] ? v->cluster : p->stock_cluster);
    if (d->host[0] && (v->product == KIBANA || v->product == ES || v->product == CLICKHOUSE)) {
        snprintf(host, sizeof(host), "%s-%02d", d->host, (int)pick(&s->random, 99));
        put(o, v->product == KIBANA ? "host" : "node", host);
    }
    for (size_t i = 0; i < v->name_count; i++)
        observation_collect(o, span_str(v->names[i]), (int64_t)pick(&s->random, 1000000), COUNT_UNKNOWN, COUNT_UNKNOWN);
    for (size_t i = 0; i < 3 && p->stock_names[i] && pick(&s->random, 4); i++)
        observation_collect(o, span_str(p->stock_names[i]), 1, COUNT_UNKNOWN, COUNT_UNKNOWN);
}

static void add_service(struct making *m, const struct sim_design *d, size_t at, enum outcome outcome)
{
    const struct sim_service *v = &d->services[at];
    const struct sim_product *p = &PRODUCTS[v->product];
    struct visit *visit = open_port(m, v->port);
    bool tls = m->tls && speaks_tls(v->product);
    struct observation *o = visit_observe(visit, p->name, p->kind);
    o->tls = tls;
    fill(m->s, o, v, d, outcome);
    if (tls)
        add_certificate(m, visit);
    if (v->product == KIBANA && outcome == OUTCOME_OPEN) {
        for (size_t i = 0; i < d->count; i++)
            if (d->services[i].product == ES) {
                o = visit_observe(visit, PRODUCTS[ES].name, KIND_STORE);
                o->via = "kibana";
                fill(m->s, o, &d->services[i], d, OUTCOME_OPEN);
            }
    }
}

static void add_front(struct making *m, const struct sim_design *d)
{
    struct visit *v = open_port(m, m->tls ? 443 : 80);
    struct observation *o = visit_observe(v, "web", KIND_WEB);
    o->outcome = OUTCOME_IDENTIFIED;
    put(o, "http.server", d->server);
    put(o, "http.title", d->title);
    put(o, "http.realm", d->realm);
    if (m->tls)
        add_certificate(m, v);
}

static void take_key(struct making *m, const struct sim_design *d, bool drifts)
{
    struct simulation *s = m->s;
    struct random *r = &s->random;
    m->tls = d->key != KEY_NONE;
    m->key = d->key_id;
    say(m->subject, "%s%s", strchr(d->subject, '=') ? "" : "CN=", d->subject);
    say(m->names, "%s", strchr(d->subject, '=') ? "" : d->subject);
    if (d->key == KEY_PER_HOST) {
        m->key = random_next(r);
        say(m->names, "h%u.%s", (unsigned)pick(r, 100000), strchr(d->subject, '=') ? "local.test" : d->subject);
        say(m->subject, "CN=%.70s", m->names);
    }
    if (d->key == KEY_WILDCARD) {
        say(m->subject, "CN=*.corp%d.test", m->key == s->organisation_key[0]);
        say(m->names, "*.corp%d.test", m->key == s->organisation_key[0]);
    }
    if (drifts && d->key == KEY_SHARED && percent(r, s->habits->rotated))
        m->key = percent(r, s->habits->rotated_to_one) ? d->next_key_id : random_next(r);
}

static void drift(struct simulation *s, struct sim_design *d)
{
    struct random *r = &s->random;
    const struct habits *h = s->habits;
    bool upgraded = percent(r, h->upgraded);
    for (size_t i = 0; i < d->count; i++) {
        struct sim_service *v = &d->services[i];
        if (upgraded)
            v->version = (v->version + 1) % VERSIONS;
        if (v->name_count && percent(r, h->renamed))
            for (size_t k = 1 + pick(r, 2); k > 0; k--)
                word(r, v->names[pick(r, v->name_count)]);
        if (percent(r, h->empty))
            v->name_count = 0;
    }
    if (percent(r, h->one_more_port) && d->count < PORTS_MAX) {
        static const int MORE[] = { REDIS, MEMCACHED, PROMETHEUS, GRAFANA };
        int product = MORE[pick(r, 4)];
        d->services[d->count++] =
            (struct sim_service){ .product = product, .port = PRODUCTS[product].port, .version = pick_version(r) };
    }
    /* Half closed: one of several ports filtered. */
    if (d->count > 1 && percent(r, h->half)) {
        size_t gone = pick(r, d->count);
        memmove(&d->services[gone], &d->services[gone + 1], (d->count - gone - 1) * sizeof(*d->services));
        d->count--;
    }
}

/* Whether any of what the design chose, and its other members show too, can be seen on this member:
 * else nobody could say where it belongs. Of twins, which differ in nothing else, that is the key. */
static bool shows_own(const struct making *m, const struct sim_design *d, bool locked)
{
    bool shows = d->key == KEY_SHARED && shows_key(d) && m->key == d->key_id;
    if (d->twin)
        return shows;
    shows |= d->key == KEY_SHARED && shows_key(d) && !strchr(d->subject, '=');
    shows |= d->front && (d->realm[0] || strstr(d->title, "portal"));
    for (size_t i = 0; i < d->count && !locked; i++)
        shows |= d->services[i].cluster[0] || (d->services[i].name_count > 2 && !d->services[i].bought);
    return shows;
}

static void emit(struct simulation *s, int design, const struct sim_design *drawn, bool drifts, sim_each *each, void *self)
{
    struct making *m = calloc(1, sizeof(*m));
    struct sim_design *d = malloc(sizeof(*d));
    const struct visit *list[PORTS_MAX + 2];
    if (!m || !d)
        abort();
    *d = *drawn;
    if (drifts)
        drift(s, d);
    m->s = s;
    arena_init(&m->arena, ARENA_BYTES);
    uint32_t n = s->next_address++;
    m->address = (struct address){ 4, { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
    take_key(m, d, drifts);
    bool locked = percent(&s->random, drifts ? s->habits->locked : 30);
    for (size_t i = 0; i < d->count; i++)
        add_service(m, d, i, locked ? OUTCOME_LOCKED : OUTCOME_OPEN);
    if (d->front)
        add_front(m, d);
    for (size_t i = 0; i < m->count; i++)
        list[i] = &m->visits[i];
    each(self, design, shows_own(m, d, locked), list, m->count);
    arena_release(&m->arena);
    free(m);
    free(d);
}

/* As it comes out of the box: a product with its own names, some with the key that the vendor ships. */
static void emit_stock(struct simulation *s, sim_each *each, void *self)
{
    struct random *r = &s->random;
    struct sim_design *d = calloc(1, sizeof(*d));
    if (!d)
        abort();
    int product = (int)pick(r, sizeof(PRODUCTS) / sizeof(*PRODUCTS));
    d->services[d->count++] = (struct sim_service){ .product = product, .port = PRODUCTS[product].port,
                                                    .version = pick_version(r) };
    if (product == KIBANA)
        d->services[d->count++] = (struct sim_service){ .product = ES, .port = 9200, .version = d->services[0].version };
    d->front = percent(r, 30);
    say(d->server, "nginx/1.18.0");
    say(d->title, "Welcome to nginx!");
    int dice = (int)pick(r, 100);
    if (product == OPENSEARCH) {
        d->key = KEY_SHARED;
        d->key_id = s->demo_key;
        say(d->subject, "DC=de,L=test,O=node,OU=node,CN=node-0.example.com");
    } else if (dice < 20) {
        d->key = KEY_WILDCARD;
        d->key_id = s->organisation_key[pick(r, 2)];
    } else if (dice < 40) {
        d->key = KEY_PER_HOST;
        say(d->subject, "vm.corp.test");
    }
    emit(s, SIM_ALONE, d, false, each, self);
    free(d);
}

static void emit_alone(struct simulation *s, sim_each *each, void *self)
{
    struct sim_design *d = malloc(sizeof(*d));
    if (!d)
        abort();
    draw_design(s, d);
    emit(s, SIM_ALONE, d, false, each, self);
    free(d);
}

void simulate(const struct sim_plan *plan, sim_each *each, void *self)
{
    struct simulation s = { .plan = plan, .habits = &HABITS[plan->world], .random = { plan->seed } };
    size_t others = plan->deployments * (size_t)(s.habits->alone + s.habits->stock) / 100, made = 0;
    s.designs = calloc(plan->designs, sizeof(*s.designs));
    if (!s.designs)
        abort();
    for (int i = 0; i < 2; i++)
        s.organisation_key[i] = random_next(&s.random);
    s.demo_key = random_next(&s.random);
    for (size_t i = 0; i < plan->designs; i++)
        draw_design(&s, &s.designs[i]);
    draw_relatives(&s);
    share_out(&s, plan->deployments - others);
    for (size_t i = 0; i < plan->designs; i++) {
        for (; s.designs[i].made < s.designs[i].wanted; s.designs[i].made++, made++)
            emit(&s, (int)i, &s.designs[i], true, each, self);
        for (size_t k = others * i / plan->designs; k < others * (i + 1) / plan->designs; k++, made++) {
            if (percent(&s.random, 100 * s.habits->alone / (s.habits->alone + s.habits->stock)))
                emit_alone(&s, each, self);
            else
                emit_stock(&s, each, self);
        }
    }
    free(s.designs);
}
