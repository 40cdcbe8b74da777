/* The portmapper: its list, which is taken whole or not at all. */
#include "unit/said.h"

#include "probe/rpcbind.c"

#define REPLY(size, id) "\x80\0\0" size "\0\0\0" id "\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ENTRY(program, version, protocol, port) "\0\0\0\x01" program "\0\0\0" version "\0\0\0" protocol "\0\0" port
#define NFS "\0\x01\x86\xa3"

static void names(void **state)
{
    (void)state;
    assert_string_equal(rpcbind_name(100003), "nfs");
    assert_null(rpcbind_name(4711));
}

static void list(void **state)
{
    (void)state;
    struct said s;
    const struct span answers[] = { SPAN_NONE, SPAN(REPLY("\x18", "\x01")),
                                    SPAN(REPLY("\x44", "\x02") ENTRY(NFS, "\x03", "\x06", "\x08\x01") ENTRY("\0\0\x12\x67", "\x01", "\x11", "\0\x07") "\0\0\0\0") };
    assert_int_equal(said_meet(&s, &PROBE_RPCBIND, answers + 1, 2), OUTCOME_IDENTIFIED);
    assert_int_equal(s.seen->collection_count, 2);
    assert_true(span_is(s.seen->collections.at[0].name, "nfs 3 tcp 2049"));
    assert_true(span_is(s.seen->collections.at[1].name, "4711 1 udp 7"));
    said_end(&s);
    for (size_t n = 0; n < answers[2].len; n++) { /* of a list that broke off no name is taken */
        const struct span cut[] = { answers[1], span_first(answers[2], n) };
        assert_int_equal(said_meet(&s, &PROBE_RPCBIND, cut, 2), OUTCOME_UNCLEAR);
        assert_int_equal(s.seen->collections.len, 0);
        said_end(&s);
    }
}

static void others(void **state)
{
    (void)state;
    said_cut_is_nobodys(&PROBE_RPCBIND, SPAN(REPLY("\x18", "\x01")));
    assert_int_equal(said_once(&PROBE_RPCBIND, SPAN(REPLY("\x18", "\x07"))), OUTCOME_NOT_MINE); /* another call's */
    assert_int_equal(said_once(&PROBE_RPCBIND, SPAN("\x80\0\0\x18" "\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_RPCBIND, SPAN("\x80\0\0\x14" "\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x05")), OUTCOME_LOCKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(list), cmocka_unit_test(others) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
