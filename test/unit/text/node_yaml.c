/* The strict subset of YAML, its types and its errors. */
#include "unit/check.h"

#include "base/random.h"
#include "text/node_yaml.c"

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

static struct node *parse(const char *yaml)
{
    error.text[0] = '\0';
    struct node *n = yaml_parse(&arena, span_str(yaml), &error);
    if ((n == NULL) != (error.text[0] != '\0'))
        fail_msg("\"%s\": a node and an error, or neither", yaml);
    return n;
}

static void test_document(void **state)
{
    (void)state;
    const struct node *n =
        parse("# scope\nowner: Example Ltd\nports: [80, 443]\nallow:\n  - target: 10.0.0.0/8\n"
              "    owned: true\n  - \"1.5\"\nnote: |\n  two\n  lines\n");
    assert_non_null(n);
    assert_int_equal(n->count, 4);
    assert_true(span_is(node_text(node_get(n, "owner")), "Example Ltd"));
    assert_int_equal(node_get(n, "owner")->line, 2);
    assert_int_equal(node_path(n, SPAN("ports.1"))->integer, 443);
    assert_int_equal(node_path(n, SPAN("allow.0"))->line, 5);
    assert_int_equal(node_path(n, SPAN("allow.0.owned"))->line, 6);
    assert_true(span_is(node_text(node_path(n, SPAN("allow.1"))), "1.5"));
    assert_true(span_is(node_text(node_get(n, "note")), "two\nlines\n"));
}

static void expect_kind(const char *scalar, enum node_kind kind)
{
    char yaml[64];
    strcat(strcpy(yaml, "k: "), scalar);
    const struct node *n = node_get(parse(yaml), "k");
    assert_non_null(n);
    if (n->kind != kind)
        fail_msg("%s is of kind %d", scalar, (int)n->kind);
}

static double real_of(const char *scalar)
{
    return parse(scalar)->real;
}

static void test_types(void **state)
{
    (void)state;
    expect_kind("true", NODE_BOOL);
    expect_kind("\"true\"", NODE_TEXT);
    expect_kind("yes", NODE_TEXT);
    expect_kind("null", NODE_NULL);
    expect_kind("~", NODE_NULL);
    expect_kind("", NODE_NULL);
    expect_kind("''", NODE_TEXT);
    expect_kind("0", NODE_NUMBER);
    expect_kind("-7", NODE_NUMBER);
    expect_kind("007", NODE_TEXT);
    expect_kind("0x10", NODE_TEXT);
    expect_kind("1.2.3", NODE_TEXT);
    expect_kind("1.", NODE_TEXT);
    expect_kind("1e", NODE_TEXT);
    expect_kind("1e9999999", NODE_TEXT);
    expect_kind(".inf", NODE_TEXT);
    expect_kind("[]", NODE_LIST);
    expect_kind("10.0.0.1", NODE_TEXT);
    expect_kind("2.5", NODE_NUMBER);
    expect_kind("9223372036854775808", NODE_NUMBER);
    assert_int_equal(parse("9223372036854775807")->integer, INT64_MAX);
    assert_true(real_of("-2.5") < -2.49 && real_of("-2.5") > -2.51);
    assert_true(real_of("1e-3") > 0.00099 && real_of("1e-3") < 0.00101);
    assert_true(real_of("1.5E+2") > 149.9 && real_of("1.5E+2") < 150.1);
    assert_true(span_is(parse("12")->text, "12"));
}

static void expect_error(const char *yaml, const char *expect)
{
    if (parse(yaml))
        fail_msg("\"%s\" parses", yaml);
    if (!strstr(error.text, expect))
        fail_msg("\"%s\": %s", yaml, error.text);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("", "empty");
    expect_error("# only\n", "empty");
    expect_error("a: 1\na: 2\n", "line 2: the key \"a\" stands twice");
    expect_error("a: &x 1\n", "anchors");
    expect_error("a: *x\n", "line 1: anchors");
    expect_error("a: &x [1]\n", "anchors");
    expect_error("a: !!str 1\n", "tags");
    expect_error("a: !x [1]\n", "tags");
    expect_error("a: !x {b: 1}\n", "tags");
    expect_error("a: 1\n---\nb: 2\n", "line 2: a second document");
    expect_error("<<: {a: 1}\n", "merge");
    expect_error("? [a]\n: 1\n", "a key must be");
    expect_error("? {a: b}\n: 1\n", "a key must be");
    expect_error("\"\": 1\n", "empty key");
    expect_error("a: [1\nb: 2\n", "line ");
    expect_error("a:\n\t- b\n", "line 2");
    expect_error("a: -\n", "line 1");
    expect_error("a: \"\xff\"\n", "byte ");
    expect_error("a: \"\x01\"\n", "byte ");
}

static void test_depth_and_size(void **state)
{
    (void)state;
    char deep[YAML_DEPTH_MAX * 2 + 3];
    for (size_t depth = YAML_DEPTH_MAX; depth <= YAML_DEPTH_MAX + 1; depth++) {
        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        deep[2 * depth] = '\0';
        assert_int_equal(parse(deep) != NULL, depth == YAML_DEPTH_MAX);
    }
    char *big = malloc(YAML_BYTES_MAX + 2);
    memset(big, '[', YAML_BYTES_MAX);
    big[YAML_BYTES_MAX] = '\0';
    expect_error(big, "nested deeper");
    memset(big, ' ', YAML_BYTES_MAX + 1);
    big[YAML_BYTES_MAX + 1] = '\0';
    expect_error(big, "YAML of more than");
    free(big);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        arena.fail_at = nth;
        if (parse("a: [x, {b: 2}]\nc: null\n"))
            break;
        assert_true(nth < 40);
    }
}

static void test_many_keys_are_fast(void **state)
{
    (void)state;
    enum { KEYS = 20000 };
    char *text = malloc(KEYS * 12 + 1), *at = text;
    for (int i = 0; i < KEYS; i++) {
        static const char LINE[] = "k00000: 1\n";
        memcpy(at, LINE, sizeof(LINE));
        for (int k = 0, rest = i; k < 5; k++, rest /= 10)
            at[5 - k] = (char)('0' + rest % 10);
        at += sizeof(LINE) - 1;
    }
    const struct node *n = parse(text);
    assert_int_equal(n->count, KEYS);
    free(text);
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char SEED[] = "owner: \"x\"\nallow:\n  - target: 10.0.0.0/8\n    ports: [1, 2]\n  "
                               "- |\n    t\ndeny: {a: b}\n";
    static const char ALPHABET[] = "{}[]\",:-?&*!|>'%@` \n\t#~x0\xc3\xa9\x00\x80";
    struct random r = { 5 };
    size_t parsed = 0;
    for (int i = 0; i < 4000; i++) {
        size_t len = sizeof(SEED) - 1;
        char *text = malloc(len);
        memcpy(text, SEED, len);
        for (uint64_t k = 1 + random_below(&r, i % 3 ? 2 : 60); k > 0; k--)
            text[random_below(&r, len)] = ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        parsed += yaml_parse(&arena, span_of(text, len), &error) != NULL;
        free(text);
        arena_release(&arena);
    }
    assert_true(parsed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth_and_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_keys_are_fast, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
