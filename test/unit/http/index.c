/* That nobody who is passed over by the index would have had a word in it: every server is asked the same requests, in the
 * same order, and is the same product as where all entries look at every answer. Over the examples of the shipped catalog,
 * and over servers that answer with a draw of all answers in it. */
#include "unit/check.h"

#include "http/index.c"

#include "base/random.h"
#include "http/example.c"
#include "unit/http/generated.h"

enum { LOG_BYTES = 4096, DRAWS = 1500 };

struct shipped {
    struct arena arena;
    struct catalog *catalog;
    const struct index *index, *all; /* `all` passes nobody over */
    LIST_OF(struct span) answers;    /* of all examples */
};

/* One visit to a server that is made of an example, or of a draw. */
struct server {
    struct example_asker example; /* first member */
    const struct shipped *shipped;
    uint64_t draw; /* 0: of the example */
    char log[LOG_BYTES];
};

static struct response *drawn(struct server *s, const struct request *r)
{
    struct error e;
    uint64_t lot = (r->same->lot ^ s->draw) * 0x9e3779b97f4a7c15u;
    lot ^= lot >> 29;
    struct response *answer = NULL;
    if (lot % 16)
        answer = response_from_text(s->example.asker.arena, s->shipped->answers.at[lot / 16 % s->shipped->answers.len], &e);
    if (answer)
        answer->ask = r->ask->name;
    return answer;
}

static struct response *server_fetch(struct asker *a, const struct request *r, struct span name)
{
    struct server *s = (struct server *)a;
    size_t used = strlen(s->log);
    snprintf(s->log + used, sizeof(s->log) - used, "%.*s %s %.*s\n", SPAN_FMT(a->base), r->ask->name, SPAN_FMT(name));
    return s->draw ? drawn(s, r) : example_fetch(a, r, name);
}

/* What a visit asks and finds, in words. */
static void visit(const struct shipped *x, const struct index *index, const struct entry *e, const struct example *example,
                  uint64_t draw, uint16_t port, char log[static LOG_BYTES])
{
    struct arena arena;
    struct error why;
    arena_init(&arena, 16 << 20);
    struct server s = { .example = asker_of(x->catalog, e, example, &arena, &why), .shipped = x, .draw = draw };
    struct catalog c = *x->catalog;
    c.index = index;
    s.example.asker.index = index;
    s.example.asker.fetch = server_fetch;
    s.example.asker.budget = STRANGER_REQUESTS_MAX;
    if (!draw && !parse_answers(&s.example))
        fail_msg("%s", why.text);
    struct found found = look_find(&s.example.asker, &c, port);
    size_t used = strlen(s.log);
    used += (size_t)snprintf(s.log + used, sizeof(s.log) - used, "= %s, unasked %zu",
                             found.entry ? found.entry->product.name : "-", found.entry ? 0 : found.unasked);
    for (size_t i = 0; i < found.unasked && i < UNASKED_NAMES_MAX && !found.entry && used < sizeof(s.log); i++)
        used += (size_t)snprintf(s.log + used, sizeof(s.log) - used, " %s", found.unasked_names[i]);
    for (size_t i = 0; i < found.base_count && used < sizeof(s.log); i++)
        used += (size_t)snprintf(s.log + used, sizeof(s.log) - used, " below %.*s", SPAN_FMT(found.bases[i]));
    memcpy(log, s.log, LOG_BYTES);
    arena_release(&arena);
}

static void expect_same(const struct shipped *x, const struct entry *e, const struct example *example, uint64_t draw,
                        uint16_t port)
{
    static char with[LOG_BYTES], without[LOG_BYTES];
    visit(x, x->index, e, example, draw, port, with);
    visit(x, x->all, e, example, draw, port, without);
    if (strcmp(with, without) != 0)
        fail_msg("%s, example %s, draw %llu, port %u: with the index\n%s\nwithout\n%s", e->product.name, example->name,
                 (unsigned long long)draw, port, with, without);
}

/* The same index, with which every answer concerns every entry. */
static const struct index *for_all(struct arena *a, const struct index *x, const struct catalog *c)
{
    struct index *all = ARENA_NEW(a, struct index);
    *all = *x;
    all->always = entry_set(a, c);
    all->hopes = arena_array(a, c->request_count, sizeof(all->hopes[0]));
    for (size_t i = 0; i < c->entries.len; i++)
        entry_set_add(all->always, i);
    for (size_t i = 0; i < c->request_count; i++)
        all->hopes[i].same = x->hopes[i].same;
    return all;
}

static int setup(void **state)
{
    static struct shipped x;
    static const char *const dirs[] = { "catalog" };
    struct error e;
    arena_init(&x.arena, 128 << 20);
    x.catalog = catalog_load(&x.arena, dirs, 1, &e);
    if (!x.catalog)
        return -1;
    x.index = x.catalog->index;
    x.all = for_all(&x.arena, x.index, x.catalog);
    for (size_t i = 0; i < x.catalog->entries.len; i++)
        for (size_t k = 0; k < x.catalog->entries.at[i]->examples.len; k++) {
            const struct example *example = &x.catalog->entries.at[i]->examples.at[k];
            for (size_t n = 0; n < example->answers.len; n++) {
                struct span *slot = list_add(&x.arena, &x.answers);
                if (slot)
                    *slot = example->answers.at[n]->text;
            }
        }
    *state = &x;
    return x.answers.len ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(&((struct shipped *)*state)->arena);
    return 0;
}

static void test_examples_are_asked_the_same(void **state)
{
    const struct shipped *x = *state;
    static const uint16_t others[] = { 80, 443, 8080, 9090, 31337 };
    size_t turn = 0;
    for (size_t i = 0; i < x->catalog->entries.len; i++) {
        const struct entry *e = x->catalog->entries.at[i];
        for (size_t k = 0; k < e->examples.len; k++) {
            expect_same(x, e, &e->examples.at[k], 0, e->ports[0] ? e->ports[0] : 80);
            expect_same(x, e, &e->examples.at[k], 0, others[turn++ % 5]);
        }
    }
}

static void test_draws_are_asked_the_same(void **state)
{
    const struct shipped *x = *state;
    static const uint16_t ports[] = { 80, 8080, 9200, 31337, 3000, 5000, 9090 };
    const struct entry *e = x->catalog->web;
    for (uint64_t draw = 1; draw <= DRAWS; draw++)
        expect_same(x, e, &e->examples.at[0], draw, ports[draw % 7]);
}

/* Conditions of every shape: what holds where something is not there, what waits for one request after another. */
static void test_all_shapes(void **state)
{
    static const char *const parts[] = {
        "{title: One}", "{header: {server: \"a*\"}}", "{lacks: b}", "{status: [200, 404], has: a}", "{status: 404}",
        "{request: v, json: {a: \"1\"}}", "{request: h, status: 200}", "{request: s, lacks: a}", "{request: s, body: \"*b*\"}",
        "{not: {request: h, status: 404}}", "{not: {has: a}}", "{header: {x-*: \"*\"}}", "{request: v, title: \"{t}\"}",
        "{body: \"*\"}", "{request: v, title: Never}", "{request: h, title: Never}", "{request: s, title: Never}",
    };
    static const char *const answers[] = {
        "HTTP/1.1 200 OK\nServer: a/1\n\n{\"a\":1}", "HTTP/1.1 404 No\nX-y: 1\n\nabc", "HTTP/1.1 200 OK\n\n{\"b\":[]}",
        "HTTP/1.1 200 OK\nServer: b\nContent-Type: text/html\n\n<title>One</title>", "HTTP/1.1 401 No\n\n{\"a\":{}}",
    };
    enum { PARTS = sizeof(parts) / sizeof(parts[0]), ENTRIES = 120, CATALOGS = 4 };
    struct random random = { 7 };
    (void)state;
    for (int n = 0; n < CATALOGS; n++) {
        struct generated g;
        struct shipped x = { 0 };
        generated_begin(&g);
        for (int i = 0; i < ENTRIES; i++) {
            char name[16], text[800];
            const char *p[4];
            for (int k = 0; k < 4; k++)
                p[k] = parts[i % 2 ? random_below(&random, PARTS) : PARTS - 1 - random_below(&random, 3)];
            snprintf(name, sizeof(name), "p%03d", i);
            snprintf(text, sizeof(text), "ports: [%d]\nleaks: %d\nrequests:\n  v: {get: /version, accept: text/x-%d, why: w}\n"
                     "  h: {get: /health, accept: text/x-%d, why: w}\n  s: {get: /status, why: w}\nidentify:\n"
                     "  - all: [[%s, %s], {request: v, title: Never}]\n  - all: [%s, {request: h, title: Never}]\n"
                     "  - all: [[%s, %s], {request: s, json: {a: \"1\"}}]\n",
                     20000 + i, i % 3, i % 4, i % 5, p[0], p[1], p[2], p[3], p[1]);
            generated_put(&g, name, text);
        }
        generated_load(&g);
        x.catalog = g.catalog;
        x.index = g.catalog->index;
        x.all = for_all(&g.arena, x.index, x.catalog);
        for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
            struct span *slot = list_add(&g.arena, &x.answers);
            *slot = span_str(answers[i]);
        }
        const struct entry *web = x.catalog->web;
        for (uint64_t draw = 1; draw <= 100; draw++)
            expect_same(&x, web, &web->examples.at[0], draw, (uint16_t)(20000 + draw % 7));
        generated_end(&g);
    }
}

/* What is left to look at must be few: that is what the index is for. */
static void test_few_are_concerned(void **state)
{
    const struct shipped *x = *state;
    static const char *const pages[] = {
        "HTTP/1.1 200 OK\nServer: nginx\nContent-Type: text/html\n\n<html><title>Welcome</title><p>Hello</p></html>",
        "HTTP/1.1 404 Not Found\nContent-Type: text/plain\n\n404 page not found\n",
        "HTTP/1.1 302 Found\nLocation: /login\nServer: Apache\n\n",
        "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\"\n\nno",
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"status\":\"ok\",\"version\":\"1.0\"}",
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct arena arena;
        struct error e;
        size_t count = 0;
        arena_init(&arena, 1 << 20);
        struct response *r = response_from_text(&arena, span_str(pages[i]), &e);
        assert_non_null(r);
        uint64_t *set = entry_set(&arena, x->catalog);
        index_concerned(x->index, &arena, x->catalog->web->requests.at[0], r, set);
        ENTRY_SET_EACH (set, x->catalog, k)
            count++;
        print_message("%zu of %zu entries look at: %s\n", count, x->catalog->entries.len, pages[i]);
        assert_true(count <= x->catalog->entries.len / 6);
        arena_release(&arena);
    }
}

static void expect_key(const char *path, const char *want)
{
    uint8_t bytes[PATTERN_MAX];
    size_t n = key_literal(span_str(path), bytes);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(bytes, want, n);
}

static void test_key_of_a_path(void **state)
{
    (void)state;
    expect_key("tagline", "tagline");
    expect_key("lucene.solr-spec-version", "solr-spec-version");
    expect_key("userCtx.roles.0", "");
    expect_key(".", "");
    expect_key("a/b", "b");
    expect_key("k\xc3\xa9", "");
    expect_key("a_key_that_is_longer_than_a_literal", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_are_asked_the_same),
        cmocka_unit_test(test_draws_are_asked_the_same),
        cmocka_unit_test(test_all_shapes),
        cmocka_unit_test(test_few_are_concerned),
        cmocka_unit_test(test_key_of_a_path),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
