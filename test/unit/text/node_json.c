/* JSON: what is one, what is none, and what is too much. */
#include "unit/check.h"

#include "base/random.h"
#include "text/node_json.c"

#include <stdio.h>
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
    for (size_t i = 0; i < JSON_BYTES_MAX; i += 2)
        memcpy(big + i, i ? ",1" : "[1", 2);
    big[JSON_BYTES_MAX] = '\0';
    assert_null(parse(big));
    assert_non_null(strstr(error.text, "not enough memory"));
    free(big);
    arena_release(&arena);
    for (uint64_t nth = 1;; nth++) {
        arena.fail_at = nth;
        struct node *n = parse("{\"a\":[\"x\",{\"b\":2}]}");
        if (n)
            break;
        assert_true(nth < 20);
    }
}

/* A tree's counts are those of its children. */
static size_t walk(const struct node *n)
{
    size_t count = 0, total = 1;
    for (const struct node *child = n->first; child; child = child->next, count++)
        total += walk(child);
    assert_int_equal(count, n->count);
    return total;
}

static struct node *front(const char *json, enum json_end *end)
{
    struct span rest;
    size_t values = 1000;
    return json_front(&arena, span_str(json), &values, end, &rest);
}

/* Of a text that ends early, what is whole stays. */
static void test_front(void **state)
{
    (void)state;
    enum json_end end;
    struct span rest;
    size_t values = 1000;
    const struct node *n = json_front(&arena, SPAN(" {\"a\":1} \n tail"), &values, &end, &rest);
    assert_int_equal(values, 998);
    assert_int_equal(end, JSON_WHOLE);
    assert_true(span_is(rest, "tail"));
    assert_int_equal(node_get(n, "a")->integer, 1);
    assert_false(n->cut);

    n = front("[{\"i\":\"a\",\"n\":1},{\"i\":\"b\",\"n\":12", &end);
    assert_int_equal(end, JSON_CUT);
    assert_int_equal(n->count, 2);
    assert_true(n->cut);
    assert_false(n->first->cut);
    assert_true(n->first->next->cut);
    assert_true(span_is(node_text(node_get(n->first->next, "i")), "b"));
    assert_null(node_get(n->first->next, "n")); /* it may have been 123 */

    n = front("{\"a\":\"x\",\"b\":\"y", &end);
    assert_int_equal(end, JSON_CUT);
    assert_int_equal(n->count, 1);
    n = front("{\"a\":1,\"b\":{\"c\":true,\"d\":fal", &end);
    assert_int_equal(end, JSON_CUT);
    assert_int_equal(node_path(n, SPAN("b.c"))->integer, 1);
    assert_null(node_path(n, SPAN("b.d")));
    assert_int_equal(front("12", &end)->integer, 12);
    assert_int_equal(end, JSON_WHOLE);
    static const char *const nothing[] = { "", " ", "[", "{", "[[{\"a\":[", "{\"a\"", "{\"a\":", "\"x", "tru", "[1,]", "[1,2}",
                                           "{\"a\":1,}", "[1,\"\xff\"", "<html>", "[\"a\\" };
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        if (front(nothing[i], &end))
            fail_msg("\"%s\" is taken for JSON", nothing[i]);
        assert_int_equal(end, JSON_NONE);
    }
}

/* The ceiling cuts; it does not lose what was read. */
static void test_front_ceiling(void **state)
{
    (void)state;
    enum json_end end;
    struct span rest;
    size_t values = 4;
    const struct node *n = json_front(&arena, SPAN("[1,2,3,4,5]"), &values, &end, &rest);
    assert_int_equal(end, JSON_CUT);
    assert_int_equal(n->count, 3);
    assert_true(n->cut);
    assert_int_equal(values, 0);
    values = 4;
    n = json_front(&arena, SPAN("[1,2,3]"), &values, &end, &rest);
    assert_int_equal(end, JSON_WHOLE);
    assert_int_equal(n->count, 3);
}

/* A text cut at any place yields a tree whose every part stands in the whole one. */
static void test_front_anywhere(void **state)
{
    (void)state;
    static const char TEXT[] =
        "{\"a\":[1,2.5e3,true,null,\"x\\u00e9\\n\\ud83d\\ude00\"],\"b\":{\"c\":-0,\"d\":[[],{}]},\"e\":\"\xc3\xa9\"}";
    enum json_end end;
    struct span rest;
    size_t cut = 0;
    for (size_t len = 0; len < sizeof(TEXT) - 1; len++) {
        char *exact = malloc(len + 1);
        memcpy(exact, TEXT, len);
        size_t values = 1000;
        const struct node *n = json_front(&arena, span_of(exact, len), &values, &end, &rest);
        assert_int_not_equal(end, JSON_WHOLE);
        assert_int_equal(n != NULL, end == JSON_CUT);
        cut += end == JSON_CUT;
        if (n)
            walk(n);
        const struct node *e = node_get(n, "e"), *first = node_path(n, SPAN("a.0"));
        assert_true(!e || span_is(node_text(e), "\xc3\xa9"));
        assert_true(!first || first->integer == 1);
        free(exact);
    }
    assert_true(cut > sizeof(TEXT) / 2);
}

/* Large maps are indexed; what is found does not change. */
static void test_large_map(void **state)
{
    (void)state;
    char *text = malloc(64 * 1024), *at = text;
    at += sprintf(at, "{");
    for (int i = 0; i < 2000; i++)
        at += sprintf(at, "%s\"k%d\":%d", i ? "," : "", i % 1900, i);
    sprintf(at, "}");
    const struct node *n = parse(text);
    free(text);
    assert_int_equal(n->count, 1900);
    walk(n);
    assert_int_equal(node_get(n, "k5")->integer, 1905);
    assert_int_equal(node_get(n, "k1899")->integer, 1899);
    assert_true(span_is(n->first->key, "k0"));
    assert_null(node_get(n, "k1900"));
    const struct node *small = parse("{\"a\":1,\"b\":2,\"a\":3,\"b\":4,\"c\":5,\"a\":6}");
    assert_int_equal(small->count, 3);
    walk(small);
    assert_int_equal(node_get(small, "a")->integer, 6);
    assert_int_equal(node_get(small, "b")->integer, 4);
    assert_int_equal(node_get(small, "c")->integer, 5);
}

/* Mutated JSON and loose bytes; what parses must have a consistent tree. */
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

/* No text at all, which has no address either. */
static void test_nothing(void **state)
{
    (void)state;
    struct arena own;
    struct error e;
    arena_init(&own, 1 << 16);
    assert_null(json_parse(&own, SPAN_NONE, &e));
    assert_string_equal(e.text, "not JSON: line 1, column 1");
    arena_release(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nul_in_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_huge_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_duplicate_key_last_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_and_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_front, setup, teardown),
        cmocka_unit_test_setup_teardown(test_front_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_front_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_map, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
