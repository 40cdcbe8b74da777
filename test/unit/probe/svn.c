/* Subversion: lists within lists, the ways to log in, and what opens. */
#include "unit/said.h"

#include "probe/svn.c"

#define GREETING "( success ( 2 2 ( ) ( edit-pipeline svndiff1 ) ) ) "
#define WAYS(list) "( success ( ( " list " ) 5:realm ) ) "
#define NONE_NEEDED "( success ( ( ) 0: ) ) "
#define ENTERED "( success ( ) ) ( success ( 4:uuid 16:svn://10.0.0.5/x ( ) ) ) "

static enum outcome meet(const char *ways, const char *entered, const char *latest, const char *top)
{
    struct said s;
    const struct span answers[] = { SPAN(GREETING), span_str(ways), span_str(entered), span_str(latest), span_str(top) };
    enum outcome outcome = said_meet(&s, &PROBE_SVN, answers, 5);
    said_end(&s);
    return outcome;
}

static void first_bytes(void **state)
{
    (void)state;
    assert_true(svn_recognises(SPAN(GREETING)));
    assert_true(svn_recognises(SPAN("( success ( 1 2 ( ANONYMOUS ) ( ) ) ) ")));
    assert_false(svn_recognises(SPAN("( success ( 3 3 ( ) ( ) ) ) ")));
    assert_false(svn_recognises(SPAN("( failure ( ) ) ")));
    assert_false(svn_recognises(SPAN_NONE));
    said_cut_is_nobodys(&PROBE_SVN, SPAN(GREETING));
}

static void top_may_be_looked_at(void **state)
{
    (void)state;
    const char *latest = NONE_NEEDED "( success ( 7 ) ) ";
    assert_int_equal(meet(WAYS("ANONYMOUS CRAM-MD5"), ENTERED, latest, NONE_NEEDED "( success ( dir ) ) "), OUTCOME_OPEN);
    assert_int_equal(meet(WAYS("ANONYMOUS"), ENTERED, latest, NONE_NEEDED "( success ( none ) ) "), OUTCOME_UNCLEAR);
    /* Authorization failed; a login for the top. */
    assert_int_equal(meet(WAYS("ANONYMOUS"), ENTERED, latest, NONE_NEEDED "( failure ( ( 170001 2:no 0: 0 ) ) ) "), OUTCOME_LOCKED);
    assert_int_equal(meet(WAYS("ANONYMOUS"), ENTERED, latest, "( success ( ( CRAM-MD5 ) 5:realm ) ) "), OUTCOME_LOCKED);
}

static void wants_a_login(void **state)
{
    (void)state;
    assert_int_equal(meet(WAYS("CRAM-MD5"), "", "", ""), OUTCOME_LOCKED);
    assert_int_equal(meet(WAYS("X-NOBODY-KNOWS"), "", "", ""), OUTCOME_UNCLEAR);
    assert_int_equal(meet("( failure ( ( 210005 2:no 0: 0 ) ) ) ", "", "", ""), OUTCOME_UNCLEAR);
    assert_int_equal(meet(WAYS("ANONYMOUS"), "( failure ( 2:no ) ) ", "", ""), OUTCOME_UNCLEAR);
}

/* A counted string may hold brackets; one that is longer than all that is read breaks the list. */
static void counted_strings(void **state)
{
    (void)state;
    assert_int_equal(meet("( success ( ( CRAM-MD5 ) 5:)))(( ) ) ", "", "", ""), OUTCOME_LOCKED);
    assert_int_equal(meet("( success ( ( CRAM-MD5 ) 99999:x ) ) ", "", "", ""), OUTCOME_UNCLEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(first_bytes), cmocka_unit_test(top_may_be_looked_at),
                                        cmocka_unit_test(wants_a_login), cmocka_unit_test(counted_strings) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
