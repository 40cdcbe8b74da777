/* Files of addresses and names, and which names a host can have. */
#include "owner/names.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *find(const struct name_book *b, const char *text)
{
    struct address a;
    assert_true(address_parse(span_str(text), &a));
    return name_book_find(b, &a);
}

static void test_read(void **state)
{
    (void)state;
    struct arena a;
    struct name_book b;
    struct error e = { "" };
    arena_init(&a, 1 << 20);
    if (!name_book_read(&b, &a, "n.txt",
                        SPAN("# names\n\n 10.0.0.5\tdb.shop.cn  # the old one\r\nfd00::5 six.shop.cn.\n"
                             "10.0.0.5 second.shop.cn\n10.0.0.6 a_b"), &e))
        fail_msg("%s", e.text);
    assert_int_equal(b.count, 3);
    assert_string_equal(find(&b, "10.0.0.5"), "db.shop.cn");
    assert_string_equal(find(&b, "fd00::5"), "six.shop.cn.");
    assert_string_equal(find(&b, "10.0.0.6"), "a_b");
    assert_null(find(&b, "10.0.0.7"));
    arena_release(&a);
    struct name_book none = { .count = 0 };
    assert_null(find(&none, "10.0.0.5"));
}

static void test_refused(void **state)
{
    (void)state;
    static const struct { struct span text; const char *why; } ROWS[] = {
        { SPAN("10.0.0.5"), "is no host name" },
        { SPAN("\n10.0.0 db.shop.cn"), "n.txt:2: \"10.0.0\" is no address" },
        { SPAN("db.shop.cn 10.0.0.5"), "is no address" },
        { SPAN("10.0.0.5 db.shop.cn another"), "\"another\" is too much" },
        { SPAN("10.0.0.5 db\x1b[31m.cn"), "is no host name" },
        { SPAN("10.0.0.5 a..b"), "is no host name" },
        { SPAN("10.0.0.5 a\0b"), "is no host name" },
        { SPAN("10.0.0.5 \xe4\xb8\xad.cn"), "is no host name" },
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        struct arena a;
        struct name_book b;
        struct error e = { "" };
        arena_init(&a, 1 << 20);
        if (name_book_read(&b, &a, "n.txt", ROWS[i].text, &e) || !strstr(e.text, ROWS[i].why))
            fail_msg("row %zu: %s", i, e.text);
        for (const char *c = e.text; *c; c++)
            assert_true((unsigned char)*c >= ' ');
        arena_release(&a);
    }
}

static void test_host_names(void **state)
{
    (void)state;
    uint8_t label[64], name[260];
    memset(label, 'a', sizeof(label));
    memset(name, 'a', sizeof(name));
    for (size_t i = 49; i < sizeof(name); i += 50)
        name[i] = '.';
    assert_true(host_name_ok(span_of(label, 63)));
    assert_false(host_name_ok(span_of(label, 64)));
    assert_true(host_name_ok(span_of(name, 253)));
    assert_false(host_name_ok(span_of(name, 255)));
    assert_true(host_name_ok(SPAN("XN--fiqs8s.cn.")));
    assert_false(host_name_ok(SPAN(".")));
    assert_false(host_name_ok(SPAN("")));
    assert_false(host_name_ok(SPAN("a.")) && host_name_ok(SPAN("a..")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_host_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
