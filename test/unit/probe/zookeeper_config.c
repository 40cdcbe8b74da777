/* The members of an ensemble: forms of their lines. */
#include "unit/check.h"

#include "probe/zookeeper_config.c"

static void expect(const char *config, const char *peers, const char *members)
{
    struct arena a;
    struct visit v;
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 2181 };
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &e);
    struct observation *o = visit_observe(&v, "zookeeper", KIND_COORDINATION);
    zookeeper_config_state(o, span_str(config), "zookeeper.config");
    if (!span_is(fact_get_text(o, "peers"), peers) || !span_is(fact_get_text(o, "members"), members))
        fail_msg("%s: peers %.*s, members %.*s", config, SPAN_FMT(fact_get_text(o, "peers")),
                 SPAN_FMT(fact_get_text(o, "members")));
    arena_release(&a);
}

static void test_lines(void **state)
{
    (void)state;
    expect("server.1=10.0.0.5:2888:3888:participant;10.0.0.5:2181\n"
           "server.2=zoo2.corp:2888:3888:observer;2182\nversion=100000000", "10.0.0.5:2181, zoo2.corp:2182", "");
    expect("server.1=10.0.0.5:2888:3888:participant;0.0.0.0:2181\r\n", "10.0.0.5:2181", "");
    expect("server.3=[fd00::5]:2888:3888;[0:0:0:0:0:0:0:0]:2181", "[fd00::5]:2181", "");
    expect("server.3=[fd00::5]:2888:3888;[fd00::6]:2181", "[fd00::6]:2181", "");
    expect("server.1=10.0.0.5:2888:3888|10.0.1.5:2888:3888:participant;2181", "10.0.0.5:2181", "");
    expect("server.1=10.0.0.5:2888:3888:participant\nserver.2=zoo2:2888:3888:participant\nversion=0", "",
           "10.0.0.5, zoo2");
}

static void test_none(void **state)
{
    (void)state;
    expect("", "", "");
    expect("version=0", "", "");
    expect("group.1=1:2:3\nweight.1=1\n", "", "");
    expect("server.x=10.0.0.5:2888:3888;2181", "", "");
    expect("server.1=10.0.0.5:2888:3888;70000", "", "");
    expect("server.1=:2888:3888;2181", "", "");
    expect("server.1", "", "");
    expect("server.1=a b:1:2\nserver.2=a,b:1:2", "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines), cmocka_unit_test(test_none) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
