/* A knock over a network that a test has invented: hosts, loss on both ways, a round trip, and a clock of its own. */
#include "unit/check.h"

#include "base/reader.h"
#include "base/writer.h"
#include "sweep/knock.c"

enum { WAIT_MOST_US = 10000 /* as knocker.c waits */, TRIP_US = 40000, OUR_PORT = 40000, FLYING_MAX = 1 << 20, STEPS_MAX = 100000000 };

struct flying {
    int64_t due_us;
    struct address from;
    uint8_t segment[20];
};

struct network {
    struct knock_line line; /* first */
    struct knock_config config;
    int64_t now_us;
    uint64_t loss_ppm;     /* of each packet, on its way there and on its way back */
    unsigned alive_each;   /* one in so many addresses answers; 0: nobody */
    unsigned shut_each;    /* and of those, one in so many refuses; 0: none */
    unsigned ports;        /* of an address, in the order of places */
    size_t room;           /* packets that the system takes at once; 0: any number */
    uint64_t refused_each; /* it will not send one in so many at all */
    bool slow;             /* nobody fetches what answered while it is true */
    uint64_t sent, done_until;
    struct random random;
    struct flying *flying; /* a ring: due times ascend */
    size_t at, len;
    uint8_t *handed;       /* times, by place */
    uint64_t silent, left_out, handed_out, handed_answered;
    struct knock_heard forged;
    bool has_forged;
};

/* ---- the network ---- */

static void place_at(void *self, uint64_t place, struct endpoint *ret, const char **ret_skip)
{
    const struct network *n = self;
    uint64_t host = place / n->ports;
    *ret_skip = NULL;
    *ret = (struct endpoint){ .address = { 4, { 10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host } },
                              .port = (uint16_t)(1000 + place % n->ports) };
}

static uint64_t place_gap(void *self, uint64_t from)
{
    const struct network *n = self;
    return from < n->done_until ? n->done_until : from;
}

static bool source(struct knock_line *self, const struct address *to, struct address *ret)
{
    (void)self;
    *ret = (struct address){ to->family, { 10, 255, 0, 1 } };
    return true;
}

static bool is_lost(struct network *n)
{
    return random_below(&n->random, 1000000) < n->loss_ppm;
}

static void answer(struct network *n, const uint8_t *packet)
{
    uint32_t host = (uint32_t)packet[17] << 16 | (uint32_t)packet[18] << 8 | packet[19];
    if (!n->alive_each || host % n->alive_each || is_lost(n) || is_lost(n))
        return;
    struct flying *f = &n->flying[(n->at + n->len++) % FLYING_MAX];
    assert_true(n->len <= FLYING_MAX);
    bool shut = n->shut_each && host / n->alive_each % n->shut_each == 0;
    *f = (struct flying){ .due_us = n->now_us + TRIP_US, .from = { 4, { 10, packet[17], packet[18], packet[19] } } };
    struct writer w = writer_over(f->segment, sizeof(f->segment));
    writer_put(&w, span_of(packet + 22, 2));
    writer_put(&w, span_of(packet + 20, 2));
    writer_be(&w, 99, 4);
    struct verdict bad;
    struct reader r = reader_over(&bad, span_of(packet + 24, 4));
    writer_be(&w, (uint32_t)reader_be(&r, 4) + 1, 4);
    writer_be(&w, shut ? 0x5014 : 0x5012, 2);
    writer_be(&w, 0, 6);
}

static size_t send_some(struct knock_line *self, uint8_t family, const struct span *packets, size_t count, bool *ret_refused)
{
    struct network *n = (struct network *)self;
    assert_int_equal(family, 4);
    size_t most = n->room && n->room < count ? n->room : count;
    if (n->room && random_below(&n->random, 4) == 0)
        return 0;
    for (size_t i = 0; i < most; i++) {
        if (n->refused_each && random_below(&n->random, n->refused_each) == 0) {
            *ret_refused = i == 0;
            return i;
        }
        n->sent++;
        answer(n, packets[i].at);
    }
    return most;
}

static size_t receive(struct knock_line *self, struct knock_heard *ret, size_t max)
{
    struct network *n = (struct network *)self;
    size_t len = 0;
    if (n->has_forged)
        ret[len++] = n->forged;
    for (; len < max && n->len && n->flying[n->at].due_us <= n->now_us; n->len--) {
        ret[len++] = (struct knock_heard){ n->flying[n->at].from, span_of(n->flying[n->at].segment, 20) };
        n->at = (n->at + 1) % FLYING_MAX;
    }
    return len;
}

static void told(void *self, const struct sweep_places *p)
{
    struct network *n = self;
    for (uint64_t place = p->first; place < p->first + p->count; place++) {
        assert_int_equal(n->handed[place], 0);
        n->handed[place]++;
    }
    *(p->end == PLACES_SILENT ? &n->silent : &n->left_out) += p->count;
}

static void setup(struct network *n, uint64_t total, double per_second)
{
    *n = (struct network){ .line = { OUR_PORT, source, send_some, receive }, .ports = 1, .random = { 11 } };
    n->config = (struct knock_config){ .places = { place_at, place_gap, NULL, n, total }, .per_second = per_second,
                                       .seed = 3, .told = told, .self = n };
    n->flying = calloc(FLYING_MAX, sizeof(*n->flying));
    n->handed = calloc(total, 1);
    assert_non_null(n->flying);
    assert_non_null(n->handed);
}

static void fetch(struct network *n, struct knock *k)
{
    struct turn t;
    const char *skip;
    while (knock_next(k, &t, &skip)) {
        assert_int_equal(n->handed[t.place], 0);
        n->handed[t.place]++;
        n->handed_out++;
        n->handed_answered += t.has_answered;
    }
}

static struct knock_sum run(struct network *n)
{
    struct error e;
    int64_t wait_us = 0;
    n->config.line = &n->line;
    struct knock *k = knock_new(&n->config, &e);
    assert_non_null(k);
    for (uint64_t step = 0; wait_us >= 0; step++) {
        assert_true(step < STEPS_MAX);
        n->now_us += wait_us > WAIT_MOST_US ? WAIT_MOST_US : wait_us > 0 ? wait_us : 40;
        wait_us = knock_step(k, n->now_us);
        assert_true(wait_us < 0 || knock_pending(k));
        if (n->slow && step % 20000 == 0)
            n->slow = n->now_us < 30000000;
        if (!n->slow)
            fetch(n, k);
    }
    fetch(n, k);
    assert_false(knock_pending(k));
    struct knock_sum sum = knock_sum(k);
    assert_int_equal(sum.packets, n->sent);
    uint64_t total = n->config.places.end;
    for (uint64_t i = 0; i < total; i++)
        assert_int_equal(n->handed[i], i >= n->done_until);
    assert_int_equal(n->silent + n->left_out + n->handed_out, total - n->done_until);
    knock_free(k);
    free(n->flying);
    free(n->handed);
    return sum;
}

/* ---- the tests ---- */

static void test_finds_who_answers(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 300000, 1e6);
    n.alive_each = 512;
    n.shut_each = 3;
    struct knock_sum sum = run(&n);
    assert_int_equal(n.handed_answered, 586);
    assert_int_equal(n.handed_out, 586); /* who refuses is visited as well */
    assert_int_equal(sum.answered, 586);
    assert_int_equal(sum.packets, 300000 + 300000 - 586);
    assert_true(sum.missed < 0.5);
}

static void test_nobody(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 5000, 1e6);
    run(&n);
    assert_int_equal(n.silent, 5000);
    setup(&n, 1, 100);
    n.alive_each = 1;
    run(&n);
    assert_int_equal(n.handed_out, 1);
}

/* Loss on each of both ways; what is missed and told. */
static void test_loss(void **state)
{
    (void)state;
    const struct {
        uint64_t ppm;
        double missed_most;
    } CASES[] = { { 10000, 0.0001 }, { 50000, 0.003 }, { 200000, 0.05 } };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct network n;
        setup(&n, 200000, 1e6);
        n.alive_each = 1;
        n.loss_ppm = CASES[i].ppm;
        struct knock_sum sum = run(&n);
        double missed = (double)n.silent, p = (double)n.loss_ppm / 1e6, q = 1 - (1 - p) * (1 - p);
        assert_true(missed <= CASES[i].missed_most * 200000);
        assert_true(sum.loss > q * 0.9 && sum.loss < q * 1.1);
        assert_true(missed < 20 || (sum.missed > missed / 2 && sum.missed < missed * 2));
    }
}

static void test_half_of_few_is_lost(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 100000, 1e6);
    n.alive_each = 500;
    n.loss_ppm = 200000;
    run(&n);
    assert_true(n.handed_out >= 185); /* of 200 */
}

static void test_slow_reader_loses_nothing(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 200000, 100000);
    n.alive_each = 1;
    n.slow = true;
    run(&n);
    assert_int_equal(n.handed_out, 200000);
}

static void test_busy_system(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 50000, 1e6);
    n.alive_each = 10;
    n.room = 7;
    n.refused_each = 500;
    struct knock_sum sum = run(&n);
    /* What is not sent at all is visited, so that the visit says why. */
    assert_true(n.handed_out > 5000 && n.handed_out < 5400);
    assert_true(sum.answered >= 4900);
}

static void test_goes_on(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 100000, 1e6);
    n.alive_each = 100;
    n.done_until = 70001;
    struct knock_sum sum = run(&n);
    assert_int_equal(n.handed_out, 299);
    assert_int_equal(sum.packets, 29999 * 2 - 299);
}

static void test_keeps_the_rate(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 20000, 1000);
    run(&n);
    /* 20 s for the first questions, and the second ones go beside them. */
    assert_in_range(n.now_us, 20000000, 27500000); /* the last 4096 are asked twice before the wait */
}

/* What answers costs its network ten times as much as what is silent. */
static void test_goes_slower_where_all_answer(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 20000, 10000);
    n.config.answered_per_second = 1000;
    n.alive_each = 1;
    run(&n);
    assert_in_range(n.now_us, 19000000, 26000000);
    setup(&n, 20000, 10000);
    n.config.answered_per_second = 1000;
    run(&n);
    assert_in_range(n.now_us, 2000000, 6000000);
}

/* 40 ports of 256 addresses accept, whatever is asked. */
static void test_something_answers_for_all(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 10240, 1e6);
    n.alive_each = 1;
    n.ports = 40;
    struct knock_sum sum = run(&n);
    assert_int_equal(n.handed_out, KNOCK_NET_OPEN_MAX);
    assert_int_equal(n.left_out, 10240 - KNOCK_NET_OPEN_MAX);
    assert_int_equal(sum.left_out, n.left_out);
    assert_int_equal(sum.nets_left_out, 1);
    setup(&n, 10240, 1e6); /* a network that refuses everything is one that answers for itself */
    n.alive_each = n.shut_each = 1;
    n.ports = 40;
    run(&n);
    assert_int_equal(n.handed_out, 10240);
}

static void test_forged_answers(void **state)
{
    (void)state;
    struct network n;
    uint8_t segment[20] = "\x03\xe8\x9c\x40\0\0\0\x09\0\0\0\0\x50\x12\0\0\0\0\0\0";
    for (unsigned i = 0; i < 64; i++) {
        setup(&n, 20000, 1e6);
        n.has_forged = true;
        segment[8] = (uint8_t)(i * 37);
        segment[11] = (uint8_t)i;
        n.forged = (struct knock_heard){ { 4, { 10, 0, 1, (uint8_t)i } }, span_of(segment, 20) };
        run(&n);
        assert_true(n.handed_out <= 1); /* what was asked, and by luck alone */
    }
}

static bool knows(void *self, const struct endpoint *e)
{
    (void)self;
    return e->address.bytes[3] == 9;
}

static void test_known_need_no_knock(void **state)
{
    (void)state;
    struct network n;
    setup(&n, 25600, 1e6);
    n.config.places.known = knows;
    struct knock_sum sum = run(&n);
    assert_int_equal(n.handed_out, 100);
    assert_int_equal(n.handed_answered, 0);
    assert_int_equal(sum.answered, 0);
    assert_int_equal(sum.packets, 2 * 25500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_who_answers),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_half_of_few_is_lost),
        cmocka_unit_test(test_slow_reader_loses_nothing),
        cmocka_unit_test(test_busy_system),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_keeps_the_rate),
        cmocka_unit_test(test_goes_slower_where_all_answer),
        cmocka_unit_test(test_something_answers_for_all),
        cmocka_unit_test(test_forged_answers),
        cmocka_unit_test(test_known_need_no_knock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
