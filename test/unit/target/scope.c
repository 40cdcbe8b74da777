/* The scope file, and what it says to those who mistype it. */
#include "unit/check.h"

#include "base/random.h"
#include "target/scope.c"

#include <stdlib.h>

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct scope *parse(const char *yaml)
{
    return scope_parse(&arena, span_str(yaml), "s.yaml", &error);
}

static void test_whole(void **state)
{
    (void)state;
    struct scope *s = parse("owner: \"Example Ltd, security@example.org\"\n"
                            "ports: [6379, 9200-9202]\n"
                            "allow:\n"
                            "  - 10.0.0.0/8\n"
                            "  - target: db.internal\n"
                            "    ports: 5432\n"
                            "    owned: true\n"
                            "    note: the big one\n"
                            "    tags: {owner: dba, tier: 1, contact: dba@example.org, env: prod, user: x}\n"
                            "  - \"[fd00::1]:9200\"\n"
                            "deny: [10.9.0.0/16, {target: 10.0.0.5, ports: \"22,80\", note: x}]\n"
                            "decoys: [10.0.0.66]\n");
    if (!s)
        fail_msg("%s", error.text);
    assert_string_equal(s->owner, "Example Ltd, security@example.org");
    assert_string_equal(ports_text(&arena, &s->ports), "6379,9200-9202");
    assert_int_equal(s->allow.len, 3);
    assert_string_equal(s->allow.at[0].target.text, "10.0.0.0/8");
    assert_int_equal(s->allow.at[0].target.origin.line, 4);
    assert_false(s->allow.at[0].owned);
    const struct scope_entry *e = &s->allow.at[1];
    assert_string_equal(e->target.name, "db.internal");
    assert_int_equal(e->target.origin.line, 5);
    assert_string_equal(ports_text(&arena, &e->target.ports), "5432");
    assert_true(e->owned);
    assert_string_equal(e->note, "the big one");
    assert_string_equal(e->owner, "dba");
    assert_int_equal(e->tags.len, 2);
    assert_true(span_is(scope_entry_tag(e, "env"), "prod"));
    assert_true(span_is(scope_entry_tag(e, "owner"), "dba"));
    assert_int_equal(scope_entry_tag(e, "team").len, 0);
    assert_string_equal(e->tier, "1");
    assert_string_equal(e->contact, "dba@example.org");
    assert_int_equal(s->allow.at[2].target.range.family, 6);
    assert_int_equal(s->deny.list.len, 2);
    assert_string_equal(ports_text(&arena, &s->deny.list.at[1].ports), "22,80");
    assert_int_equal(s->decoys.list.len, 1);
}

/* What a name may lead to. */
static void test_addresses(void **state)
{
    (void)state;
    struct scope *s = parse("owner: x\nallow:\n"
                            "  - {target: db.internal, addresses: [10.0.0.5, 10.1.0.0/16, 10.2.0.1-9]}\n"
                            "  - {target: \"https://www.example.org/app/\", addresses: 8.8.8.8}\n"
                            "  - db2.internal\n");
    if (!s)
        fail_msg("%s", error.text);
    assert_int_equal(s->allow.at[0].addresses.len, 3);
    assert_true(s->allow.at[0].addresses.at[2].last == 0x0a020009);
    assert_int_equal(s->allow.at[1].addresses.len, 1);
    assert_string_equal(s->allow.at[1].target.path, "/app");
    assert_int_equal(s->allow.at[2].addresses.len, 0);
}

static void expect_error(const char *yaml, const char *expect)
{
    if (parse(yaml))
        fail_msg("\"%s\" is taken for a scope", yaml);
    assert_string_equal(error.text, expect);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("", "s.yaml:1: the document is empty");
    expect_error("- a\n", "s.yaml:1: a scope is a map with owner and allow; see doc/scope.md");
    expect_error("owner: x\nalow: []\n",
                 "s.yaml:2: unknown key \"alow\", did you mean \"allow\"?; there are owner, allow, deny, ports, decoys");
    expect_error("owner: x\nallow: [1.1.1.1]\nexclude: []\n",
                 "s.yaml:3: unknown key \"exclude\"; there are owner, allow, deny, ports, decoys");
    expect_error("allow: [10.0.0.1]\n",
                 "s.yaml:1: the key \"owner\" is missing: state who answers for these "
                 "systems, as in owner: \"Example Ltd, security@example.org\"");
    expect_error("owner: \"\"\nallow: [10.0.0.1]\n", "s.yaml:1: owner: expected 1 to 2000 bytes of text");
    expect_error("owner: \" \"\nallow: [10.0.0.1]\n", "s.yaml:1: owner: the text is empty");
    expect_error("owner:\nallow: [10.0.0.1]\n", "s.yaml:1: owner: has no value");
    expect_error("owner: \"a\\nb\"\nallow: [10.0.0.1]\n",
                 "s.yaml:1: owner: expected one line of text without control characters");
    expect_error("owner: x\n", "s.yaml:1: the key \"allow\" is missing: list the targets that may be asked");
    expect_error("owner: x\nallow: []\n", "s.yaml:2: allow: expected a list of targets that may be asked");
    expect_error("owner: x\nallow: 10.0.0.1\n", "s.yaml:2: allow: expected a list of targets that may be asked");
    expect_error("owner: x\nallow:\n  - 10.0.0.0/33\n",
                 "s.yaml:3: allow: target \"10.0.0.0/33\": the prefix length "
                 "must be 0 to 32, as in 10.0.0.0/24");
    expect_error("owner: x\nallow:\n  - [a]\n", "s.yaml:3: allow: a target must be a text, as in 10.0.0.0/24");
    expect_error("owner: x\nallow:\n  - ports: 80\n",
                 "s.yaml:3: allow: the key \"target\" is missing, as in {target: 10.0.0.0/24, ports: [9200]}");
    expect_error("owner: x\nallow:\n  - {target: a, onwed: true}\n",
                 "s.yaml:3: allow: unknown key \"onwed\", did you mean \"owned\"?; there are target, ports, "
                 "addresses, owned, tags, note");
    expect_error("owner: x\nallow:\n  - {target: a, owned: yes}\n", "s.yaml:3: allow.owned: expected true or false");
    expect_error("owner: x\nallow:\n  - {target: a, tags: b}\n",
                 "s.yaml:3: allow.tags: expected a map of tags, as in {env: prod, owner: search team}");
    expect_error("owner: x\nallow:\n  - {target: a, tags: {tire: b}}\n",
                 "s.yaml:3: allow.tags.tire: the tag \"tire\": did you mean \"tier\"?");
    expect_error("owner: x\nallow:\n  - {target: a, tags: {Env: b}}\n",
                 "s.yaml:3: allow.tags.Env: a tag's key is of a-z, 0-9, - and _, 32 at most");
    expect_error("owner: x\nallow:\n  - {target: a, tags: {env: }}\n", "s.yaml:3: allow.tags.env: expected one value");
    expect_error("owner: x\nallow:\n  - {target: \"a:80\", ports: 80}\n",
                 "s.yaml:3: allow.ports: the target \"a:80\" states its ports already");
    expect_error("owner: x\nallow: [a]\nports: [80, 70000]\n", "s.yaml:3: ports: port \"70000\": ports are 1 to 65535");
    expect_error("owner: x\nallow: [a]\nports: {a: b}\n", "s.yaml:3: ports: expected a list, as in [9200, 9300-9305]");
    expect_error("owner: x\nallow: [a]\nports: [[80]]\n",
                 "s.yaml:3: ports: a port is missing; write a number from 1 to 65535, as in 9200");
    expect_error("owner: x\nallow: [a]\ndeny: [{target: a, owned: true}]\n",
                 "s.yaml:3: deny: unknown key \"owned\"; there are target, ports, note");
    expect_error("owner: x\nallow: [a]\ndeny: a\n", "s.yaml:3: deny: expected a list of targets");
    expect_error("owner: x\nowner: y\n", "s.yaml:2: the key \"owner\" stands twice in this map");
    assert_null(scope_load(&arena, "/nonexistent/s.yaml", &error));
    assert_string_equal(error.text, "/nonexistent/s.yaml: No such file or directory");
}

static void test_mutated(void **state)
{
    (void)state;
    static const char SEED[] =
        "owner: x\nallow:\n  - {target: 10.0.0.1, ports: [1, 2], tags: {tier: a}}\n"
        "deny: [10.0.0.2]\nports: 80\n";
    struct random r = { 6 };
    size_t taken = 0;
    for (int i = 0; i < 3000; i++) {
        size_t len = sizeof(SEED) - 1;
        char *text = malloc(len);
        memcpy(text, SEED, len);
        for (uint64_t k = random_below(&r, 4); k > 0; k--)
            text[random_below(&r, len)] = SEED[random_below(&r, len)];
        error.text[0] = '\0';
        struct scope *s = scope_parse(&arena, span_of(text, len), "s", &error);
        taken += s != NULL;
        if (!s)
            assert_true(strncmp(error.text, "s:", 2) == 0);
        free(text);
        arena_release(&arena);
    }
    assert_true(taken > 100);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        arena.fail_at = nth;
        if (parse("owner: x\nallow: [{target: a.b, ports: 80, note: y, tags: {tier: z}}]\ndeny: "
                  "[10.0.0.1]\n"))
            break;
        assert_true(nth < 200);
    }
}

static void test_errors_of_addresses(void **state)
{
    (void)state;
    expect_error("owner: x\nallow: [{target: 10.0.0.5, addresses: [10.0.0.5]}]\n",
                 "s.yaml:2: allow.addresses: addresses belong to a name; \"10.0.0.5\" is none");
    expect_error("owner: x\nallow: [{target: db.internal, addresses: [other.internal]}]\n",
                 "s.yaml:2: allow.addresses: \"other.internal\": write an address, a prefix or a range, without ports");
    expect_error("owner: x\nallow: [{target: db.internal, addresses: [\"10.0.0.5:80\"]}]\n",
                 "s.yaml:2: allow.addresses: \"10.0.0.5:80\": write an address, a prefix or a range, without ports");
    expect_error("owner: x\nallow: [{target: db.internal, addresses: []}]\n",
                 "s.yaml:2: allow.addresses: expected a list, as in [10.0.0.5, 10.0.1.0/24]");
    expect_error("owner: x\ndeny: [{target: db.internal, addresses: [10.0.0.5]}]\nallow: [10.0.0.1]\n",
                 "s.yaml:2: deny: unknown key \"addresses\"; there are target, ports, note");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_of_addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mutated, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
