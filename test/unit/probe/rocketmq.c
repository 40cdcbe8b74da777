/* RocketMQ: lengths of its requests, versions, its own topics, addresses in what is no strict JSON. */
#include "unit/check.h"

#include "probe/rocketmq.c"

static void requests_state_their_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; PROBE_ROCKETMQ.asks[i]; i++) {
        struct verdict v;
        struct reader r = reader_over(&v, PROBE_ROCKETMQ.asks[i]->parts[0].bytes);
        uint32_t all = reader_be32(&r);
        assert_int_equal(all, reader_left(&r));
        uint32_t head = reader_be32(&r);
        assert_int_equal(head, reader_left(&r));
    }
}

static void versions(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 16);
    assert_true(span_is(rocketmq_version(&a, SPAN("V5_1_4")), "5.1.4"));
    assert_true(span_is(rocketmq_version(&a, SPAN("V4_9_8_SNAPSHOT")), "4.9.8"));
    assert_int_equal(rocketmq_version(&a, SPAN("5_1_4")).len, 0);
    assert_int_equal(rocketmq_version(&a, SPAN("V")).len, 0);
    arena_release(&a);
}

static void topics_of_its_own(void **state)
{
    (void)state;
    struct owners owners = { .len = 0 };
    rocketmq_own(&owners, SPAN("zoo"));
    assert_true(rocketmq_is_own(SPAN("%RETRY%group")));
    assert_true(rocketmq_is_own(SPAN("rmq_sys_REVIVE_LOG_zoo")));
    assert_true(rocketmq_is_after(&owners, SPAN("zoo")));
    assert_true(rocketmq_is_after(&owners, SPAN("zoo_REPLY_TOPIC")));
    assert_false(rocketmq_is_after(&owners, SPAN("zoology")));
    assert_false(rocketmq_is_own(SPAN("orders")));
}

static void addresses(void **state)
{
    (void)state;
    struct arena a;
    struct visit v;
    struct endpoint e = { .port = 9876 };
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &e);
    struct observation *o = visit_observe(&v, "rocketmq", KIND_QUEUE);
    rocketmq_peers(o, SPAN("{\"brokerAddrTable\":{\"one\":{\"brokerAddrs\":{0:\"10.0.0.5:10911\",1:\"10.0.0.6:10911\"},"
                           "\"brokerName\":\"one\"},\"two\":{\"brokerAddrs\":{0:\"10.0.0.7:10911\"}}}}"));
    assert_true(span_is(fact_get_text(o, "peers"), "10.0.0.5:10911, 10.0.0.6:10911, 10.0.0.7:10911"));
    arena_release(&a);
}

/* Ends anywhere: nothing is read beyond it. */
static void cut_texts(void **state)
{
    (void)state;
    struct span text = SPAN("{\"cluster\":\"zoo\"}");
    assert_true(span_is(rocketmq_text(text, SPAN("\"cluster\":")), "zoo"));
    for (size_t n = 0; n < 15; n++)
        assert_int_equal(rocketmq_text(span_first(text, n), SPAN("\"cluster\":")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_state_their_lengths), cmocka_unit_test(versions), cmocka_unit_test(topics_of_its_own),
        cmocka_unit_test(addresses), cmocka_unit_test(cut_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
