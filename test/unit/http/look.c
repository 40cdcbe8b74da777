/* Finding out what a server is, among 250 products, with production's budgets. */
#include "unit/check.h"

#include <stdio.h>

#include "http/look.c"
#include "unit/http/generated.h"

enum { PRODUCTS = 250, ODD_PORT = 31337, SHARED_PORT = 8080 };

/* A server as a function: the raw response to what is asked below a base, or NULL. */
typedef const char *(*serve_fn)(void *self, struct span base, struct span path, struct span accept);

struct test_asker {
    struct asker asker; /* first member */
    serve_fn serve;
    void *self;
    unsigned asked;
    char log[4096]; /* "BASE PATH ACCEPT|..." */
};

static struct response *test_fetch(struct asker *a, const struct request *r, struct span name)
{
    struct test_asker *t = (struct test_asker *)a;
    struct error e;
    size_t used = strlen(t->log);
    (void)name;
    assert_true(ask_base_ok(a->base));
    t->asked++;
    snprintf(t->log + used, sizeof(t->log) - used, "%.*s %.*s %.*s|", SPAN_FMT(a->base), SPAN_FMT(r->path),
             SPAN_FMT(r->accept));
    const char *text = t->serve(t->self, a->base, r->path, r->accept);
    if (!text)
        return NULL;
    struct response *answer = response_from_text(a->arena, span_str(text), &e);
    if (!answer)
        fail_msg("%s", e.text);
    return answer;
}

/* What the server is; the asker is kept for what else a test wants to know. */
static struct found look(const struct generated *g, struct arena *arena, struct test_asker *t, uint16_t port,
                         serve_fn serve, void *self)
{
    struct span start = t->asker.start;
    *t = (struct test_asker){ .asker = { .get = asker_get,
                                         .fetch = test_fetch,
                                         .arena = arena,
                                         .index = g->catalog->index,
                                         .budget = STRANGER_REQUESTS_MAX,
                                         .start = start,
                                         .base = start,
                                         .behind = OUTCOME_NOT_MINE,
                                         .host = SPAN("example.org:8080") },
                              .serve = serve,
                              .self = self };
    struct found found = look_find(&t->asker, g->catalog, port);
    assert_true(t->asked <= STRANGER_REQUESTS_MAX);
    return found;
}

/* ---- 250 products ---------------------------------------------------------------------------------- */

/* Of five kinds, by number: known by title, by a field, by a word of the page; suspect by its title and
 * known by an answer of its own; on the shared port without evidence, known by an answer that all of its
 * kind are asked for. */
enum { BY_TITLE, BY_HEADER, BY_BODY, BY_SUSPECT, BY_SHARED, KINDS };

static void put_product(struct generated *g, int i)
{
    char name[16], text[600];
    /* The names stand in no order that the numbers have. */
    snprintf(name, sizeof(name), "%c%c%03d", 'a' + i * 7 % 26, 'a' + i * 11 % 26, i);
    int n = snprintf(text, sizeof(text), "ports: [%d, 8080]\n", 20000 + i);
    char *at = text + n;
    size_t room = sizeof(text) - (size_t)n;
    switch (i % KINDS) {
    case BY_TITLE:
        snprintf(at, room, "identify: [{title: \"Product %d of many\"}]\n", i);
        break;
    case BY_HEADER:
        snprintf(at, room, "identify: [{header: {x-product-%d: \"*\"}}]\n", i);
        break;
    case BY_BODY:
        snprintf(at, room, "identify: [{status: 200, body: \"*window.product%d = *\"}]\n", i);
        break;
    case BY_SUSPECT:
        snprintf(at, room, "requests:\n  own: {get: /version, accept: text/x-%d, why: w}\n"
                           "suspect: {title: \"Console %d\"}\nidentify: [{request: own, json: {name: p%d}}]\n", i, i, i);
        break;
    default:
        snprintf(at, room, "requests:\n  all: {get: /version, why: w}\n"
                           "identify: [{request: all, json: {name: p%d}}]\n", i);
    }
    generated_put(g, name, text);
}

static const char *serve_product(void *self, struct span base, struct span path, struct span accept)
{
    static char text[400];
    int i = *(int *)self;
    char own[32];
    const char *page = "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<title>Welcome</title>";
    if (base.len)
        return "HTTP/1.1 404 Not Found\n\n";
    if (span_is(path, "/")) {
        switch (i % KINDS) {
        case BY_TITLE:
            snprintf(text, sizeof(text), "HTTP/1.1 200 OK\n\n<title>Product %d of many</title>", i);
            return text;
        case BY_HEADER:
            snprintf(text, sizeof(text), "HTTP/1.1 404 Not Found\nX-Product-%d: 1.0\n\nnothing", i);
            return text;
        case BY_BODY:
            snprintf(text, sizeof(text), "HTTP/1.1 200 OK\n\n<html><script>window.product%d = {}</script>", i);
            return text;
        case BY_SUSPECT:
            snprintf(text, sizeof(text), "HTTP/1.1 200 OK\n\n<title>Console %d</title>", i);
            return text;
        default:
            return page;
        }
    }
    snprintf(own, sizeof(own), "text/x-%d", i);
    if (!span_is(path, "/version") ||
        !(i % KINDS == BY_SHARED ? span_is(accept, "application/json") : span_is(accept, own)))
        return "HTTP/1.1 404 Not Found\n\n";
    snprintf(text, sizeof(text), "HTTP/1.1 200 OK\n\n{\"name\":\"p%d\"}", i);
    return text;
}

static void expect_found(const struct generated *g, int i, uint16_t port)
{
    struct arena arena;
    struct test_asker t = { 0 };
    arena_init(&arena, 8 << 20);
    struct found found = look(g, &arena, &t, port, serve_product, &i);
    char number[8];
    snprintf(number, sizeof(number), "%03d", i);
    if (!found.entry || strcmp(found.entry->product.name + 2, number) != 0)
        fail_msg("product %d on port %u is %s; asked: %s", i, port, found.entry ? found.entry->product.name : "not known",
                 t.log);
    assert_true(t.asked <= (i % KINDS <= BY_BODY ? 1u : 2u));
    arena_release(&arena);
}

static void test_each_of_250_is_found(void **state)
{
    struct generated g;
    (void)state;
    generated_begin(&g);
    for (int i = 0; i < PRODUCTS; i++)
        put_product(&g, i);
    generated_load(&g);
    for (int i = 0; i < PRODUCTS; i++) {
        expect_found(&g, i, (uint16_t)(20000 + i));
        expect_found(&g, i, SHARED_PORT);
        if (i % KINDS == BY_SHARED)
            continue; /* nothing at its root tells it from any page */
        expect_found(&g, i, ODD_PORT);
        expect_found(&g, i, (uint16_t)(20000 + (i + 1) % PRODUCTS)); /* another's */
    }
    generated_end(&g);
}

/* ---- the budget ------------------------------------------------------------------------------------ */

static const char *serve_page(void *self, struct span base, struct span path, struct span accept)
{
    (void)self, (void)base, (void)accept;
    return span_is(path, "/") ? "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<title>Hello</title>"
                              : "HTTP/1.1 404 Not Found\n\n";
}

/* Twenty products share a port, each with a request of its own and nothing at the root: five are asked,
 * fifteen are told, and which they are does not hang on their names. */
static void test_what_is_not_asked_is_told(void **state)
{
    char logs[2][4096];
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        struct generated g;
        struct arena arena;
        struct test_asker t = { 0 };
        arena_init(&arena, 8 << 20);
        generated_begin(&g);
        for (int i = 0; i < 20; i++) {
            char name[16], text[300];
            snprintf(name, sizeof(name), "p%02d", turn ? 19 - i : i);
            snprintf(text, sizeof(text), "ports: [8080]\nrequests:\n  own: {get: /version, accept: text/x-%d, why: w}\n"
                                         "identify: [{request: own, status: 200}]\n", i);
            generated_put(&g, name, text);
        }
        generated_load(&g);
        struct found found = look(&g, &arena, &t, SHARED_PORT, serve_page, NULL);
        assert_null(found.entry);
        assert_int_equal(t.asked, STRANGER_REQUESTS_MAX);
        assert_int_equal(found.unasked, 15);
        strcpy(logs[turn], t.log);
        found = look(&g, &arena, &t, ODD_PORT, serve_page, NULL);
        assert_int_equal(t.asked, 1); /* a page for people is not asked on */
        assert_int_equal(found.unasked, 0);
        generated_end(&g);
        arena_release(&arena);
    }
    assert_string_equal(logs[0], logs[1]);
}

/* A request that decides three entries goes before one that decides one; evidence before a port; a first
 * port before a second. */
static void test_ranking(void **state)
{
    static const struct {
        const char *name, *text;
    } entries[] = {
        { "a", "ports: [1, 2, 3, 8080]\nrequests: {own: {get: /version, accept: text/a, why: w}}\nidentify: [{request: own, status: 200}]\n" },
        { "b", "ports: [8080]\nrequests: {own: {get: /version, accept: text/b, why: w}}\nidentify: [{request: own, status: 200}]\n" },
        { "c", "ports: [9, 8080]\nrequests: {own: {get: /version, accept: text/shared, why: w}}\nidentify: [{request: own, status: 200}]\n" },
        { "d", "ports: [9, 8080]\nrequests: {own: {get: /version, accept: text/shared, why: w}}\nidentify: [{request: own, status: 200}]\n" },
        { "e", "ports: [9, 8080]\nrequests: {own: {get: /version, accept: text/shared, why: w}}\nidentify: [{request: own, status: 200}]\n" },
        { "f", "ports: [9]\nrequests: {own: {get: /version, accept: text/f, why: w}}\nsuspect: {title: Hello}\nidentify: [{request: own, status: 200}]\n" },
        { "g", "ports: [9]\nrequests: {own: {get: /version, accept: text/g, why: w}}\nidentify: [{request: own, status: 200}]\n" },
    };
    struct generated g;
    struct arena arena;
    struct test_asker t = { 0 };
    (void)state;
    arena_init(&arena, 8 << 20);
    generated_begin(&g);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        generated_put(&g, entries[i].name, entries[i].text);
    generated_load(&g);
    (void)look(&g, &arena, &t, SHARED_PORT, serve_page, NULL);
    assert_string_equal(strchr(t.log, '|') + 1, " /version text/f| /version text/shared| /version text/b| /version text/a|");
    generated_end(&g);
    arena_release(&arena);
}

static const char *serve_nothing(void *self, struct span base, struct span path, struct span accept)
{
    (void)self, (void)base, (void)path, (void)accept;
    return "HTTP/1.1 404 Not Found\n\n";
}

/* Where the root is no page for people, what is left of the budget goes to the others; by GET. */
static void test_a_root_that_tells_nothing(void **state)
{
    struct generated g;
    struct arena arena;
    struct test_asker t = { 0 };
    (void)state;
    arena_init(&arena, 8 << 20);
    generated_begin(&g);
    generated_put(&g, "a", "ports: [9]\nrequests: {own: {get: /version, accept: text/a, why: w}}\nidentify: [{request: own, status: 200}]\n");
    generated_put(&g, "b", "ports: [9]\nrequests:\n  own: {post: /v3/maintenance/status, body: '{}', content: application/json, why: w, reads: r}\n"
                           "identify: [{request: own, status: 200}]\n");
    generated_load(&g);
    struct found found = look(&g, &arena, &t, ODD_PORT, serve_nothing, NULL);
    assert_int_equal(t.asked, 2);
    assert_int_equal(found.unasked, 0);
    (void)look(&g, &arena, &t, 9, serve_nothing, NULL);
    assert_int_equal(t.asked, 3);
    generated_end(&g);
    arena_release(&arena);
}

/* Remembers the first path behind the root, in a char[32]. */
static const char *serve_first_path(void *self, struct span base, struct span path, struct span accept)
{
    char *first = self;
    (void)base, (void)accept;
    if (!first[0] && !span_is(path, "/"))
        snprintf(first, 32, "%.*s", SPAN_FMT(path));
    return "HTTP/1.1 404 Not Found\n\n";
}

/* What is found open most is asked first on every port, though two others share a request. */
static void test_what_leaks_most_goes_first(void **state)
{
    (void)state;
    for (uint16_t port = 20000; port < 20040; port++) {
        struct generated g;
        struct arena arena;
        struct test_asker t = { 0 };
        arena_init(&arena, 8 << 20);
        generated_begin(&g);
        generated_put(&g, "a", "ports: [9]\nrequests: {own: {get: /version, why: w}}\nidentify: [{request: own, status: 200}]\n");
        generated_put(&g, "b", "ports: [9]\nrequests: {own: {get: /version, why: w}}\nidentify: [{request: own, status: 200}]\n");
        generated_put(&g, "c", "ports: [9]\nleaks: 9\nrequests: {own: {get: /health, why: w}}\nidentify: [{request: own, status: 200}]\n");
        generated_load(&g);
        char first[32] = "";
        (void)look(&g, &arena, &t, port, serve_first_path, first);
        assert_string_equal(first, "/health");
        generated_end(&g);
        arena_release(&arena);
    }
}

/* ---- below paths ----------------------------------------------------------------------------------- */

struct site {
    const char *root, *home; /* what "/" answers, and below which path the product is */
    bool bare_api;           /* its API is at the bare root all the same */
};

static const char *serve_site(void *self, struct span base, struct span path, struct span accept)
{
    const struct site *s = self;
    (void)accept;
    bool home = span_is(base, s->home);
    if (span_is(path, "/"))
        return home && s->home[0] ? "HTTP/1.1 200 OK\nX-Console: 1\n\n<title>Console</title>"
               : base.len         ? "HTTP/1.1 404 Not Found\n\n"
                                  : s->root;
    return home || (s->bare_api && !base.len) ? "HTTP/1.1 200 OK\n\n{\"name\":\"thing\"}" : "HTTP/1.1 404 Not Found\n\n";
}

static struct generated *paths_begin(struct generated *g, const char *thing)
{
    generated_begin(g);
    generated_put(g, "thing", thing);
    generated_load(g);
    return g;
}

#define THING_BY_ROOT "ports: [9]\nidentify: [{header: {x-console: \"*\"}}]\n"
#define THING_BY_API "ports: [9]\nrequests: {version: {get: /version, why: w}}\nbase: [\"/app/\", \"/login\"]\n" \
                     "suspect: [{header: {location: \"*/app/*\"}}, {header: {location: \"*/login*\"}}, {title: Console}]\n" \
                     "identify: [{request: version, json: {name: thing}}]\n"

static void expect_site(const char *thing, const char *root, const char *home, const char *base)
{
    struct generated g;
    struct arena arena;
    struct test_asker t = { 0 };
    struct site site = { root, home, false };
    arena_init(&arena, 8 << 20);
    struct found found = look(paths_begin(&g, thing), &arena, &t, ODD_PORT, serve_site, &site);
    if ((found.entry != NULL) != (base != NULL) || (base && !span_is(found.bases[0], base)))
        fail_msg("%s: %s below \"%.*s\"; asked %s", root, found.entry ? "found" : "not found",
                 SPAN_FMT(found.bases[0]), t.log);
    generated_end(&g);
    arena_release(&arena);
}

#define REDIRECT "HTTP/1.1 302 Found\nLocation: "

static void test_wherever_its_root_is(void **state)
{
    (void)state;
    static const char *const things[] = { THING_BY_ROOT, THING_BY_API };
    for (size_t i = 0; i < 2; i++) {
        const char *thing = things[i];
        expect_site(thing, REDIRECT "/kibana/\n\n", "/kibana", "/kibana");
        expect_site(thing, REDIRECT "/kibana\n\n", "/kibana", "/kibana");
        expect_site(thing, REDIRECT "/one/two/\n\n", "/one/two", "/one/two");
        expect_site(thing, REDIRECT "/one/two/three/\n\n", "/one/two/three", "/one/two/three");
        expect_site(thing, REDIRECT "/one/two/three/four/\n\n", "/one/two/three/four", "/one/two/three/four");
        expect_site(thing, REDIRECT "/one/two/three/four/five/\n\n", "/one/two/three/four/five", NULL);
        expect_site(thing, REDIRECT "/one/two/index.html?x=/y\n\n", "/one/two", "/one/two");
        expect_site(thing, REDIRECT "http://example.org:8080/k/\n\n", "/k", "/k");
        expect_site(thing, REDIRECT "http://EXAMPLE.org/k/\n\n", "/k", "/k");
        expect_site(thing, REDIRECT "https://example.org/k/\n\n", "/k", "/k");
        expect_site(thing, REDIRECT "http://other.org/k/\n\n", "/k", NULL);
        expect_site(thing, REDIRECT "//other.org/k/\n\n", "/k", NULL);
        expect_site(thing, REDIRECT "/k/_search/\n\n", "/k/_search", NULL);
        expect_site(thing, REDIRECT "/a/../k/\n\n", "/k", NULL);
        expect_site(thing, "HTTP/1.1 200 OK\n\n<base href=\"/k/\"><title>x</title>", "/k", "/k");
        expect_site(thing, "HTTP/1.1 200 OK\n\n<script src=\"/a/b/static/x.js\"></script>", "/a/b", "/a/b");
    }
    expect_site(THING_BY_API, "HTTP/1.1 200 OK\n\n<script>var hashRoute = '/a/b/c/app/k';", "/a/b/c", "/a/b/c");
    expect_site(THING_BY_API, REDIRECT "/k/app/home\n\n", "/k", "/k");
    expect_site(THING_BY_API, REDIRECT "/a/b/c/app/home#/x\n\n", "/a/b/c", "/a/b/c");
    expect_site(THING_BY_API, REDIRECT "/k/login?next=%2F\n\n", "/k", "/k");
    /* The API is at the bare root, though the redirect says otherwise. */
    expect_site(THING_BY_API, REDIRECT "/app/home\n\n", "", "");
}

/* "server.basePath" without a rewrite: the redirect names a path below which nothing is. */
static void test_second_look_at_the_bare_root(void **state)
{
    struct generated g;
    struct arena arena;
    struct test_asker t = { 0 };
    struct site site = { REDIRECT "/kibana/app/home\n\n", "/nowhere", true };
    (void)state;
    arena_init(&arena, 8 << 20);
    struct found found = look(paths_begin(&g, THING_BY_API), &arena, &t, ODD_PORT, serve_site, &site);
    assert_non_null(found.entry);
    assert_true(span_is(found.bases[0], "/kibana"));
    assert_int_equal(found.bases[found.base_count - 1].len, 0);
    generated_end(&g);
    arena_release(&arena);
}

/* A target with a path is asked below it and nowhere else. */
static void test_below_the_users_path(void **state)
{
    struct generated g;
    struct arena arena;
    struct test_asker t = { .asker = { .start = SPAN("/logs") } };
    struct site site = { REDIRECT "/elsewhere/\n\n", "/logs", false };
    (void)state;
    arena_init(&arena, 8 << 20);
    struct found found = look(paths_begin(&g, THING_BY_API), &arena, &t, ODD_PORT, serve_site, &site);
    assert_non_null(found.entry);
    assert_true(span_is(found.bases[0], "/logs"));
    site.home = "/elsewhere";
    found = look(&g, &arena, &t, ODD_PORT, serve_site, &site);
    assert_null(found.entry);
    for (const char *at = t.log; *at; at = strchr(at, '|') + 1)
        assert_memory_equal(at, "/logs ", 6);
    generated_end(&g);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_of_250_is_found),
        cmocka_unit_test(test_what_is_not_asked_is_told),
        cmocka_unit_test(test_ranking),
        cmocka_unit_test(test_a_root_that_tells_nothing),
        cmocka_unit_test(test_what_leaks_most_goes_first),
        cmocka_unit_test(test_wherever_its_root_is),
        cmocka_unit_test(test_second_look_at_the_bare_root),
        cmocka_unit_test(test_below_the_users_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
