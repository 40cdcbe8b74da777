/* Lists of endpoints that services name. */
#include "unit/check.h"

#include "record/peer.c"

static void expect(const char *list, const char *again)
{
    uint8_t text[256];
    struct writer out = writer_over(text, sizeof(text));
    struct span rest = span_str(list);
    struct peer_place p;
    while (peer_next(&rest, &p))
        peer_put(&out, p.host, p.port);
    if (!span_is(writer_span(&out), again))
        fail_msg("%s: %.*s", list, SPAN_FMT(writer_span(&out)));
}

static void test_lists(void **state)
{
    (void)state;
    expect("10.0.0.6:9092", "10.0.0.6:9092");
    expect("10.0.0.6:9092, kafka2.corp:9093", "10.0.0.6:9092, kafka2.corp:9093");
    expect("10.0.0.6:9092,10.0.0.7:9092", "10.0.0.6:9092, 10.0.0.7:9092");
    expect("[fd00::6]:9092", "[fd00::6]:9092");
    expect("fd00::6:9092", "[fd00::6]:9092"); /* as some write it: the last colon counts */
    expect("", "");
    expect(",,", "");
    expect("10.0.0.6", "");
    expect("10.0.0.6:", "");
    expect(":9092", "");
    expect("10.0.0.6:0", "");
    expect("10.0.0.6:65536", "");
    expect("10.0.0.6:90x", "");
    expect("rabbit@mq1.corp:5672, rabbit@10.0.0.6:25672", "mq1.corp:5672, 10.0.0.6:25672");
    expect("rabbit@:5672", "");
    expect("a@b@10.0.0.6:9092", "");
    expect("a@b/10.0.0.6:9092", "");
    expect("http://10.0.0.6:2379, https://etcd2.corp:2379/", "10.0.0.6:2379, etcd2.corp:2379");
    expect("es1.corp/10.0.0.6:9200", "10.0.0.6:9200");
    expect("http://user@10.0.0.6:2379", "");
    expect("a/b/10.0.0.6:9200", "");
    expect("a b:9092", "");
    expect("\x1b[31m:9092, 10.0.0.6:9092", "10.0.0.6:9092");
}

static void test_a_full_list_stays_whole(void **state)
{
    uint8_t text[30];
    struct writer out = writer_over(text, sizeof(text));
    (void)state;
    for (int i = 0; i < 5; i++)
        peer_put(&out, SPAN("10.0.0.6"), 9092);
    assert_true(span_is(writer_span(&out), "10.0.0.6:9092, 10.0.0.6:9092") || span_is(writer_span(&out), "10.0.0.6:9092"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_lists), cmocka_unit_test(test_a_full_list_stays_whole) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
