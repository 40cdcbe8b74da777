/* Visits through bytes and back; and bytes that are no visits. */
#include "unit/check.h"

#include "base/random.h"
#include "record/codec.c"

enum { ARENA_MAX = 8 << 20 };

static void fill(struct arena *a, struct visit *v)
{
    struct endpoint e = { .address = { 6, { 0xfd, [15] = 9 } },
                          .port = 9200,
                          .name = "es.internal", .path = "/logs" };
    visit_init(v, a, &e);
    v->end = END_DONE;
    v->answered = true;
    v->place = 1ull << 62 | 7;
    v->why = "all is well";
    struct observation *o = visit_observe(v, "elasticsearch", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->via = "kibana";
    o->tls = true;
    o->at_ms = 1669086360000;
    fact_text(o, "version", SPAN("5.5.3\0\xff"), "elasticsearch.root",
              SPAN("\"number\" : \"5.5.3\""));
    fact_number(o, "nodes", -3, "elasticsearch.nodes", SPAN("x"));
    fact_bool(o, "ssl", true, NULL, SPAN_NONE);
    fact_time(o, "started", -5, NULL, SPAN_NONE);
    observation_collect(o, SPAN("person\n1"), 1000000000, 23 * (1ll << 40), 1500000000000);
    observation_collect(o, SPAN_NONE, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    visit_observe(v, "mongodb", KIND_STORE);
    o = visit_observe(v, "certificate", KIND_TLS);
    o->outcome = OUTCOME_IDENTIFIED;
}

static bool decode(struct arena *a, struct span bytes, struct visit *ret, const char **ret_why)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, bytes);
    bool ok = visit_decode(&r, a, ret);
    if (ok == (verdict.why != NULL))
        fail_msg("the answer and the verdict disagree");
    *ret_why = verdict.why;
    return ok;
}

static void same_string(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(a == b);
}

static void same_fact(const struct fact *a, const struct fact *b)
{
    same_string(a->key, b->key);
    same_string(a->ask, b->ask);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->number, b->number);
    assert_true(span_eq(a->text, b->text));
    assert_true(span_eq(a->proof, b->proof));
}

static void same_observation(const struct observation *a, const struct observation *b)
{
    same_string(a->product, b->product);
    same_string(a->via, b->via);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->tls, b->tls);
    assert_int_equal(a->records, b->records);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->collection_count, b->collection_count);
    assert_int_equal(a->at_ms, b->at_ms);
    assert_int_equal(a->facts.len, b->facts.len);
    for (size_t i = 0; i < a->facts.len; i++)
        same_fact(&a->facts.at[i], &b->facts.at[i]);
    assert_int_equal(a->collections.len, b->collections.len);
    for (size_t i = 0; i < a->collections.len; i++) {
        assert_true(span_eq(a->collections.at[i].name, b->collections.at[i].name));
        assert_int_equal(a->collections.at[i].records, b->collections.at[i].records);
        assert_int_equal(a->collections.at[i].bytes, b->collections.at[i].bytes);
        assert_int_equal(a->collections.at[i].created_ms, b->collections.at[i].created_ms);
    }
}

struct fixture {
    struct arena arena, other;
    struct buf buf;
    struct visit visit;
    struct span message; /* without the length prefix */
};

static int setup(void **state)
{
    static struct fixture f;
    arena_init(&f.arena, ARENA_MAX);
    arena_init(&f.other, ARENA_MAX);
    buf_init(&f.buf, 1 << 20);
    fill(&f.arena, &f.visit);
    visit_encode(&f.buf, &f.visit);
    f.message = span_from(buf_span(&f.buf), 4);
    *state = &f;
    return buf_ok(&f.buf) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_release(&f->arena);
    arena_release(&f->other);
    buf_release(&f->buf);
    return 0;
}

static void test_round_trip(void **state)
{
    struct fixture *f = *state;
    struct verdict verdict;
    struct reader r = reader_over(&verdict, buf_span(&f->buf));
    assert_int_equal(reader_le32(&r), f->message.len);
    struct visit v;
    assert_true(visit_decode(&r, &f->other, &v));
    assert_int_equal(address_compare(&v.endpoint.address, &f->visit.endpoint.address), 0);
    assert_int_equal(v.endpoint.port, 9200);
    same_string(v.endpoint.name, "es.internal");
    same_string(v.endpoint.path, "/logs");
    same_string(v.why, "all is well");
    assert_int_equal(v.end, END_DONE);
    assert_true(v.answered);
    assert_false(v.refused);
    assert_true(v.place == (1ull << 62 | 7));
    assert_int_equal(v.observations.len, 2);
    same_observation(&v.observations.at[0], &f->visit.observations.at[0]);
    same_observation(&v.observations.at[1], &f->visit.observations.at[2]);
}

static void test_closed_port_is_small(void **state)
{
    struct fixture *f = *state;
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 80 };
    struct visit v, back;
    visit_init(&v, &f->arena, &e);
    v.refused = true;
    buf_reset(&f->buf);
    visit_encode(&f->buf, &v);
    visit_encode(&f->buf, &v);
    assert_int_equal(f->buf.len, 2 * 29);
    const char *why;
    assert_true(decode(&f->other, span_sub(buf_span(&f->buf), 4, 25), &back, &why));
    assert_null(back.why);
    assert_null(back.endpoint.name);
    assert_true(back.refused);
    assert_false(back.answered);
    assert_int_equal(back.observations.len, 0);
}

static void test_every_cut_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t n = 0; n < f->message.len; n++) {
        struct visit v;
        const char *why;
        uint8_t *exact = test_malloc(n ? n : 1);
        memcpy(exact, f->message.at, n);
        assert_false(decode(&f->other, span_of(exact, n), &v, &why));
        test_free(exact);
    }
}

static void test_trailing_byte_is_refused(void **state)
{
    struct fixture *f = *state;
    buf_byte(&f->buf, 0);
    struct visit v;
    const char *why;
    assert_false(decode(&f->other, span_from(buf_span(&f->buf), 4), &v, &why));
}

/* Whatever decodes must encode to the same bytes again: the decoder lets nothing through that the
 * encoder could not have said. */
static void expect_canonical(struct fixture *f, struct span bytes)
{
    struct visit v;
    const char *why;
    struct buf again;
    if (decode(&f->other, bytes, &v, &why)) {
        buf_init(&again, 1 << 20);
        visit_encode(&again, &v);
        assert_true(buf_ok(&again));
        assert_true(span_eq(span_from(buf_span(&again), 4), bytes));
        buf_release(&again);
    }
    arena_release(&f->other);
}

static void test_every_flip(void **state)
{
    struct fixture *f = *state;
    uint8_t *copy = test_malloc(f->message.len);
    for (size_t i = 0; i < f->message.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, f->message.at, f->message.len);
            copy[i] ^= (uint8_t)(1 << bit);
            expect_canonical(f, span_of(copy, f->message.len));
        }
    test_free(copy);
}

static void test_random_bytes(void **state)
{
    struct fixture *f = *state;
    struct random r = { 11 };
    for (int i = 0; i < 5000; i++) {
        uint8_t bytes[256];
        size_t len = random_below(&r, sizeof(bytes));
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)(random_below(&r, 2) ? random_below(&r, 8) : random_next(&r));
        if (len)
            bytes[0] = VERSION;
        expect_canonical(f, span_of(bytes, len));
    }
}

/* Offsets in a visit of a v4 endpoint without name, path and why. */
enum { AT_FAMILY = 9, AT_PORT = 14, AT_TRANSPORT = 16, AT_NAME = 17, AT_PATH = 18, AT_END = 19, AT_HEARD = 20,
       AT_COUNT = 23 };

static void expect_refused(struct fixture *f, size_t at, uint8_t value, const char *expect)
{
    uint8_t bytes[25] = { VERSION, [AT_FAMILY] = 4, 10, 0, 0, 1, 80 };
    struct visit v;
    const char *why;
    assert_true(decode(&f->other, span_of(bytes, sizeof(bytes)), &v, &why));
    bytes[at] = value;
    assert_false(decode(&f->other, span_of(bytes, sizeof(bytes)), &v, &why));
    assert_string_equal(why, expect);
}

static void test_lies(void **state)
{
    struct fixture *f = *state;
    expect_refused(f, 0, VERSION + 1, "an unknown version of the encoding");
    expect_refused(f, AT_FAMILY, 5, "an unknown address family");
    expect_refused(f, AT_PORT, 0, "port 0");
    expect_refused(f, AT_TRANSPORT, 2, "an unknown enumeration value");
    expect_refused(f, AT_NAME, 255, "the message ends too early");
    expect_refused(f, AT_PATH, 255, "the message ends too early");
    expect_refused(f, AT_END, 3, "an unknown enumeration value");
    expect_refused(f, AT_HEARD, 3, "an unknown enumeration value");
    expect_refused(f, AT_COUNT, 255, "a list is longer than its bytes or its limit");
}

/* What an earlier version of the program left in a tail. */
static void test_version_before_is_read(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[23] = { VERSION_WITHOUT_PATH, [AT_FAMILY] = 4, 10, 0, 0, 1, 80 };
    struct visit v;
    const char *why;
    assert_true(decode(&f->other, span_of(bytes, sizeof(bytes)), &v, &why));
    assert_int_equal(v.endpoint.port, 80);
    assert_null(v.endpoint.path);
    uint8_t tcp_only[24] = { VERSION_TCP_ONLY, [AT_FAMILY] = 4, 10, 0, 0, 1, 80 };
    assert_true(decode(&f->other, span_of(tcp_only, sizeof(tcp_only)), &v, &why));
    assert_int_equal(v.endpoint.port, 80);
    assert_int_equal(v.endpoint.transport, TRANSPORT_TCP);
}

static void test_a_port_of_udp(void **state)
{
    struct fixture *f = *state;
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 161, .transport = TRANSPORT_UDP };
    struct visit v, back;
    const char *why;
    visit_init(&v, &f->arena, &e);
    buf_reset(&f->buf);
    visit_encode(&f->buf, &v);
    assert_true(decode(&f->other, span_from(buf_span(&f->buf), 4), &back, &why));
    assert_int_equal(back.endpoint.port, 161);
    assert_int_equal(back.endpoint.transport, TRANSPORT_UDP);
}

static void test_memory_runs_out(void **state)
{
    struct fixture *f = *state;
    for (uint64_t nth = 1;; nth++) {
        struct visit v;
        const char *why;
        f->other.fail_at = nth;
        bool ok = decode(&f->other, f->message, &v, &why);
        bool failed = arena_failed(&f->other);
        assert_int_equal(ok, !failed);
        f->other.fail_at = 0;
        arena_release(&f->other);
        if (ok)
            return;
        assert_true(nth < 100);
    }
}

static void test_full_buffer_says_so(void **state)
{
    struct fixture *f = *state;
    struct buf small;
    buf_init(&small, 100);
    visit_encode(&small, &f->visit);
    assert_false(buf_ok(&small));
    buf_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_closed_port_is_small, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_cut_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trailing_byte_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_flip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_version_before_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_port_of_udp, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_buffer_says_so, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
