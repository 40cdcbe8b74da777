/* Frames: what a head says of its body, in every form that a protocol uses, and lengths that lie. */
#include "unit/check.h"

#include <stdlib.h>

#include "probe/frame.h"
#include "wire/tape.h"

#define HEAD "source made test\nprobe test\noutcome open\n"

static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
static const struct wire_limits LIMITS = { .connect_ms = 2000, .patience_ms = 3000, .session_ms = 15000,
                                           .budget_bytes = 1000 };

static const struct frame_form POSTGRESQL = { .head = 5, .at = 1, .width = 4, .counted = 4, .most = 100 };
static const struct frame_form MYSQL = { .head = 4, .width = 3, .little = true, .least = 1, .most = 100 };
static const struct frame_form KAFKA = { .head = 4, .width = 4, .most = 100 };
static const struct frame_form MONGODB = { .head = 16, .width = 4, .little = true, .counted = 16, .most = 100 };
static const struct frame_form TDS = { .head = 8, .at = 2, .width = 2, .counted = 8, .most = 100 };
static const struct frame_form AMQP = { .head = 7, .at = 3, .width = 4, .counted = -1, .least = 1, .most = 100 };

struct talk {
    struct arena arena;
    struct tape tape;
    struct tape_back back;
    struct wire *w;
};

/* A connected wire whose peer plays `script`, in pieces of so many bytes (0: as written). */
static struct talk *talk(const char *script, size_t piece_bytes)
{
    struct talk *t = calloc(1, sizeof(*t));
    struct tape_play play = TAPE_AS_WRITTEN;
    struct error e;
    assert_non_null(t);
    arena_init(&t->arena, 1 << 20);
    play.piece_bytes = piece_bytes;
    if (!tape_parse(&t->arena, span_str(arena_printf(&t->arena, HEAD "%s", script)), &t->tape, &e))
        fail_msg("%s", e.text);
    tape_back_init(&t->back, &t->tape, &play);
    t->w = wire_new(&t->arena, &t->back.back, &HERE, &LIMITS, &CLOCK_SYSTEM, NULL);
    assert_non_null(t->w);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    return t;
}

static void hang_up(struct talk *t)
{
    wire_end(t->w);
    tape_back_release(&t->back);
    arena_release(&t->arena);
    free(t);
}

static void reads(const struct frame_form *f, const char *script, const char *body)
{
    for (size_t piece = 0; piece < 4; piece++) {
        struct talk *t = talk(script, piece);
        struct frame got;
        assert_true(frame_read(t->w, f, &got));
        assert_int_equal(got.head.len, f->head);
        if (!span_is(got.body, body))
            fail_msg("got \"%.*s\", not \"%s\"", SPAN_FMT(got.body), body);
        assert_true(span_is(wire_need(t->w, 4), "next"));
        hang_up(t);
    }
}

static void test_forms(void **state)
{
    (void)state;
    reads(&POSTGRESQL, "< \"R\\0\\0\\0\\x06okn\"\n< \"ext\"\n", "ok");
    reads(&POSTGRESQL, "< \"S\\0\\0\\0\\x04next\"\n", "");
    reads(&MYSQL, "< \"\\x02\\0\\0\\x07oknext\"\n", "ok");
    reads(&KAFKA, "< \"\\0\\0\\0\\x02oknext\"\n", "ok");
    reads(&KAFKA, "< \"\\0\\0\\0\\0next\"\n", "");
    reads(&MONGODB, "< \"\\x12\\0\\0\\0abcdefghijkloknext\"\n", "ok");
    reads(&TDS, "< \"\\x04\\x01\\0\\x0a\\0\\0\\0\\0oknext\"\n", "ok");
    reads(&AMQP, "< \"\\x01\\0\\0\\0\\0\\0\\x02ok\\xce\"\n< \"next\"\n", "ok\xce");
}

static void breaks(const struct frame_form *f, const char *script, enum wire_fault want)
{
    for (size_t piece = 0; piece < 4; piece++) {
        struct talk *t = talk(script, piece);
        struct frame got = { SPAN("old"), SPAN("old") };
        assert_false(frame_read(t->w, f, &got));
        if (wire_fault(t->w) != want)
            fail_msg("%s, not %s", wire_fault_text(wire_fault(t->w)), wire_fault_text(want));
        assert_int_equal(got.head.len + got.body.len, 0);
        hang_up(t);
    }
}

/* A lie is told from its head: the peer hushes behind it, and nobody waits for it. */
static void test_lengths_that_lie(void **state)
{
    (void)state;
    breaks(&POSTGRESQL, "< \"R\\0\\0\\0\\x03\"\nhush\n", WIRE_MALFORMED);
    breaks(&POSTGRESQL, "< \"R\\0\\0\\0\\0\"\nhush\n", WIRE_MALFORMED);
    breaks(&POSTGRESQL, "< \"R\\xff\\xff\\xff\\xff\"\nhush\n", WIRE_MALFORMED);
    breaks(&POSTGRESQL, "< \"R\\0\\0\\0\\x69\"\nhush\n", WIRE_MALFORMED);
    breaks(&MYSQL, "< \"\\0\\0\\0\\0\"\nhush\n", WIRE_MALFORMED);
    breaks(&MYSQL, "< \"\\xff\\xff\\xff\\0\"\nhush\n", WIRE_MALFORMED);
    breaks(&KAFKA, "< \"\\x80\\0\\0\\0\"\nhush\n", WIRE_MALFORMED);
    breaks(&MONGODB, "< \"\\x0f\\0\\0\\0abcdefghijkl\"\nhush\n", WIRE_MALFORMED);
    breaks(&MONGODB, "< \"\\xff\\xff\\xff\\x7fabcdefghijkl\"\nhush\n", WIRE_MALFORMED);
    breaks(&TDS, "< \"\\x04\\x01\\0\\x07\\0\\0\\0\\0\"\nhush\n", WIRE_MALFORMED);
    breaks(&AMQP, "< \"\\x01\\0\\0\\xff\\xff\\xff\\xff\"\nhush\n", WIRE_MALFORMED);
}

static void test_messages_that_end_early(void **state)
{
    (void)state;
    breaks(&POSTGRESQL, "< \"R\\0\\0\"\nclose\n", WIRE_CLOSED);
    breaks(&POSTGRESQL, "< \"R\\0\\0\\0\\x08abc\"\nclose\n", WIRE_CLOSED);
    breaks(&KAFKA, "< \"\\0\\0\\0\\x08abc\"\nhush\n", WIRE_TIMEOUT);
    breaks(&MONGODB, "< \"\\x12\\0\\0\\0abcdefghi\"\nreset\n", WIRE_RESET);
}

/* The length is read whole whatever the form allows: more than the budget is still no memory. */
static void test_ceilings(void **state)
{
    (void)state;
    const struct frame_form wide = { .head = 4, .width = 4, .most = UINT32_MAX };
    breaks(&wide, "< \"\\xff\\xff\\xff\\xff\"\nhush\n", WIRE_BUDGET);
    uint32_t len;
    assert_true(frame_length(&POSTGRESQL, SPAN("R\0\0\0\x68"), &len) && len == 100);
    assert_false(frame_length(&POSTGRESQL, SPAN("R\0\0\0\x69"), &len));
    assert_true(frame_length(&AMQP, SPAN("\x01\0\0\0\0\0\x63"), &len) && len == 100);
    assert_false(frame_length(&AMQP, SPAN("\x01\0\0\0\0\0\x64"), &len));
}

static void test_first(void **state)
{
    (void)state;
    struct frame got;
    assert_true(frame_first(&MYSQL, SPAN("\x02\0\0\0ok"), &got) && span_is(got.body, "ok"));
    assert_true(frame_first(&MYSQL, SPAN("\x02\0\0\0okmore"), &got) && span_is(got.body, "ok"));
    assert_true(frame_first(&KAFKA, SPAN("\0\0\0\0"), &got) && got.body.len == 0);
    assert_false(frame_first(&MYSQL, SPAN("\x03\0\0\0ok"), &got));
    assert_false(frame_first(&MYSQL, SPAN("\x02\0\0"), &got));
    assert_false(frame_first(&MYSQL, SPAN_NONE, &got));
    assert_false(frame_first(&POSTGRESQL, SPAN("E\xff\xff\xff\xffhello"), &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),    cmocka_unit_test(test_lengths_that_lie),
        cmocka_unit_test(test_ceilings), cmocka_unit_test(test_messages_that_end_early),
        cmocka_unit_test(test_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
