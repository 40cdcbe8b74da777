#include "unit/check.h"

#include "sweep/knock_packet.c"

static struct address of(const char *text)
{
    struct address a;
    assert_true(address_parse(span_str(text), &a));
    return a;
}

/* What the kernel checks before it takes a segment: the sum over pseudo header and segment is all ones. */
static bool sums_up(const struct knock_syn *s, struct span segment)
{
    uint32_t sum = sum_of(span_of(s->from.bytes, address_bytes(&s->from))) +
                   sum_of(span_of(s->to.bytes, address_bytes(&s->to))) + TCP + (uint32_t)segment.len + sum_of(segment);
    return folded(sum) == 0;
}

static void test_ipv4(void **state)
{
    (void)state;
    uint8_t out[KNOCK_PACKET_MAX];
    struct knock_syn s = { of("10.0.0.1"), of("10.1.2.3"), 40000, 6379, 0x01020304, 7 };
    assert_int_equal(knock_syn_put(&s, out), 60);
    assert_int_equal(out[0], 0x45);
    assert_int_equal(out[9], 6);
    assert_memory_equal(out + 16, s.to.bytes, 4);
    assert_int_equal(folded(sum_of(span_of(out, 20))), 0);
    struct span segment = knock_segment(span_of(out, 60));
    assert_int_equal(segment.len, KNOCK_TCP_BYTES);
    assert_memory_equal(segment.at, "\x9c\x40\x18\xeb\x01\x02\x03\x04\0\0\0\0\xa0\x02", 14);
    assert_true(sums_up(&s, segment));
}

static void test_ipv6(void **state)
{
    (void)state;
    uint8_t out[KNOCK_PACKET_MAX];
    struct knock_syn s = { of("fd00::1"), of("fd00:1::2"), 40000, 443, 0xfffffffe, 0 };
    assert_int_equal(knock_syn_put(&s, out), 80);
    assert_int_equal(out[0], 0x60);
    assert_int_equal(out[6], 6);
    assert_memory_equal(out + 24, s.to.bytes, 16);
    assert_true(sums_up(&s, span_of(out + 40, KNOCK_TCP_BYTES)));
}

/* A segment of 20 bytes from port 80 to port 40000 with these flags, for sequence number 0x01020304. */
static struct span segment_with(uint8_t flags, uint8_t bytes[static 20])
{
    memcpy(bytes, "\0\x50\x9c\x40\0\0\0\x09\x01\x02\x03\x05\x50\0\x20\0\0\0\0\0", 20);
    bytes[13] = flags;
    return span_of(bytes, 20);
}

static void test_answers(void **state)
{
    (void)state;
    uint8_t bytes[20];
    struct knock_answer a;
    const struct {
        uint8_t flags;
        bool is_answer;
        enum knock_word word;
    } CASES[] = { { SYN | ACK, true, KNOCK_OPEN }, { ACK, true, KNOCK_OPEN }, { RST | ACK, true, KNOCK_SHUT },
                  { RST, false, 0 },               { SYN, false, 0 },         { FIN | ACK, false, 0 },
                  { SYN | RST | ACK, false, 0 },   { 0, false, 0 } };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(knock_answer_read(segment_with(CASES[i].flags, bytes), &a), CASES[i].is_answer);
        if (!CASES[i].is_answer)
            continue;
        assert_int_equal(a.word, CASES[i].word);
        assert_int_equal(a.from_port, 80);
        assert_int_equal(a.to_port, 40000);
        assert_int_equal(a.sequence, 0x01020304);
    }
    for (size_t len = 0; len < 14; len++)
        assert_false(knock_answer_read(span_first(segment_with(SYN | ACK, bytes), len), &a));
}

static void test_no_segment(void **state)
{
    (void)state;
    uint8_t out[KNOCK_PACKET_MAX];
    struct knock_syn s = { of("10.0.0.1"), of("10.1.2.3"), 40000, 6379, 1, 7 };
    size_t len = knock_syn_put(&s, out);
    for (size_t cut = 0; cut < 20; cut++)
        assert_int_equal(knock_segment(span_of(out, cut)).len, 0);
    out[9] = 17;
    assert_int_equal(knock_segment(span_of(out, len)).len, 0);
    out[9] = 6;
    out[0] = 0x4f; /* options up to the end, and no segment behind them */
    assert_int_equal(knock_segment(span_of(out, 59)).len, 0);
    out[0] = 0x44;
    assert_int_equal(knock_segment(span_of(out, len)).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_no_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
