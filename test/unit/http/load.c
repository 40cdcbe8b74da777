/* The loader is strict: each of these files is refused, with the file, the line and the reason. */
#include "unit/check.h"

#include <unistd.h>
#include "unit/folder.h"

#include <fcntl.h>

#include "http/load.c"

static const char WEB[] = "product: web\ntitle: w\nkind: web\nproof: none\n"
                          "examples:\n  - name: x\n    source: made x\n    outcome: identified\n"
                          "    answers: {root: \"HTTP/1.1 200 OK\\n\\n\"}\n";
static const char HEAD[] =
    "product: thing\ntitle: Thing\nkind: store\nports: [1234]\nproof: the list\n";
static const char TAIL[] = "examples:\n  - name: x\n    source: made x\n    outcome: unclear\n"
                           "    answers: {root: \"HTTP/1.1 200 OK\\nServer: thing\\n\\n\"}\n";

struct stage {
    char dir[TEST_FOLDER_MAX];
    struct arena arena;
    struct error error;
};

static int setup(void **state)
{
    static struct stage s;
    arena_init(&s.arena, 8 << 20);
    *state = &s;
    return test_folder_make(s.dir) ? 0 : -1;
}

static void put(struct stage *s, const char *name, const char *text, size_t len)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    close(fd);
}

static int teardown(void **state)
{
    struct stage *s = *state;
    char path[128];
    static const char *const names[] = { "web.yaml", "thing.yaml", "more.yaml" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", s->dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(s->dir);
    arena_release(&s->arena);
    return 0;
}

static struct catalog *load(struct stage *s, const char *middle)
{
    const char *dirs[] = { s->dir };
    char text[4096];
    snprintf(text, sizeof(text), "%s%s%s", HEAD, middle, TAIL);
    put(s, "web.yaml", WEB, sizeof(WEB) - 1);
    put(s, "thing.yaml", text, strlen(text));
    return catalog_load(&s->arena, dirs, 1, &s->error);
}

static void refused(struct stage *s, const char *middle, const char *line, const char *why)
{
    if (load(s, middle))
        fail_msg("accepted: %s", middle);
    if (!strstr(s->error.text, "thing.yaml") || !strstr(s->error.text, line) ||
        !strstr(s->error.text, why))
        fail_msg("the error for %s is: %s", middle, s->error.text);
}

static void test_good(void **state)
{
    struct stage *s = *state;
    struct catalog *c = load(s, "requests:\n  list: {get: /databases, why: names, rights: true}\n"
                                "identify:\n  - header: {server: thing}\n"
                                "verdict:\n  - open: {request: list, status: 200, list: \".\"}\n");
    if (!c)
        fail_msg("%s", s->error.text);
    assert_int_equal(catalog_count(c), 2);
    assert_string_equal(catalog_product(c, 0)->name, "thing");
    assert_int_equal(catalog_product(c, 0)->ports[0], 1234);
    assert_null(catalog_product(c, 2));
    assert_string_equal(catalog_ask(c, 0)->name, "http.root");
    assert_string_equal(catalog_ask(c, 1)->name, "thing.list");
    assert_null(catalog_ask(c, 2));
}

#define IDENTIFY "identify:\n  - header: {server: thing}\n"

static void test_unknown_keys(void **state)
{
    struct stage *s = *state;
    refused(s, "colour: red\n" IDENTIFY, ":6:", "\"colour\"");
    refused(s, "requests:\n  a: {get: /stats, why: x, cookie: y}\n" IDENTIFY, ":7:", "\"cookie\"");
    refused(s, "identify:\n  - {headers: {server: thing}}\n", ":7:", "\"headers\"");
    refused(s, IDENTIFY "verdict:\n  - maybe: {status: 200}\n", ":9:", "\"maybe\"");
    refused(s, IDENTIFY "counts:\n  - {records: {request: root, jason: x}}\n", ":9:",
            "\"jason\"");
}

static void test_law_one(void **state)
{
    struct stage *s = *state;
    refused(s, "requests:\n  a: {put: /a, why: x}\n" IDENTIFY, ":7:", "\"put\"");
    refused(s, "requests:\n  a: {get: /x/_search, why: x}\n" IDENTIFY, ":7:", "_search");
    refused(s, "requests:\n  a: {get: /x, why: x, headers: {Authorization: Basic eA==}}\n" IDENTIFY,
            ":7:", "Authorization");
    refused(s, "requests:\n  a: {get: \"/stats?u=a&p=b\", why: x}\n" IDENTIFY, ":7:",
            "may not be sent");
    refused(s, "requests:\n  a: {post: /x, why: x}\n" IDENTIFY, ":7:", "\"reads\"");
    refused(s, "requests:\n  a: {get: /x, body: y, why: x}\n" IDENTIFY, ":7:", "POST");
    refused(s, "requests:\n  a: {get: \"/{host}\", why: x}\n" IDENTIFY, ":7:", "brace");
    refused(s, "requests:\n  a: {get: /x}\n" IDENTIFY, ":7:", "\"why\"");
}

/* What could not travel in an ask's name does not load. */
static void test_names(void **state)
{
    struct stage *s = *state;
    static const char *const names[] = { "all items", "a.b", "a/b", "Items", "\"a\\tb\"", "\"\\u00e9\"",
                                         "a1234567890123456789012345678901234567890" };
    char text[200];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "requests:\n  %s: {get: /stats, why: x}\n" IDENTIFY, names[i]);
        refused(s, text, ":7:", "must be 1 to 40 bytes of a-z");
    }
    assert_non_null(load(s, "requests:\n  all-items_2: {get: /stats, why: x}\n" IDENTIFY));
    refused(s, IDENTIFY "behind: {stores: [web], routes: [{name: a b, get: \"/elasticsearch{path}\", why: x}]}\n", ":8:",
            "must be 1 to 40");
}

static void test_law_two(void **state)
{
    struct stage *s = *state;
    static const char why[] = "\"open\" must rest on";
    refused(s, IDENTIFY "verdict:\n  - open: {status: 200, header: {server: thing}}\n", ":9:",
            why);
    refused(s,
            "requests:\n  a: {get: /stats, why: x, rights: true}\n" IDENTIFY
            "verdict:\n  - open: {request: a, status: 200}\n",
            ":11:", why);
    refused(s,
            "requests:\n  a: {get: /stats, why: x, rights: true}\n" IDENTIFY
            "verdict:\n  - open: [{request: a, has: b}, {status: 200}]\n",
            ":11:", why);
    refused(s,
            "requests:\n  a: {get: /stats, why: x, rights: true}\n" IDENTIFY
            "verdict:\n  - open: {not: {request: a, has: b}}\n",
            ":11:", why);
}

static void test_other_mistakes(void **state)
{
    struct stage *s = *state;
    refused(s, "", ":1:", "\"identify\" is missing");
    refused(s, "identify:\n  - {request: nope, status: 200}\n", ":7:", "no request is named");
    refused(s, "identify:\n  - {status: 42}\n", ":7:", "100 to 599");
    refused(s, "identify:\n  - {header: {x-*-y: \"*\"}}\n", ":7:", "at the end of a header's name");
    refused(s, "identify:\n  - {header: {\"*\": \"*\"}}\n", ":7:", "at the end of a header's name");
    refused(s, "identify:\n  - {body: \"*{t}x\"}\n", ":7:", "may not follow a star");
    refused(s, "requests:\n  a: {get: /version, why: x}\nsuspect: {request: a, status: 200}\n" IDENTIFY, ":8:",
            "\"root\" and no other");
    refused(s, "base: [\"app\"]\n" IDENTIFY, ":6:", "begins with /");
    refused(s, "identify:\n  - {request: root}\n", ":7:", "at least one test");
    refused(s, "identify:\n  - not: {not: {not: {not: {not: {not: {status: 200}}}}}}\n", ":7:",
            "nest deeper");
    refused(s, IDENTIFY "facts:\n  version: {header: server}\n", ":9:", "set by Ajar itself");
    refused(s, IDENTIFY "facts:\n  UPPER: {header: server}\n", ":9:", "a fact is");
    refused(s, IDENTIFY "version: {header: server, json: x}\n", ":8:", "exactly one");
    refused(s, IDENTIFY "version: {header: server, pattern: nothing}\n", ":8:", "capture");
    refused(s, IDENTIFY "nested: [nope]\n", ":8:", "no request is named");
    refused(s, IDENTIFY "behind: {stores: [nope], routes: []}\n", "thing.yaml", "no entry defines");
}

static void test_a_product_twice(void **state)
{
    struct stage *s = *state;
    put(s, "more.yaml", WEB, sizeof(WEB) - 1);
    const char *dirs[] = { s->dir };
    put(s, "web.yaml", WEB, sizeof(WEB) - 1);
    assert_null(catalog_load(&s->arena, dirs, 1, &s->error));
    assert_non_null(strstr(s->error.text, "already defined"));
}

static void test_no_directory_no_web(void **state)
{
    struct stage *s = *state;
    const char *none[] = { "/nonexistent/catalog" }, *dirs[] = { s->dir };
    assert_null(catalog_load(&s->arena, none, 1, &s->error));
    assert_non_null(strstr(s->error.text, "/nonexistent/catalog"));
    assert_null(catalog_load(&s->arena, dirs, 1, &s->error));
    assert_non_null(strstr(s->error.text, "\"web\""));
}

/* Wherever memory ends, the loader ends with an error and nothing leaks. */
static void test_no_memory(void **state)
{
    struct stage *s = *state;
    assert_non_null(load(s, IDENTIFY));
    for (uint64_t n = 1; n < 200; n += 7) {
        arena_release(&s->arena);
        s->arena.fail_at = n;
        const char *dirs[] = { s->dir };
        bool loaded = catalog_load(&s->arena, dirs, 1, &s->error) != NULL;
        s->arena.fail_at = 0;
        if (loaded)
            break;
        assert_true(strlen(s->error.text) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_law_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_law_two, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_product_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_directory_no_web, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
