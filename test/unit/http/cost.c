/* What recognition costs: processor time a page, and loading, at 15, 60 and 250 generated products (each
 * knows its title, a field and a word of its page, and an answer of its own), and of small answers at 240 and 960: how often
 * an answer is looked at, which is a count and the same on every machine. Prints what it measures:
 *
 *     build/unit/http/cost
 *
 * The bounds are those that doc/catalog.md promises. A sanitizer costs a multiple: then nothing but the
 * growth with the number of products is checked. */
#include "unit/check.h"

#include "http/engine.h"
#include "unit/http/generated.h"
#include "unit/processor.h"

enum {
    PAGE = 1 << 20,
    ROUNDS = 7,
    PAGE_US_MAX = 5000,
    LOAD_MS_MAX = 500,
    LOAD_BYTES_MAX = 24 << 20,
    VISIT_MS_MAX = 100,
    LOOKS_MAX = 40, /* at the answers of a stranger, all conditions together */
};

static int64_t processor_us(void)
{
    return processor_ns() / 1000;
}

static void put_products(struct generated *g, int count)
{
    for (int i = 0; i < count; i++) {
        char name[16], text[500];
        snprintf(name, sizeof(name), "p%03d", i);
        snprintf(text, sizeof(text),
                 "ports: [%d]\nrequests:\n  own: {get: /version, accept: text/x-%d, why: w}\n  health: {get: /health, why: w}\n"
                 "identify:\n  - {title: \"Product %d*\"}\n  - {header: {x-product-%d: \"*\"}}\n"
                 "  - {body: \"*window.product_%d.start(*\"}\n  - {request: own, status: 200, has: product_%d}\n",
                 20000 + i, i, i, i, i, i);
        generated_put(g, name, text);
    }
}

/* A server that says the same to everything. */
struct parrot {
    struct asker asker; /* first member */
    struct span body;
    const char *type;
    unsigned asked, looks; /* requests; and how often a condition or a value wanted the answer to one */
};

static struct response *parrot_get(struct asker *a, const struct request *r, struct span name)
{
    ((struct parrot *)a)->looks++;
    return asker_get(a, r, name);
}

static struct response *parrot_fetch(struct asker *a, const struct request *r, struct span name)
{
    struct parrot *p = (struct parrot *)a;
    struct error e;
    (void)name, (void)r;
    p->asked++;
    struct response *answer =
        response_from_text(a->arena, span_str(arena_printf(a->arena, "HTTP/1.1 200 OK\nServer: x\nContent-Type: %s\n\n",
                                                           p->type)), &e);
    answer->body = p->body;
    return answer;
}

/* Processor time of one visit: the least of several, since the machine may have other work. */
static int64_t visit_us(const struct catalog *c, struct span body, const char *type, uint16_t port, unsigned *asked,
                        unsigned *looks, const char **product)
{
    static char name[64];
    int64_t least = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena arena;
        struct response_work work;
        struct visit v;
        struct endpoint e = { .port = port };
        arena_init(&arena, 48 << 20);
        response_work_init(&work);
        visit_init(&v, &arena, &e);
        struct parrot p = { .asker = { .get = parrot_get, .fetch = parrot_fetch, .arena = &arena, .work = &work,
                                       .index = c->index, .behind = OUTCOME_NOT_MINE, .host = SPAN("x") },
                            .body = body, .type = type };
        int64_t began = processor_us();
        (void)engine_visit(&p.asker, c, &v, port);
        int64_t took = processor_us() - began;
        least = took < least ? took : least;
        *asked = p.asked;
        *looks = p.looks;
        snprintf(name, sizeof(name), "%s", v.observations.len ? v.observations.at[0].product : "-");
        *product = name;
        response_work_release(&work);
        arena_release(&arena);
    }
    return least;
}

static char *page_of(const char *unit)
{
    char *page = malloc(PAGE);
    size_t n = strlen(unit);
    for (size_t i = 0; i < PAGE; i++)
        page[i] = unit[i % n];
    memcpy(page, "<html>", 6);
    return page;
}

static void test_pages(void **state)
{
    static const int counts[] = { 15, 60, 250 };
    static const struct {
        const char *what, *unit;
    } pages[] = {
        { "text", "Lorem ipsum dolor sit amet, <p>consetetur sadipscing elitr</p>\n" },
        { "zeros", "0" },
        { "tags", "<" },
        { "fronts of literals", "window.product_1.star window.product_22.start" },
        { "all but the end", "window.product_111.start" },
    };
    int64_t took[3][5];
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct generated g;
        generated_begin(&g);
        put_products(&g, counts[k]);
        int64_t began = processor_us();
        generated_load(&g);
        int64_t load = processor_us() - began;
        print_message("%3d products: loaded in %lld ms, %zu KB\n", counts[k], (long long)load / 1000, g.arena.held / 1024);
        if (!SANITIZED) {
            assert_true(load < LOAD_MS_MAX * 1000);
            assert_true(g.arena.held < LOAD_BYTES_MAX);
        }
        for (size_t i = 0; i < 5; i++) {
            unsigned asked, looks;
            const char *product;
            char *page = page_of(pages[i].unit);
            took[k][i] = visit_us(g.catalog, span_of(page, PAGE), "text/html", 80, &asked, &looks, &product);
            print_message("    a page of 1 MB, %s: %lld us (%s)\n", pages[i].what, (long long)took[k][i], product);
            assert_string_equal(product, "web");
            free(page);
            if (!SANITIZED && took[k][i] > PAGE_US_MAX)
                fail_msg("%d products, %s: %lld us", counts[k], pages[i].what, (long long)took[k][i]);
        }
        generated_end(&g);
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(took[2][i] < took[0][i] * 4 + 2000);
}

/* What a stranger's small answers cost, at four times as many products: a page for people, which is one request, and
 * JSON that says nothing, after which every product may be meant and five more are asked. */
static void test_small_answers(void **state)
{
    enum { FEW = 240, MANY = 4 * FEW, SMALL = 4096 };
    static const struct {
        const char *what, *type, *unit;
    } answers[] = {
        { "a page of 4 KB", "text/html", "Lorem ipsum dolor sit amet, <p>consetetur</p>\n" },
        { "JSON of 4 KB, six times", "application/json", "{ \"status\" : \"ok\" }\n" },
    };
    unsigned looks[2][2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct generated g;
        generated_begin(&g);
        put_products(&g, k ? MANY : FEW);
        generated_load(&g);
        for (int i = 0; i < 2; i++) {
            unsigned asked;
            const char *product;
            char *page = page_of(answers[i].unit);
            int64_t took = visit_us(g.catalog, span_of(page, SMALL), answers[i].type, 31337, &asked, &looks[k][i], &product);
            print_message("%3d products, %s: %lld us, %u requests, %u looks\n", k ? MANY : FEW, answers[i].what,
                          (long long)took, asked, looks[k][i]);
            assert_true(asked <= 6);
            assert_true(looks[k][i] <= LOOKS_MAX);
            free(page);
        }
        generated_end(&g);
    }
    assert_memory_equal(looks[0], looks[1], sizeof(looks[0]));
}

/* A JSON object of 80,000 keys at every path: what a whole visit costs. */
static void test_json_at_every_path(void **state)
{
    static const uint16_t ports[] = { 9200, 5601, 2379, 8123, 8086, 31337 };
    static const char *const dirs[] = { "catalog" };
    struct arena arena;
    struct error e;
    char *text = malloc(2 << 20), *at = text;
    (void)state;
    arena_init(&arena, 64 << 20);
    const struct catalog *c = catalog_load(&arena, dirs, 1, &e);
    assert_non_null(c);
    at += sprintf(at, "{\"tagline\":\"You Know, for Search\",\"version\":{\"number\":\"7.0.0\"}");
    for (int i = 0; i < 80000; i++)
        at += sprintf(at, ",\"k%d\":%d", i, i % 10);
    at += sprintf(at, "}");
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        unsigned asked, looks;
        const char *product;
        int64_t took = visit_us(c, span_of(text, (size_t)(at - text)), "application/json", ports[i], &asked, &looks, &product);
        print_message("80,000 keys at every path, port %u: %lld us, %u requests (%s)\n", ports[i], (long long)took, asked, product);
        if (!SANITIZED)
            assert_true(took < VISIT_MS_MAX * 1000);
    }
    free(text);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_small_answers),
        cmocka_unit_test(test_json_at_every_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
