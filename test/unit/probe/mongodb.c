/* MongoDB: the exact requests, and which refusals are locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/mongodb.c"

static struct span render(const struct ask *a, const struct span *args, size_t n, uint8_t out[static 1024])
{
    struct writer w = writer_over(out, 1024);
    assert_true(ask_render(a, args, n, &w));
    return writer_span(&w);
}

static void test_lengths_are_true(void **state)
{
    (void)state;
    uint8_t out[1024];
    struct span s = render(&MG_HELLO, NULL, 0, out);
    assert_true(span_eq(s, SPAN("\x34\0\0\0" "\x01\0\0\0" "\0\0\0\0" "\xdd\x07\0\0" "\0\0\0\0" "\0"
                                "\x1f\0\0\0" "\x10hello\0\x01\0\0\0" "\x02$db\0\x06\0\0\0" "admin\0" "\0")));
    struct span names[] = { SPAN("db"), SPAN("coll"), SPAN("db") };
    s = render(&MG_DATA_SIZE, names, 3, out);
    assert_true(span_is(bson_text(span_from(s, 21), "dataSize"), "db.coll"));
    assert_true(span_is(bson_text(span_from(s, 21), "$db"), "db"));
    assert_true(bson_true(span_from(s, 21), "estimate"));
    struct span old[] = { SPAN("db"), SPAN("db"), SPAN("coll") };
    s = render(&MG_OLD_DATA_SIZE, old, 3, out);
    assert_true(span_is(bson_text(span_from(s, 36), "dataSize"), "db.coll"));
    s = render(&MG_COLLECTIONS, names, 1, out);
    assert_int_equal(bson_number(bson_inside(span_from(s, 21), "cursor"), "batchSize", 0), 1000);
}

/* In OP_QUERY the database is a C string: a NUL would end it early. */
static void test_old_requests_refuse_a_nul(void **state)
{
    (void)state;
    uint8_t out[1024];
    struct writer w = writer_over(out, sizeof(out));
    struct span evil = SPAN("db.people\0");
    assert_false(ask_render(&MG_OLD_DB_STATS, &evil, 1, &w));
}

static void test_locks(void **state)
{
    (void)state;
    assert_true(mg_is_lock(SPAN("\x0f\0\0\0" "\x10" "code\0" "\x0d\0\0\0" "\0")));
    assert_false(mg_is_lock(SPAN("\x0f\0\0\0" "\x10" "code\0" "\x3b\0\0\0" "\0")));
    assert_true(mg_is_lock(SPAN("\x1f\0\0\0" "\x02" "errmsg\0" "\x0e\0\0\0" "need to login\0" "\0")));
    assert_false(mg_is_lock(SPAN_NONE));
}

static void test_only_named_databases_count(void **state)
{
    (void)state;
    assert_false(mg_has_names(SPAN_NONE));
    assert_false(mg_has_names(SPAN("\x05\0\0\0\0")));
    assert_true(mg_has_names(SPAN("\x19\0\0\0" "\x03" "0\0" "\x11\0\0\0" "\x02" "name\0" "\x02\0\0\0" "a\0" "\0" "\0")));
    assert_false(mg_has_names(SPAN("\x18\0\0\0" "\x03" "0\0" "\x10\0\0\0" "\x02" "name\0" "\x01\0\0\0" "\0" "\0" "\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_are_true),
        cmocka_unit_test(test_old_requests_refuse_a_nul),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_only_named_databases_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
