/* What is said to an author of entries: everything that is wrong, of all files, each with its place. */
#include "unit/check.h"
#include "unit/folder.h"

#include "http/check.c"

#define HEAD(product) "product: " product "\ntitle: T\nkind: store\nports: [1234]\nproof: the list\n"
#define ANSWER(product) "HTTP/1.1 200 OK\\nServer: " product "\\n\\n"
#define EXAMPLE(product, outcome) \
    "examples:\n  - name: x\n    source: made x\n    outcome: " outcome "\n    answers: {root: \"" ANSWER(product) "\"}\n"
#define GOOD(product) HEAD(product) "identify:\n  - header: {server: " product "}\n" EXAMPLE(product, "identified")

struct stage {
    char dir[TEST_FOLDER_MAX];
    struct arena arena;
    struct error error;
    struct catalog_report report;
};

static int setup(void **state)
{
    static struct stage s;
    arena_init(&s.arena, 64 << 20);
    *state = &s;
    return test_folder_make(s.dir) ? 0 : -1;
}

static int teardown(void **state)
{
    struct stage *s = *state;
    arena_release(&s->arena);
    return test_folder_remove(s->dir);
}

static void put(const struct stage *s, const char *name, const char *text)
{
    char path[TEST_FOLDER_MAX + 64];
    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void run(struct stage *s)
{
    const char *dirs[] = { "catalog", s->dir };
    if (!catalog_check(&s->arena, dirs, 2, s->dir, &s->report, &s->error))
        fail_msg("%s", s->error.text);
}

static void says(const struct stage *s, size_t i, const char *file, unsigned line, const char *what)
{
    assert_true(i < s->report.problems.len);
    const struct catalog_problem *p = &s->report.problems.at[i];
    if (!span_ends(span_str(p->file), span_str(file)) || p->line != line || !strstr(p->text, what))
        fail_msg("%s:%u: %s; expected %s:%u: ...%s...", p->file, p->line, p->text, file, line, what);
}

static void test_all_right(void **state)
{
    struct stage *s = *state;
    put(s, "a.yaml", GOOD("acme"));
    put(s, "b.yaml", GOOD("bcme"));
    put(s, "notes.txt", "nothing to see");
    run(s);
    assert_int_equal(s->report.problems.len, 0);
    assert_int_equal(s->report.entries, 2);
    assert_int_equal(s->report.examples, 2);
}

/* The shipped entries are checked like anybody's. */
static void test_shipped(void **state)
{
    struct stage *s = *state;
    const char *dirs[] = { "catalog" };
    assert_true(catalog_check(&s->arena, dirs, 1, "catalog", &s->report, &s->error));
    assert_int_equal(s->report.problems.len, 0);
    assert_true(s->report.entries >= 15 && s->report.examples >= 50);
}

static void test_no_file_hides_another(void **state)
{
    struct stage *s = *state;
    put(s, "a.yaml", HEAD("acme") "requests:\n  all items: {get: /stats, why: x}\n");
    put(s, "b.yaml", HEAD("bcme") "requests:\n  all: {get: /customers, why: x}\n");
    put(s, "c.yaml", "product: [\n");
    put(s, "d.yaml", "");
    put(s, "e.yaml", GOOD("ecme") "colour: red\n");
    put(s, "f.yaml", HEAD("fcme") "identify:\n  - header: {server: fcme}\n" EXAMPLE("fcme", "open"));
    put(s, "g.yaml", GOOD("gcme"));
    run(s);
    assert_int_equal(s->report.problems.len, 6);
    says(s, 0, "/a.yaml", 7, "the name \"all items\" must be 1 to 40 bytes");
    says(s, 1, "/b.yaml", 7, "the path word \"customers\" may not be asked for");
    says(s, 2, "/c.yaml", s->report.problems.at[2].line, "");
    says(s, 3, "/d.yaml", 0, "the file is empty");
    says(s, 4, "/e.yaml", 13, "unknown key \"colour\"; there are product, title, ");
    says(s, 5, "/f.yaml", 9, "the outcome is \"identified\", expected \"open\"");
    assert_int_equal(s->report.entries, 7);
    assert_int_equal(s->report.examples, 2);
}

static void test_a_greedy_entry(void **state)
{
    struct stage *s = *state;
    put(s, "a.yaml", HEAD("acme") "identify:\n  - status: 200\n" EXAMPLE("acme", "identified"));
    run(s);
    says(s, 0, "/a.yaml", 0, "recognises what is not its own: example \"");
    assert_int_equal(s->report.problems.len, 1);
}

static void test_two_that_take_each_other(void **state)
{
    struct stage *s = *state;
    put(s, "a.yaml", GOOD("acme"));
    put(s, "b.yaml", HEAD("bcme") "identify:\n  - header: {server: \"?cme\"}\n  - header: {server: \"*cme\"}\n"
                                  EXAMPLE("bcme", "identified"));
    run(s);
    assert_int_equal(s->report.problems.len, 1);
    says(s, 0, "/a.yaml", 9, "the entry \"bcme\" recognises these answers too");
}

/* A store that no entry defines, and a nested request that breaks the law, leave the others alone. */
static void test_links(void **state)
{
    struct stage *s = *state;
    put(s, "a.yaml", HEAD("acme") "identify:\n  - header: {server: acme}\nbehind: {stores: [nope], routes: []}\n"
                                  EXAMPLE("acme", "identified"));
    put(s, "b.yaml", GOOD("bcme"));
    run(s);
    assert_int_equal(s->report.problems.len, 1);
    says(s, 0, "/a.yaml", 0, "no entry defines the store \"nope\"");
    assert_int_equal(s->report.entries, 2);
    assert_int_equal(s->report.examples, 1);
}

static void test_not_a_directory(void **state)
{
    struct stage *s = *state;
    const char *dirs[] = { "catalog", "/nonexistent" };
    assert_false(catalog_check(&s->arena, dirs, 2, "/nonexistent", &s->report, &s->error));
    assert_non_null(strstr(s->error.text, "/nonexistent"));
}

/* What is wrong in a directory that is not checked ends the check. */
static void test_context_must_load(void **state)
{
    struct stage *s = *state;
    const char *dirs[] = { "catalog", s->dir, "rules" };
    put(s, "a.yaml", "product: [\n");
    assert_false(catalog_check(&s->arena, dirs, 2, "rules", &s->report, &s->error));
    assert_non_null(strstr(s->error.text, "a.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_right, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shipped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_file_hides_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_greedy_entry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_that_take_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_context_must_load, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
