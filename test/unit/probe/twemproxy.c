/* Twemproxy: pools and servers in its statistics. */
#include "unit/said.h"

#include "probe/twemproxy.c"

#define STATS "{\"service\":\"nutcracker\", \"source\":\"proxy1\", \"version\":\"0.5.0\", \"uptime\":1, " \
    "\"alpha\": {\"client_eof\":0, \"10.0.0.6:6379:1\": {\"requests\":0}, \"10.0.0.7:6379:1\": {\"requests\":0}}, " \
    "\"beta\": {\"10.0.0.8:6379:1\": {}}}"

static void pools_and_servers(void **state)
{
    (void)state;
    struct said s;
    struct span answer = SPAN(STATS "\n");
    assert_int_equal(said_meet(&s, &PROBE_TWEMPROXY, &answer, 1), OUTCOME_OPEN);
    assert_int_equal(s.seen->collection_count, 2);
    assert_int_equal(fact_get(s.seen, "nodes")->number, 3);
    assert_true(span_is(fact_get(s.seen, "version")->text, "0.5.0"));
    assert_true(span_is(fact_get(s.seen, "host")->text, "proxy1"));
    said_end(&s);
    said_cut_is_nobodys(&PROBE_TWEMPROXY, SPAN(STATS));
}

static void others(void **state)
{
    (void)state;
    assert_true(twemproxy_recognises(SPAN(STATS)));
    assert_false(twemproxy_recognises(SPAN("{\"service\":\"another\"")));
    assert_false(twemproxy_recognises(SPAN_NONE));
    assert_int_equal(said_once(&PROBE_TWEMPROXY, SPAN("{\"service\":\"nutcracker\"}")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_TWEMPROXY, SPAN("{\"service\":\"nutcracker\", \"version\":5}")), OUTCOME_NOT_MINE);
    assert_int_equal(said_once(&PROBE_TWEMPROXY, SPAN("{\"service\":\"nutcracker\", \"version\":\"1\"")), OUTCOME_NOT_MINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pools_and_servers), cmocka_unit_test(others) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
