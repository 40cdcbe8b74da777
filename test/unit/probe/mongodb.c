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
    struct span s = render(&MG_HELLO_NOW, NULL, 0, out);
    assert_true(span_eq(s, SPAN("\x34\0\0\0" "\x01\0\0\0" "\0\0\0\0" "\xdd\x07\0\0" "\0\0\0\0" "\0"
                                "\x1f\0\0\0" "\x10hello\0\x01\0\0\0" "\x02$db\0\x06\0\0\0" "admin\0" "\0")));
    struct span names[] = { SPAN("db"), SPAN("coll"), SPAN("db") };
    s = render(&MG_DATA_SIZE_NOW, names, 3, out);
    assert_true(span_is(bson_text(span_from(s, 21), "dataSize"), "db.coll"));
    assert_true(span_is(bson_text(span_from(s, 21), "$db"), "db"));
    assert_true(bson_true(span_from(s, 21), "estimate"));
    struct span old[] = { SPAN("db"), SPAN("db"), SPAN("coll") };
    s = render(&MG_DATA_SIZE_OLD, old, 3, out);
    assert_true(span_is(bson_text(span_from(s, 36), "dataSize"), "db.coll"));
    s = render(&MG_COLLECTIONS_NOW, names, 1, out);
    assert_int_equal(bson_number(bson_inside(span_from(s, 21), "cursor"), "batchSize", 0), 1000);
}

/* In OP_QUERY the database is a C string: a NUL would end it early. */
static void test_old_requests_refuse_a_nul(void **state)
{
    (void)state;
    uint8_t out[1024];
    struct writer w = writer_over(out, sizeof(out));
    struct span evil = SPAN("db.people\0");
    assert_false(ask_render(&MG_DB_STATS_OLD, &evil, 1, &w));
}

static void test_locks(void **state)
{
    (void)state;
    assert_true(mg_is_lock(SPAN("\x0f\0\0\0" "\x10" "code\0" "\x0d\0\0\0" "\0")));
    assert_false(mg_is_lock(SPAN("\x0f\0\0\0" "\x10" "code\0" "\x3b\0\0\0" "\0")));
    assert_true(mg_is_lock(SPAN("\x1f\0\0\0" "\x02" "errmsg\0" "\x0e\0\0\0" "need to login\0" "\0")));
    assert_false(mg_is_lock(SPAN_NONE));
}

/* Every dress of every command: a whole document, that a secondary may answer, with the version where it is asked for. */
static void test_dresses(void **state)
{
    (void)state;
    uint8_t out[1024];
    static const struct {
        const struct mg_command *command;
        size_t names;
        bool anywhere;
    } CASES[] = {
        { &MG_HELLO, 0, false },          { &MG_BUILD_INFO, 0, false },  { &MG_LIST_DATABASES, 0, true },
        { &MG_DATABASE_NAMES, 0, true },  { &MG_GET_LOG, 0, false },     { &MG_LIST_COLLECTIONS, 1, true },
        { &MG_DB_STATS, 1, true },        { &MG_DATA_SIZE, 3, true },
    };
    struct span names[] = { SPAN("db"), SPAN("db"), SPAN("db") };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct bson_item item;
        for (enum mg_dress d = MG_NOW; d <= MG_WITH_API; d++) {
            struct span s = span_from(render(CASES[i].command->in[d], names, CASES[i].names, out), 21);
            assert_true(bson_get(s, "$db", &item));
            assert_true(span_is(bson_text(s, "apiVersion"), d == MG_WITH_API ? "1" : ""));
            assert_true(span_is(bson_text(bson_inside(s, "$readPreference"), "mode"),
                                CASES[i].anywhere ? "secondaryPreferred" : ""));
        }
        struct span old = render(CASES[i].command->in[MG_OLD], names, CASES[i].names, out);
        assert_int_equal(old.at[16], 4);
    }
}

static void test_refusals_that_ask_for_a_version(void **state)
{
    (void)state;
    assert_true(mg_wants_api(SPAN("\x0f\0\0\0" "\x10" "code\0" "\xb6\x9c\x07\0" "\0")));
    assert_false(mg_wants_api(SPAN("\x0f\0\0\0" "\x10" "code\0" "\x0d\0\0\0" "\0")));
    assert_false(mg_wants_api(SPAN_NONE));
}

#define ENTRY "\x03" "0\0" "\x11\0\0\0" "\x02" "name\0" "\x02\0\0\0" "a\0" "\0"

static bool names_in(struct span list, bool cut)
{
    struct talk t = { .databases = list, .list_cut = cut };
    return mg_has_names(&t);
}

static void test_only_named_databases_count(void **state)
{
    (void)state;
    assert_false(names_in(SPAN_NONE, false));
    assert_false(names_in(SPAN("\x05\0\0\0\0"), false));
    assert_true(names_in(SPAN("\x19\0\0\0" ENTRY "\0"), false));
    assert_false(names_in(SPAN("\x19\0\0\0" ENTRY), false)); /* it has no end */
    assert_false(names_in(SPAN("\x18\0\0\0" "\x03" "0\0" "\x10\0\0\0" "\x02" "name\0" "\x01\0\0\0" "\0" "\0" "\0"), false));
}

/* { databases: [ { name: "a" }, <cut> */
static void test_a_list_that_was_cut(void **state)
{
    (void)state;
    struct span front = mg_front_of_list(SPAN("\0\0\x10\0" "\x04" "databases\0" "\0\0\x0f\0" ENTRY "\x03" "1\0" "\x11\0"));
    assert_true(names_in(front, true));
    front = mg_front_of_list(SPAN("\0\0\x10\0" "\x04" "databases\0" "\0\0\x0f\0" "\x03" "0\0" "\x11\0\0"));
    assert_false(names_in(front, true));
    assert_int_equal(mg_front_of_list(SPAN("\0\0\x10\0" "\x04" "others\0" "\0\0\x0f\0" ENTRY)).len, 0);
    assert_int_equal(mg_front_of_list(SPAN("\0\0\x10\0" "\x01" "ok\0")).len, 0);
    assert_int_equal(mg_front_of_list(SPAN_NONE).len, 0);
}

static void test_the_log(void **state)
{
    (void)state;
    assert_false(mg_is_log(SPAN("\x0d\0\0\0" "\x10" "ok\0" "\x01\0\0\0" "\0")));
    assert_true(mg_is_log(SPAN("\x2e\0\0\0" "\x10" "totalLinesWritten\0" "\0\0\0\0" "\x04" "log\0" "\x05\0\0\0\0"
                               "\x10" "ok\0" "\x01\0\0\0" "\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_are_true),
        cmocka_unit_test(test_old_requests_refuse_a_nul),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_dresses),
        cmocka_unit_test(test_refusals_that_ask_for_a_version),
        cmocka_unit_test(test_only_named_databases_count),
        cmocka_unit_test(test_a_list_that_was_cut),
        cmocka_unit_test(test_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
