/* The law about requests: what the references of 200 products need passes, what reads, changes or
 * authenticates does not, and no way of writing it makes it pass. */
#include "unit/check.h"

#include "http/law.c"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1500 };

/* One line of test/data/{good,bad}_requests.tsv. */
struct sample {
    struct span product, method, target, body, fields;
    uint8_t text[LINE_MAX_BYTES], field_line[200];
};

static struct span column(struct span *line)
{
    struct span s = span_cut(line, '\t');
    return span_is(s, "-") ? SPAN_NONE : s;
}

static bool next_sample(FILE *f, struct sample *s)
{
    do {
        if (!fgets((char *)s->text, sizeof(s->text), f))
            return false;
    } while (s->text[0] == '#');
    struct span line = span_str((char *)s->text);
    line.len -= line.len && line.at[line.len - 1] == '\n';
    s->product = column(&line);
    s->method = column(&line);
    s->target = column(&line);
    s->body = column(&line);
    struct span field = column(&line);
    int n = field.len ? snprintf((char *)s->field_line, sizeof(s->field_line), "%.*s\r\n", SPAN_FMT(field)) : 0;
    s->fields = span_of(s->field_line, (size_t)n);
    return true;
}

static struct law_request request_of(const struct sample *s)
{
    return (struct law_request){ .product = s->product,
                                 .behind = SPAN("elasticsearch"),
                                 .method = s->method,
                                 .target = s->target,
                                 .accept = SPAN("application/json"),
                                 .fields = s->fields,
                                 .body = s->body };
}

static FILE *open_data(const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f)
        fail_msg("%s cannot be opened", path);
    return f;
}

static void test_good_requests_pass(void **state)
{
    struct sample s;
    struct error e;
    size_t count = 0, failed = 0;
    FILE *f = open_data("test/data/good_requests.tsv");
    (void)state;
    for (; next_sample(f, &s); count++) {
        struct law_request r = request_of(&s);
        if (!law_permits(&r, &e) && ++failed)
            print_error("refused: %.*s %.*s %.*s: %s\n", SPAN_FMT(s.product), SPAN_FMT(s.method),
                        SPAN_FMT(s.target), e.text);
    }
    fclose(f);
    assert_int_equal(failed, 0);
    assert_true(count >= 350);
}

static void test_bad_requests_do_not(void **state)
{
    struct sample s;
    struct error e;
    size_t count = 0, failed = 0;
    FILE *f = open_data("test/data/bad_requests.tsv");
    (void)state;
    for (; next_sample(f, &s); count++) {
        struct law_request r = request_of(&s);
        e.text[0] = '\0';
        if (law_permits(&r, &e) && ++failed)
            print_error("permitted: %.*s %.*s %.*s %.*s\n", SPAN_FMT(s.product), SPAN_FMT(s.method),
                        SPAN_FMT(s.target), SPAN_FMT(s.body));
        else
            assert_true(strlen(e.text) > 10);
    }
    fclose(f);
    assert_int_equal(failed, 0);
    assert_true(count >= 500);
}

/* ---- however it is written ------------------------------------------------------------------- */

enum {
    ENCODE_ONE, ENCODE_ALL, ENCODE_TWICE, UPPER_ONE, UPPER_ALL, SLASH_TWICE, DOT_SEGMENT, UP_SEGMENT, PARAMS,
    END_NUL, END_SLASH, END_KEY, END_FRAGMENT, BACKSLASH, OVERLONG, TAB_INSIDE, BODY_BLANKS, MUTATIONS,
};

static uint32_t next_random(uint32_t *state)
{
    return *state = *state * 1664525 + 1013904223;
}

static size_t put_all(char *out, struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '/' || s.at[i] == '?')
            out[n++] = (char)s.at[i];
        else
            n += (size_t)sprintf(out + n, "%%%02X", s.at[i]);
    return n;
}

/* The byte at `place` written as `escape`, a dot at its end being its number. */
static size_t put_one(char *out, struct span s, size_t place, const char *escape)
{
    size_t n = (size_t)sprintf(out, "%.*s%s", SPAN_FMT(span_first(s, place)), escape);
    if (escape[0] == '%' && escape[strlen(escape) - 1] == '.')
        n += (size_t)sprintf(out + n - 1, "%02x", s.at[place]) - 1;
    return n + (size_t)sprintf(out + n, "%.*s", SPAN_FMT(span_from(s, place + 1)));
}

static size_t insert(char *out, struct span s, size_t place, const char *what)
{
    return (size_t)sprintf(out, "%.*s%s%.*s", SPAN_FMT(span_first(s, place)), what, SPAN_FMT(span_from(s, place)));
}

static size_t mutate_target(int kind, struct span s, uint32_t *seed, char *out)
{
    size_t path = span_index(s, '?'), any = next_random(seed) >> 8;
    size_t inside = s.len > 1 ? 1 + any % (s.len - 1) : 0;
    size_t slash = 0;
    for (size_t i = 0; i < path; i++)
        if (s.at[i] == '/' && (slash == 0 || any % 3 == 0))
            slash = i;
    switch (kind) {
    case ENCODE_ONE:
        return put_one(out, s, inside, "%.");
    case ENCODE_ALL:
        return put_all(out, s);
    case ENCODE_TWICE:
        return put_one(out, s, inside, "%25.");
    case UPPER_ONE: {
        size_t n = insert(out, s, 0, "");
        for (size_t i = inside; i < n; i++)
            if (out[i] >= 'a' && out[i] <= 'z') {
                out[i] = (char)(out[i] - 32);
                break;
            }
        return n;
    }
    case UPPER_ALL: {
        size_t n = insert(out, s, 0, "");
        for (size_t i = 0; i < n; i++)
            out[i] = (char)(out[i] >= 'a' && out[i] <= 'z' ? out[i] - 32 : out[i]);
        return n;
    }
    case SLASH_TWICE:
        return insert(out, s, slash, "/");
    case DOT_SEGMENT:
        return insert(out, s, slash, "/.");
    case UP_SEGMENT:
        return insert(out, s, slash, "/status/..");
    case PARAMS:
        return insert(out, s, path, ";v=1");
    case END_NUL:
        return insert(out, s, path, "%00");
    case END_SLASH:
        return insert(out, s, path, "/");
    case END_KEY:
        return insert(out, s, s.len, path < s.len ? "&format=json" : "?format=json");
    case END_FRAGMENT:
        return insert(out, s, s.len, "#/status");
    case BACKSLASH:
        return put_one(out, s, slash, "\\");
    case OVERLONG:
        return put_one(out, s, slash, "%c0%af");
    case TAB_INSIDE:
        return insert(out, s, inside, "\t");
    default:
        return insert(out, s, 0, "");
    }
}

static void check_mutated(const struct sample *s, int kind, uint32_t *seed)
{
    char target[8 * LINE_MAX_BYTES], body[2 * LINE_MAX_BYTES];
    struct law_request r = request_of(s);
    struct error e;
    size_t n = 0;
    r.target = span_of(target, mutate_target(kind, s->target, seed, target));
    if (kind == BODY_BLANKS) {
        for (size_t i = 0; i < s->body.len; i++) {
            body[n++] = (char)s->body.at[i];
            if (strchr("{}[]:,", s->body.at[i]) && next_random(seed) >> 31)
                body[n++] = next_random(seed) >> 31 ? ' ' : '\n';
        }
        r.body = span_of(body, n);
    }
    if (law_permits(&r, &e))
        fail_msg("permitted: %.*s %.*s %.*s", SPAN_FMT(s->method), SPAN_FMT(r.target), SPAN_FMT(r.body));
}

/* What is refused is refused in every other spelling that some server may take for the same. */
static void test_no_spelling_passes(void **state)
{
    struct sample s;
    uint32_t seed = 1;
    size_t count = 0;
    FILE *f = open_data("test/data/bad_requests.tsv");
    (void)state;
    while (next_sample(f, &s))
        for (int kind = 0; kind < MUTATIONS; kind++)
            for (int round = 0; round < 8; round++, count++)
                check_mutated(&s, kind, &seed);
    fclose(f);
    assert_true(count >= 50000);
}

/* A good request stops being one where it goes on to something of the user's. */
static void test_good_requests_lead_nowhere(void **state)
{
    static const char *const more[] = { "customers", "_search", "_doc/1", "doc1", "..", "users", "%5fsearch",
                                        "customers.csv", "delete", "env", "messages", "query" };
    struct sample s;
    struct error e;
    char target[LINE_MAX_BYTES + 20];
    FILE *f = open_data("test/data/good_requests.tsv");
    (void)state;
    while (next_sample(f, &s))
        for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
            size_t end = span_index(s.target, '?');
            bool slash = s.target.at[end - 1] == '/';
            struct law_request r = request_of(&s);
            r.target = span_of(target, (size_t)sprintf(target, "%.*s%s%s%.*s", SPAN_FMT(span_first(s.target, end)),
                                                       slash ? "" : "/", more[i], SPAN_FMT(span_from(s.target, end))));
            if (law_permits(&r, &e))
                fail_msg("permitted: %.*s %.*s", SPAN_FMT(r.method), SPAN_FMT(r.target));
        }
    fclose(f);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Words that read, change or authenticate somewhere: none may ever become one of the law's. */
static void test_words_that_never_may(void **state)
{
    static const char *const words[] = {
        "search",   "query",    "select",  "export",  "import",   "dump",      "download", "upload",   "scroll",
        "doc",      "docs",     "documents", "records", "rows",   "objects",   "entries",  "items",    "points",
        "messages", "events",   "logs",    "log",     "files",    "file",      "data",     "keys",     "key",
        "values",   "value",    "users",   "user",    "members",  "accounts",  "customers", "patients", "sessions",
        "session",  "login",    "logout",  "auth",    "token",    "tokens",    "secrets",  "secret",   "password",
        "config",   "configs",  "settings", "env",    "environment", "heapdump", "threaddump", "trace", "shutdown",
        "restart",  "reload",   "quit",    "stop",    "start",    "delete",    "drop",     "create",   "update",
        "write",    "put",      "set",     "add",     "remove",   "reset",     "clear",    "flush",    "purge",
        "kill",     "exec",     "execute", "run",     "eval",     "script",    "invoke",   "publish",  "send",
        "backup",   "restore",  "snapshot", "snapshots", "compact", "merge",   "optimize", "vacuum",   "gc",
        "jolokia",  "console",  "shell",   "terminal", "debug",   "proxy",     "pods",     "services", "jobs",
        "tasks",    "topics",   "models",  "brokers", "aliases", "measurements", "build",  "up",  "projects", "regions", "", ".", "..", "-", "*",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (law_word(span_str(words[i])) != WORD_NONE)
            fail_msg("a word of the law: %s", words[i]);
    assert_int_equal(law_word(SPAN("v1")), WORD_PLACE);
    assert_int_equal(law_word(SPAN("v1.24")), WORD_PLACE);
    assert_int_equal(law_word(SPAN("1..2")), WORD_NONE);
    assert_int_equal(law_word(SPAN("v")), WORD_NONE);
    assert_int_equal(law_word(SPAN("databases")), WORD_LIST);
    assert_int_equal(law_word(SPAN("stats")), WORD_FIGURE);
}

/* ---- sentences ------------------------------------------------------------------------------- */

static void says(const char *product, const char *method, const char *target, const char *what)
{
    struct error e;
    struct law_request r = { .product = span_str(product), .method = span_str(method), .target = span_str(target) };
    if (law_permits(&r, &e))
        fail_msg("permitted: %s", target);
    if (!strstr(e.text, what))
        fail_msg("%s: \"%s\" does not say \"%s\"", target, e.text, what);
}

/* What may not be sent, and what to write instead. */
static void test_sentences(void **state)
{
    (void)state;
    says("acme", "GET", "/customers/doc1", "the path word \"customers\"");
    says("acme", "GET", "/api/v1/databses", "the nearest word is databases");
    says("prometheus", "GET", "/api/v1/status/config", "/api/v1/status/buildinfo|tsdb");
    says("acme", "GET", "/api/v1", "end it with a list");
    says("acme", "GET", "/api/v1/status?verbos=1", "the query key \"verbos\"");
    says("acme", "GET", "/api/v1/status?limit=many", "the query key \"limit\" may not be \"many\", only <n>");
    says("acme", "GET", "/{name}", "couchdb");
    says("acme", "GET", "/_search?size=0", "filter_path=hits.total");
    says("acme", "POST", "/api/v1/status", "POST");
    says("clickhouse", "GET", "/?query=SELECT+*+FROM+system.tables", "must name its columns");
    says("clickhouse", "GET", "/?query=SELECT+name+FROM+shop.sales", "not \"shop.sales\"");
    says("clickhouse", "GET", "/?query=SELECT+email+FROM+system.tables", "not \"email\"");
    says("clickhouse", "GET", "/?query=SELECT+t.email+FROM+system.tables+AS+t", "not \"t.email\"");
    says("clickhouse", "GET", "/?query=SELECT+a.b.c+FROM+system.tables+a", "not \"a.b.c\"");
    says("clickhouse", "GET", "/?query=SELECT+name+FROM+system.tables+AS+users", "must be one letter");
    says("influxdb", "GET", "/query?q=SHOW+SERIES", "show series cardinality");
    says("acme", "GET", "/st%61tus", "percent-encoded");
}

static void test_fields(void **state)
{
    struct error e;
    (void)state;
    assert_true(law_permits_field(SPAN("kbn-xsrf"), SPAN("true"), &e));
    assert_true(law_permits_field(SPAN("X-Elastic-Internal-Origin"), SPAN("Kibana"), &e));
    assert_true(law_permits_field(SPAN("x-request-from"), SPAN("internal"), &e));
    assert_false(law_permits_field(SPAN("x-request-from"), SPAN("admin"), &e));
    assert_true(law_permits_field(SPAN("accept"), SPAN("application/json, text/html;q=0.9, */*;q=0.8"), &e));
    static const char *const refused[] = {
        "Authorization", "authorization", "Cookie", "X-Api-Key", "Proxy-Authorization", "X-ClickHouse-User",
        "X-ClickHouse-Key", "X-Vault-Token", "X-Consul-Token", "X-Auth-Token", "X-HTTP-Method-Override",
        "X-Forwarded-User", "Host", "Content-Length", "Transfer-Encoding", "Range", "",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (law_permits_field(span_str(refused[i]), SPAN("x"), &e))
            fail_msg("permitted: %s", refused[i]);
    assert_false(law_permits_field(SPAN("accept"), SPAN("a\r\nCookie: x"), &e));
    assert_false(law_permits_field(SPAN("accept"), SPAN(""), &e));
    assert_false(law_permits_field(SPAN("depth"), SPAN("infinity"), &e));
    assert_false(law_permits_field(SPAN("accept"), span_of("a\0b", 3), &e));
}

/* What is said of one product holds of it alone, and of a store only through its own dashboard. */
static void test_products(void **state)
{
    struct error e;
    struct law_request r = { .product = SPAN("kibana"),
                             .behind = SPAN("couchdb"),
                             .method = SPAN("GET"),
                             .target = SPAN("/elasticsearch/{name}") };
    (void)state;
    assert_true(law_permits(&r, &e));
    r.behind = SPAN("elasticsearch");
    assert_false(law_permits(&r, &e));
    r = (struct law_request){ .method = SPAN("GET"), .target = SPAN("/pods") };
    assert_false(law_permits(&r, &e));
    r.product = SPAN("kubelet");
    assert_true(law_permits(&r, &e));
    r = (struct law_request){ .method = SPAN("GET"), .target = SPAN("/api/v1/secrets?limit=1") };
    assert_false(law_permits(&r, &e));
    r.accept = SPAN("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
    assert_true(law_permits(&r, &e));
}

/* The product's own name says where, in front and where it is no call. */
static void test_own_name(void **state)
{
    static const struct {
        const char *product, *target;
        bool good;
    } rows[] = {
        { "acme", "/acme/api/v1/status", true },   { "acme", "/acme/databases", true },
        { "acme", "/api/acme/status", false },     { "acme", "/acme", false },
        { "acme", "/acme/customers", false },      { "acme", "/bcme/status", false },
        { "delete", "/delete/databases", false },  { "shutdown", "/shutdown/status", false },
        { "flush", "/flush/caches", false },       { "acme", "/databases/acme/stats", false },
    };
    struct error e;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct law_request r = { .product = span_str(rows[i].product), .method = SPAN("GET"), .target = span_str(rows[i].target) };
        if (law_permits(&r, &e) != rows[i].good)
            fail_msg("%s: %s", rows[i].product, rows[i].target);
    }
}

/* Captured traffic: names are filled in, and a product is not known. */
static void test_sent(void **state)
{
    struct error e;
    struct law_request r = { .method = SPAN("GET"), .target = SPAN("/orders%2F2024/_stats"), .sent = true };
    (void)state;
    assert_true(law_permits(&r, &e));
    r.target = SPAN("/orders");
    assert_true(law_permits(&r, &e)); /* CouchDB */
    r.target = SPAN("/databases/orders/stats");
    assert_true(law_permits(&r, &e));
    static const char *const refused[] = { "/orders/doc1", "/orders/_search", "/orders/_search?size=1", "/orders/_doc/1",
                                           "/../_stats", "/orders%zz/_stats", "/?query=SELECT+*+FROM+x" };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        r.target = span_str(refused[i]);
        if (law_permits(&r, &e))
            fail_msg("permitted: %s", refused[i]);
    }
    r = (struct law_request){ .method = SPAN("POST"), .target = SPAN("/_dbs_info"),
                              .body = SPAN("{\"keys\":[\"a\\\"b\",\"c\"]}"), .sent = true };
    assert_true(law_permits(&r, &e));
    r.sent = false;
    assert_false(law_permits(&r, &e));
}

static void test_limits(void **state)
{
    struct error e;
    static char text[LAW_TARGET_MAX + 2], body[LAW_BODY_MAX + 2];
    (void)state;
    memset(text, 'a', sizeof(text));
    memset(body, ' ', sizeof(body));
    text[0] = '/';
    struct law_request r = { .method = SPAN("GET"), .target = span_of(text, sizeof(text)) };
    assert_false(law_permits(&r, &e));
    r.target = SPAN_NONE;
    assert_false(law_permits(&r, &e));
    r = (struct law_request){ .method = SPAN("POST"), .target = SPAN("/v3/maintenance/status"),
                              .body = span_of(body, sizeof(body)) };
    assert_false(law_permits(&r, &e));
    r = (struct law_request){ .method = SPAN("GET"), .target = SPAN("/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/stats") };
    assert_false(law_permits(&r, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_requests_pass),
        cmocka_unit_test(test_bad_requests_do_not),
        cmocka_unit_test(test_no_spelling_passes),
        cmocka_unit_test(test_good_requests_lead_nowhere),
        cmocka_unit_test(test_words_that_never_may),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_own_name),
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
