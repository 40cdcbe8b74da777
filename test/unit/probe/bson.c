/* BSON: every type's size, and every way in which a document can lie about its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/bson.c"

/* A string literal without its own NUL, as a document. */
#define DOC(text) SPAN(text)

static void test_reads_each_kind(void **state)
{
    (void)state;
    struct span d = DOC("\x3b\0\0\0"
                        "\x01" "d\0" "\0\0\0\0\0\0\x0c\x40" /* 3.5 */
                        "\x02" "t\0" "\x03\0\0\0" "hi\0"
                        "\x03" "o\0" "\x05\0\0\0\0"
                        "\x08" "b\0" "\x01"
                        "\x10" "i\0" "\xff\xff\xff\xff"
                        "\x12" "l\0" "\0\0\0\0\x01\0\0\0"
                        "\x0a" "n\0"
                        "\0");
    assert_int_equal(d.len, 0x3b);
    assert_int_equal(bson_number(d, "d", 0), 3);
    assert_true(span_is(bson_text(d, "t"), "hi"));
    assert_int_equal(bson_inside(d, "o").len, 5);
    assert_true(bson_true(d, "b"));
    assert_int_equal(bson_number(d, "i", 7), -1);
    assert_int_equal(bson_number(d, "l", 0), INT64_C(1) << 32);
    assert_int_equal(bson_number(d, "n", 9), 9);
    assert_int_equal(bson_number(d, "absent", 9), 9);
    assert_int_equal(bson_text(d, "i").len, 0);
    assert_int_equal(bson_inside(d, "t").len, 0);
}

static void test_skips_what_no_probe_asks_for(void **state)
{
    (void)state;
    struct bson_item item;
    struct span d = DOC("\x32\0\0\0"
                        "\x05" "a\0" "\x02\0\0\0\0" "xy"
                        "\x07" "b\0" "123456789012"
                        "\x0b" "c\0" "x\0" "i\0"
                        "\xff" "d\0" "\x7f" "e\0" "\x06" "f\0"
                        "\x08" "z\0" "\x01"
                        "\0");
    assert_int_equal(d.len, 0x32);
    assert_true(bson_get(d, "z", &item));
    assert_int_equal(item.number, 1);
}

static void refuses(struct span d)
{
    struct bson_item item;
    assert_false(bson_get(d, "a", &item));
}

static void test_refuses_lies(void **state)
{
    (void)state;
    refuses(SPAN_NONE);
    refuses(DOC("\x04\0\0\0"));
    refuses(DOC("\x06\0\0\0\0"));                             /* longer than it is */
    refuses(DOC("\x08\0\0\0" "\x0a" "a\0" "\x01"));           /* no zero at the end */
    refuses(DOC("\x0d\0\0\0" "\x02" "a\0" "\0\0\0\0" "\0"));  /* text of no length */
    refuses(DOC("\x0f\0\0\0" "\x02" "a\0" "\x02\0\0\0" "hi" "\0"));
    refuses(DOC("\x0c\0\0\0" "\x02" "a\0" "\xff\xff\xff\xff" "\0"));
    refuses(DOC("\x0d\0\0\0" "\x03" "a\0" "\x04\0\0\0" "\0"));
    refuses(DOC("\x0d\0\0\0" "\x03" "a\0" "\xff\xff\xff\x7f" "\0"));
    refuses(DOC("\x08\0\0\0" "\x44" "a\0" "\0"));             /* unknown type */
    refuses(DOC("\x0b\0\0\0" "\x0a" "a\0" "\x10" "b\0" "\0")); /* a good item, then a broken one */
}

static void test_a_nested_lie_is_seen_when_entered(void **state)
{
    (void)state;
    struct span d = DOC("\x14\0\0\0" "\x03" "o\0" "\x0c\0\0\0" "\x10" "a\0" "\x01\0\0\0" "\x01" "\0");
    assert_int_equal(d.len, 0x14);
    struct span inside = bson_inside(d, "o");
    assert_int_equal(inside.len, 12);
    assert_int_equal(bson_number(inside, "a", 5), 5);
}

static void test_doubles_are_clamped(void **state)
{
    (void)state;
    struct span infinite = DOC("\x10\0\0\0" "\x01" "a\0" "\0\0\0\0\0\0\xf0\x7f" "\0");
    struct span nan = DOC("\x10\0\0\0" "\x01" "a\0" "\0\0\0\0\0\0\xf8\x7f" "\0");
    assert_true(bson_number(infinite, "a", 0) == INT64_MAX);
    assert_true(bson_number(nan, "a", 0) == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_each_kind),
        cmocka_unit_test(test_skips_what_no_probe_asks_for),
        cmocka_unit_test(test_refuses_lies),
        cmocka_unit_test(test_a_nested_lie_is_seen_when_entered),
        cmocka_unit_test(test_doubles_are_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
