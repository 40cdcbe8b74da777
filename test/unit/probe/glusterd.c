/* GlusterFS: the list of programs that makes a port its management's. */
#include "unit/said.h"

#include "probe/glusterd.c"

#define REPLY(size) "\x80\0\0" size "\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
#define PROGRAM(name) "\0\0\0\x01\0\0\0\x0c" name "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"

static void management(void **state)
{
    (void)state;
    struct span answer = SPAN(REPLY("\x50") "\0\0\0\0\0\0\0\0" PROGRAM("GlusterD svc") "\0\0\0\0");
    assert_int_equal(said_once(&PROBE_GLUSTERD, answer), OUTCOME_IDENTIFIED);
    said_cut_is_nobodys(&PROBE_GLUSTERD, answer);
}

static void is_another(void **state)
{
    (void)state;
    /* A brick's list, an error, bytes behind the list, a name longer than the answer, no such program. */
    assert_int_equal(said_once(&PROBE_GLUSTERD, SPAN(REPLY("\x50") "\0\0\0\0\0\0\0\0" PROGRAM("GlusterFS 4x") "\0\0\0\0")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_GLUSTERD, SPAN(REPLY("\x50") "\0\0\0\x01\0\0\0\0" PROGRAM("GlusterD svc") "\0\0\0\0")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_GLUSTERD, SPAN(REPLY("\x54") "\0\0\0\0\0\0\0\0" PROGRAM("GlusterD svc") "\0\0\0\0more")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_GLUSTERD, SPAN(REPLY("\x30") "\0\0\0\0\0\0\0\0" "\0\0\0\x01\0\0\0\x60")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_GLUSTERD, SPAN("\x80\0\0\x18" "\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01")), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(management), cmocka_unit_test(is_another) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
