/* The loader is strict: every mistake is named with file, line and key; and what is right compiles. */
#include "unit/folder.h"
#include "rules/load.c"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD_HEAD "id: t\ntitle: T\non: {observation: service, kinds: [store], outcomes: [open]}\n"
#define GOOD_TAIL                                                                                  \
    "severity: {base: high}\nwhy: \"{product}\"\nfix: {default: do it}\n"                          \
    "examples:\n"                                                                                  \
    "  - {given: {endpoint: \"10.0.0.1:1\", seen: [{product: a, outcome: open}]}, expect: high, why: a}\n" \
    "  - {given: {endpoint: \"10.0.0.1:1\", seen: [{product: a, outcome: locked}]}, expect: none}\n"

struct bad {
    const char *yaml, *says;
};

static bool compiles(const char *yaml, struct rule *ret, struct arena *a, struct error *e)
{
    arena_init(a, 4 * 1024 * 1024);
    return rule_compile(a, "r.yaml", span_str(yaml), NULL, ret, e);
}

static void test_good(void **state)
{
    struct arena a;
    struct rule r;
    struct error e = { "" };
    (void)state;
    if (!compiles(GOOD_HEAD GOOD_TAIL, &r, &a, &e))
        fail_msg("%s", e.text);
    assert_string_equal(r.id, "t");
    assert_int_equal(r.kinds, 1u << KIND_STORE);
    assert_int_equal(r.outcomes, 1u << OUTCOME_OPEN);
    assert_int_equal(r.fixes.len, 1);
    arena_release(&a);
}

static void test_bad(void **state)
{
    static const struct bad BAD[] = {
        { "", "empty" },
        { "- a\n", "map" },
        { "id: [\n", "r.yaml" },
        { "id: t\nfoo: 1\n", "r.yaml:2: unknown key \"foo\"; there are id, title, on, when, severity, why, fix, examples" },
        { "id: t\n", "r.yaml:1: the key \"title\" is missing" },
        { "id: t\ntitle: T\n", "the key \"on\" is missing" },
        { "id: t\ntitle: T\non: {kinds: [store]}\n", "r.yaml:3: on: the key \"observation\" is missing" },
        { "id: t\ntitle: T\non: {observation: x}\n", "r.yaml:3: on.observation: \"x\" is none of service, certificate, behind, any" },
        { "id: t\ntitle: T\non: {observation: any, kinds: [x]}\n", "r.yaml:3: on.kinds: \"x\" is no kind" },
        { "id: t\ntitle: T\non: {observation: any, outcomes: []}\n", "r.yaml:3: on.outcomes: expected a list with at least one entry" },
        { "id: t\ntitle: T\non: {observation: any, outcomes: [shut]}\n", "r.yaml:3: on.outcomes: \"shut\" is none of " },
        { "id: t\ntitle: T\non: {observation: any, color: red}\n", "r.yaml:3: on: unknown key \"color\"; there are observation, kinds, outcomes, products" },
        { GOOD_HEAD "when: yes\n" GOOD_TAIL, "when: a condition is a map" },
        { GOOD_HEAD "when: {fact: a}\n" GOOD_TAIL, "needs an operator" },
        { GOOD_HEAD "when: {fact: a, like: b}\n" GOOD_TAIL, "r.yaml:4: when: unknown key \"like\"; there are fact, is, not, in, matches, above, below, at_least, exists" },
        { GOOD_HEAD "when: {fact: A B, is: b}\n" GOOD_TAIL, "is no fact" },
        { GOOD_HEAD "when: {fact: a, above: b}\n" GOOD_TAIL, "takes a whole number" },
        { GOOD_HEAD "when: {fact: a, above: 1.5}\n" GOOD_TAIL, "whole numbers" },
        { GOOD_HEAD "when: {fact: a, in: b}\n" GOOD_TAIL, "'in' takes a list" },
        { GOOD_HEAD "when: {fact: a, exists: 1}\n" GOOD_TAIL, "true or false" },
        { GOOD_HEAD "when: {fact: a, matches: []}\n" GOOD_TAIL, "at least one pattern" },
        { GOOD_HEAD "when: {fact: a, matches: 5}\n" GOOD_TAIL, "a pattern is text" },
        { GOOD_HEAD "when: {all: {}}\n" GOOD_TAIL, "takes a list of conditions" },
        { GOOD_HEAD "when: {some: []}\n" GOOD_TAIL, "r.yaml:4: when: unknown key \"some\"; there are all, any, not, fact" },
        { GOOD_HEAD "when: {all: [], any: []}\n" GOOD_TAIL, "holds one of" },
        { GOOD_HEAD "when: {not: {not: {not: {not: {not: {not: {not: {not: {fact: a, is: b}}}}}}}}}\n" GOOD_TAIL,
          "nest deeper" },
        { GOOD_HEAD "severity: {base: bad}\n", "severity.base: \"bad\" is none of info, low, medium, high, critical" },
        { GOOD_HEAD "severity: {base: high, weigh: gold}\n", "severity.weigh: \"gold\" is none of place, data" },
        { GOOD_HEAD "severity: {base: high, raise: [{by: 1}]}\n", "severity.raise: the key \"when\" is missing" },
        { GOOD_HEAD "severity: {base: hgih}\n", "did you mean \"high\"?" },
        { GOOD_HEAD "severity: {base: high, raise: [{when: {fact: a, is: 1}, by: 9}]}\n", "from 1 to 4" },
        { GOOD_HEAD "severity: {base: high, lower: [{when: {fact: a, is: 1}, by: 1, to: low}]}\n",
          "a step holds" },
        { GOOD_HEAD "severity: {base: high}\n", "the key \"why\" is missing" },
        { GOOD_HEAD "severity: {base: high}\nwhy: \"{a\"\n", "without '}'" },
        { GOOD_HEAD "severity: {base: high}\nwhy: \"[a\"\n", "without ']'" },
        { GOOD_HEAD "severity: {base: high}\nwhy: \"[a [b]]\"\n", "lone '['" },
        { GOOD_HEAD "severity: {base: high}\nwhy: \"{a:loud}\"\n", "unknown format" },
        { GOOD_HEAD "severity: {base: high}\nwhy: \"{a:count one}\"\n", "unknown format" },
        { GOOD_HEAD "severity: {base: high}\nwhy: a\n", "the key \"fix\" is missing" },
        { GOOD_HEAD "severity: {base: high}\nwhy: a\nfix: {redis: x}\n", "fix: the block \"default\" is missing" },
        { GOOD_HEAD "severity: {base: high}\nwhy: a\nfix: {default: \"\"}\n", "fix.default: the text is empty" },
        { GOOD_HEAD "severity: {base: high}\nwhy: a\nfix: {default: x}\n", "the key \"examples\" is missing" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        struct arena a;
        struct rule r;
        struct error e = { "" };
        bool ok = compiles(BAD[i].yaml, &r, &a, &e);
        if (ok || !strstr(e.text, BAD[i].says) || strncmp(e.text, "r.yaml", 6) != 0)
            fail_msg("case %zu: %s", i, ok ? "accepted" : e.text);
        arena_release(&a);
    }
}

/* Cut anywhere, the text is refused or a whole rule; it never crashes. */
static void test_cut_anywhere(void **state)
{
    const char *yaml = GOOD_HEAD "when: {all: [{fact: a, matches: [\"b*\"]}]}\n" GOOD_TAIL;
    (void)state;
    for (size_t n = 0; n < strlen(yaml); n++) {
        struct arena a;
        struct rule r;
        struct error e = { "" };
        arena_init(&a, 4 * 1024 * 1024);
        if (!rule_compile(&a, "r.yaml", span_of(yaml, n), NULL, &r, &e))
            assert_true(e.text[0] != '\0');
        arena_release(&a);
    }
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_directory(void **state)
{
    char dir[TEST_FOLDER_MAX];
    struct arena a;
    struct error e = { "" };
    (void)state;
    assert_true(test_folder_make(dir));
    arena_init(&a, 16 * 1024 * 1024);
    assert_null(rules_load(&a, "/nonexistent/rules", NULL, &e));
    assert_non_null(strstr(e.text, "/nonexistent/rules"));
    assert_null(rules_load(&a, dir, NULL, &e));
    assert_non_null(strstr(e.text, "no *.yaml"));

    write_file(dir, "a.yaml", GOOD_HEAD GOOD_TAIL);
    write_file(dir, "notes.txt", "not a rule");
    struct rules *r = rules_load(&a, dir, NULL, &e);
    assert_non_null(r);
    assert_int_equal(rules_count(r), 1);
    assert_string_equal(rules_id(r, 0), "t");

    write_file(dir, "b.yaml", GOOD_HEAD GOOD_TAIL);
    assert_null(rules_load(&a, dir, NULL, &e));
    assert_non_null(strstr(e.text, "b.yaml: id: 't' is already"));

    const char *const names[] = { "a.yaml", "b.yaml", "notes.txt" };
    for (size_t i = 0; i < 3; i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
