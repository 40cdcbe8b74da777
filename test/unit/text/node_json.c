/* JSON: what is one, what is none, and what is too much. */
#include "unit/check.h"

#include "base/random.h"
#include "text/node_json.c"

#include <stdlib.h>

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct node *parse(const char *json)
{
    error.text[0] = '\0';
    struct node *n = json_parse(&arena, span_str(json), &error);
    if ((n == NULL) != (error.text[0] != '\0'))
        fail_msg("\"%s\": a node and an error, or neither", json);
    return n;
}

static void test_kinds(void **state)
{
    (void)state;
    const struct node *n = parse(
        " {\"t\":true,\"f\":false,\"z\":null,\"i\":-5,\"r\":2.5,\"s\":\"x\",\"l\":[1,[],{}]} ");
    assert_int_equal(n->kind, NODE_MAP);
    assert_int_equal(n->count, 7);
    assert_int_equal(node_get(n, "t")->integer, 1);
    assert_int_equal(node_get(n, "f")->kind, NODE_BOOL);
    assert_int_equal(node_get(n, "f")->integer, 0);
    assert_int_equal(node_get(n, "z")->kind, NODE_NULL);
    assert_int_equal(node_get(n, "i")->integer, -5);
    assert_true(node_get(n, "r")->real > 2.49 && node_get(n, "r")->real < 2.51);
    assert_false(node_get(n, "r")->is_integer);
    assert_int_equal(node_get(n, "l")->count, 3);
    assert_int_equal(node_get(n, "l")->first->next->kind, NODE_LIST);
    assert_null(node_get(n, "l")->first->next->next->next);
    assert_true(span_is(n->first->key, "t")); /* order is kept */
    assert_int_equal(parse("3")->integer, 3);
    assert_int_equal(parse("\"\"")->kind, NODE_TEXT);
}

static void test_not_json(void **state)
{
    (void)state;
    static const char *const BAD[] = { "",
                                       " ",
                                       "{",
                                       "[1,]",
                                       "{\"a\":}",
                                       "{'a':1}",
                                       "tru",
                                       "01",
                                       "+1",
                                       "1.",
                                       ".5",
                                       "[1] 2",
                                       "\"\\x\"",
                                       "\"a\nb\"",
                                       "nan",
                                       "[1}",
                                       "\"\xff\"",
                                       "\"\xc0\xaf\"",
                                       "\"\xed\xa0\x80\"",
                                       "\"\\ud800\"",
                                       "{\"a\\u0000b\": 1}",
                                       "\xef\xbb\xbf{}",
                                       "// x\n1",
                                       "1e999",
                                       "]",
                                       "}{",
                                       "\"\\" };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        if (parse(BAD[i]))
            fail_msg("\"%s\" is taken for JSON", BAD[i]);
}

static void test_nul_in_text(void **state)
{
    (void)state;
    struct span text = node_text(parse("\"a\\u0000b\""));
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.at, "a\0b", 3);
    assert_null(json_parse(&arena, span_of("1\0", 2), &error));
}

static void test_huge_integers(void **state)
{
    (void)state;
    const struct node *n =
        parse("{\"max\": 18446744073709551615, \"one\": 1, \"max63\": 9223372036854775807}");
    assert_false(node_get(n, "max")->is_integer);
    assert_true(node_get(n, "max")->real > 1.8e19);
    assert_true(node_get(n, "one")->is_integer);
    assert_int_equal(node_get(n, "one")->integer, 1);
    assert_false(node_get(n, "max63")->is_integer);
    assert_int_equal(parse("9223372036854775807")->integer, INT64_MAX);
}

static void test_duplicate_key_last_wins(void **state)
{
    (void)state;
    const struct node *n = parse("{\"a\":1,\"a\":2}");
    assert_int_equal(n->count, 1);
    assert_int_equal(node_get(n, "a")->integer, 2);
}

static char *nested(size_t depth, const char *open, const char *close)
{
    size_t o = strlen(open), c = strlen(close);
    char *text = malloc(depth * (o + c) + 2);
    for (size_t i = 0; i < depth; i++)
        memcpy(text + i * o, open, o);
    text[depth * o] = '1';
    for (size_t i = 0; i < depth; i++)
        memcpy(text + depth * o + 1 + i * c, close, c);
    text[depth * (o + c) + 1] = '\0';
    return text;
}

static void expect_depth(size_t depth, const char *open, const char *close, bool ok)
{
    char *text = nested(depth, open, close);
    assert_int_equal(parse(text) != NULL, ok);
    free(text);
}

static void test_depth(void **state)
{
    (void)state;
    expect_depth(JSON_DEPTH_MAX, "[", "]", true);
    expect_depth(JSON_DEPTH_MAX + 1, "[", "]", false);
    expect_depth(JSON_DEPTH_MAX, "{\"]\":", "}", true);
    expect_depth(JSON_DEPTH_MAX + 1, "{\"}\\\"]\":", "}", false);
    expect_depth(500000, "[", "", false);
}

static void test_size_and_memory(void **state)
{
    (void)state;
    char *big = malloc(JSON_BYTES_MAX + 2);
    memset(big, ' ', JSON_BYTES_MAX + 1);
    big[JSON_BYTES_MAX] = '1';
    big[JSON_BYTES_MAX + 1] = '\0';
    assert_null(parse(big));
    assert_non_null(parse(big + 1));
    memset(big, ',', JSON_BYTES_MAX);
    big[JSON_BYTES_MAX] = '\0';
    assert_null(parse(big));
    assert_non_null(strstr(error.text, "more values than"));
    free(big);
    for (uint64_t nth = 1;; nth++) {
        arena.fail_at = nth;
        struct node *n = parse("{\"a\":[\"x\",{\"b\":2}]}");
        if (n)
            break;
        assert_true(nth < 20);
    }
}

/* Mutated JSON and loose bytes; what parses must have a consistent tree. */
static size_t walk(const struct node *n)
{
    size_t count = 0, total = 1;
    for (const struct node *child = n->first; child; child = child->next, count++)
        total += walk(child);
    assert_int_equal(count, n->count);
    return total;
}

static void test_random_bytes(void **state)
{
    (void)state;
    static const char SEED[] =
        "{\"a\":[1,2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":-0,\"d\":[[],{}]}}";
    static const char ALPHABET[] = "{}[]\",:\\u0019eE.-+ntf \xc3\xa9\x00\x80";
    struct random r = { 5 };
    size_t parsed = 0;
    for (int i = 0; i < 6000; i++) {
        char text[sizeof(SEED)];
        memcpy(text, SEED, sizeof(SEED));
        size_t len = sizeof(SEED) - 1;
        for (uint64_t k = 1 + random_below(&r, i % 3 ? 2 : 60); k > 0; k--)
            text[random_below(&r, len)] = ALPHABET[random_below(&r, sizeof(ALPHABET) - 1)];
        char *exact = malloc(len);
        memcpy(exact, text, len);
        struct node *n = json_parse(&arena, span_of(exact, len), &error);
        free(exact);
        if (n) {
            parsed++;
            walk(n);
        }
        arena_release(&arena);
    }
    assert_true(parsed > 100);
}

int main(void)
{
    json_init(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nul_in_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_huge_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_duplicate_key_last_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_and_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
