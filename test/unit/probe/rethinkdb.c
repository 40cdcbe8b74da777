/* RethinkDB: which names may stand in a query, and first bytes. */
#include "unit/check.h"

#include "probe/rethinkdb.c"

static void names(void **state)
{
    (void)state;
    assert_true(rethinkdb_is_name(SPAN("people_2-old")));
    assert_false(rethinkdb_is_name(SPAN("a\"b")));
    assert_false(rethinkdb_is_name(SPAN("a b")));
    assert_false(rethinkdb_is_name(SPAN_NONE));
}

static void first_bytes(void **state)
{
    (void)state;
    assert_true(rethinkdb_recognises(SPAN("ERROR: Received an unsupported protocol version. This port is for RethinkDB "
                                          "queries. Does your client driver version not match the server?\n")));
    assert_false(rethinkdb_recognises(SPAN("ERROR: This port is for somebody else")));
    assert_false(rethinkdb_recognises(SPAN("This port is for RethinkDB queries")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(first_bytes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
