/* The scripted peer itself: a tape that lets a wrong conversation pass would make every other test
 * worthless. */
#include "unit/check.h"

#include <stdlib.h>

#include "wire/tape.c"

#define HEAD "source made test\nprobe test\noutcome open\n"

static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
static const int64_t LATER = 5000;

struct played {
    struct arena arena;
    struct tape tape;
    struct tape_back b;
};

static struct played *play_as(const char *script, struct tape_play how)
{
    struct played *p = calloc(1, sizeof(*p));
    struct error e;
    assert_non_null(p);
    arena_init(&p->arena, 1 << 20);
    const char *text = arena_printf(&p->arena, HEAD "%s", script);
    if (!tape_parse(&p->arena, span_str(text), &p->tape, &e))
        fail_msg("%s", e.text);
    tape_back_init(&p->b, &p->tape, &how);
    return p;
}

static struct played *play(const char *script)
{
    struct played *p = play_as(script, TAPE_AS_WRITTEN);
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_FINE);
    return p;
}

static void eject(struct played *p)
{
    tape_back_release(&p->b);
    arena_release(&p->arena);
    free(p);
}

static enum wire_fault say(struct played *p, const char *text)
{
    return p->b.back.send(&p->b.back, span_str(text), LATER);
}

/* Reads once; the fault must be none and the bytes these. */
static void hear(struct played *p, const char *want)
{
    struct span s;
    assert_int_equal(p->b.back.recv(&p->b.back, &s, LATER), WIRE_FINE);
    if (!span_is(s, want))
        fail_msg("heard \"%.*s\", not \"%s\"", SPAN_FMT(s), want);
}

static enum wire_fault hear_fault(struct played *p)
{
    struct span s = SPAN_NONE;
    enum wire_fault f = p->b.back.recv(&p->b.back, &s, LATER);
    assert_int_not_equal(f, WIRE_FINE);
    assert_int_equal(s.len, 0);
    return f;
}

static void assert_finished(struct played *p)
{
    struct error e;
    if (!tape_back_finished(&p->b, &e))
        fail_msg("%s", e.text);
}

static void assert_not_finished(struct played *p, const char *why)
{
    struct error e;
    assert_false(tape_back_finished(&p->b, &e));
    if (!strstr(e.text, why))
        fail_msg("\"%s\" does not say \"%s\"", e.text, why);
}

/* ---- as written ------------------------------------------------------------------------ */

static void a_conversation(void **state)
{
    struct played *p = play("< \"hello\"\n> \"ask\"\n< \"answer\"\n> \"bye\"\nclose\n");
    (void)state;
    hear(p, "hello");
    assert_int_equal(say(p, "ask"), WIRE_FINE);
    hear(p, "answer");
    assert_int_equal(say(p, "bye"), WIRE_FINE);
    assert_finished(p);
    assert_int_equal(hear_fault(p), WIRE_CLOSED);
    assert_int_equal(hear_fault(p), WIRE_CLOSED);
    eject(p);
}

static void requests_in_pieces_and_together(void **state)
{
    struct played *p = play("> \"ask\"\n< \"answer\"\n");
    (void)state;
    say(p, "a");
    say(p, "sk");
    hear(p, "answer");
    assert_finished(p);
    eject(p);
    /* Two requests before the first answer is read. */
    p = play("> \"one\"\n< \"1\"\n> \"two\"\n< \"2\"\n");
    say(p, "one");
    say(p, "two");
    hear(p, "1");
    hear(p, "2");
    assert_finished(p);
    eject(p);
}

static void answers_wait_for_their_request(void **state)
{
    struct played *p = play("> \"ask\"\n< \"answer\"\n");
    (void)state;
    int64_t before = p->b.now_ms;
    assert_int_equal(hear_fault(p), WIRE_TIMEOUT);
    assert_int_equal(p->b.now_ms, LATER);
    assert_true(before < LATER);
    say(p, "as");
    assert_int_equal(hear_fault(p), WIRE_TIMEOUT);
    say(p, "k");
    hear(p, "answer");
    eject(p);
}

static void a_wrong_request_is_noticed(void **state)
{
    static const char *const WRONG[] = { "asl", "x", "askk", "ASK" };
    (void)state;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct played *p = play("> \"ask\"\n< \"answer\"\n");
        say(p, WRONG[i]);
        assert_int_equal(hear_fault(p), WIRE_CLOSED);
        assert_not_finished(p, "a request differs from the tape (the tape stands at line 4)");
        assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
        eject(p);
    }
    struct played *p = play("< \"answer\"\n");
    say(p, "ask");
    assert_not_finished(p, "a request that the tape does not expect");
    eject(p);
}

static void a_missing_request_is_noticed(void **state)
{
    struct played *p = play("< \"hello\"\n> \"ask\"\n");
    (void)state;
    hear(p, "hello");
    assert_not_finished(p, "the request at line 5 was never sent");
    say(p, "as");
    assert_not_finished(p, "line 5");
    say(p, "k");
    assert_finished(p);
    eject(p);
}

static void a_peer_that_left_takes_what_is_sent(void **state)
{
    struct played *p = play("< \"hello\"\nclose\n");
    (void)state;
    hear(p, "hello");
    assert_int_equal(say(p, "anything"), WIRE_FINE);
    assert_finished(p);
    assert_int_equal(hear_fault(p), WIRE_CLOSED);
    eject(p);
    p = play("reset\n");
    say(p, "anything");
    assert_int_equal(hear_fault(p), WIRE_RESET);
    assert_finished(p);
    eject(p);
}

static void silence(void **state)
{
    struct played *p = play("hush\n< \"late\"\n");
    (void)state;
    assert_int_equal(hear_fault(p), WIRE_TIMEOUT);
    assert_int_equal(p->b.now_ms, LATER);
    hear(p, "late");
    assert_int_equal(p->b.now_ms, LATER);
    eject(p);
}

static void long_answers_come_in_parts(void **state)
{
    enum { LONG = 70000 };
    char *script = malloc(LONG + 100);
    struct span s;
    size_t heard = 0;
    (void)state;
    assert_non_null(script);
    strcpy(script, "< \"");
    memset(script + 3, 'a', LONG);
    strcpy(script + 3 + LONG, "\"\n");
    struct played *p = play(script);
    while (p->b.back.recv(&p->b.back, &s, LATER) == WIRE_FINE) {
        assert_true(s.len > 0 && s.len <= 65536);
        heard += s.len;
    }
    assert_int_equal(heard, LONG);
    eject(p);
    free(script);
}

/* ---- connections ------------------------------------------------------------------------- */

static void further_connections(void **state)
{
    struct played *p = play("< \"one\"\n< \"unread\"\nconnect\n< \"two\"\nrefuse\nconnect\n> \"ask\"\n");
    (void)state;
    hear(p, "oneunread");
    p->b.back.close(&p->b.back);
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_FINE);
    /* "two" is not read: that is fine. */
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_FINE);
    say(p, "ask");
    assert_finished(p);
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
    assert_not_finished(p, "a connection that the tape does not expect");
    eject(p);
}

static void a_connection_before_its_time(void **state)
{
    struct played *p = play("> \"ask\"\n< \"answer\"\nconnect\n");
    (void)state;
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
    assert_not_finished(p, "a connection that the tape does not expect (the tape stands at line 4)");
    eject(p);
    p = play("tls\nconnect\n"); /* the handshake was due before */
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
    assert_not_finished(p, "a connection that the tape does not expect");
    eject(p);
    p = play_as("refuse\n", TAPE_AS_WRITTEN);
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_REFUSED);
    assert_finished(p);
    eject(p);
    p = play_as("connect\n< \"x\"\n", TAPE_AS_WRITTEN); /* the first may be written down, too */
    assert_int_equal(p->b.back.connect(&p->b.back, &HERE, LATER), WIRE_FINE);
    hear(p, "x");
    eject(p);
}

/* A request that was due on the connection before is not one on this. */
static void requests_keep_to_their_connection(void **state)
{
    struct played *p = play("< \"x\"\nconnect\n> \"ask\"\n");
    (void)state;
    say(p, "ask");
    assert_not_finished(p, "a request that the tape does not expect");
    eject(p);
}

static void handshakes(void **state)
{
    struct wire_tls seen = { 0 };
    struct played *p = play("> \"ask\"\n< \"S\"\ntls\n> \"in\"\n< \"x\"\n");
    (void)state;
    say(p, "ask");
    hear(p, "S");
    assert_int_equal(p->b.back.start_tls(&p->b.back, &HERE, &p->arena, &seen, LATER), WIRE_FINE);
    assert_string_equal(seen.version, "TLSv1.3");
    assert_int_equal(seen.chain_len, 0);
    say(p, "in");
    hear(p, "x");
    assert_finished(p);
    eject(p);

    p = play("> \"ask\"\n< \"N\"\n");
    say(p, "ask");
    hear(p, "N");
    assert_int_equal(p->b.back.start_tls(&p->b.back, &HERE, &p->arena, &seen, LATER), WIRE_TLS);
    assert_not_finished(p, "a TLS handshake that the tape does not expect");
    eject(p);

    p = play("close\n"); /* a handshake with one who hangs up fails, and that is as written */
    assert_int_equal(p->b.back.start_tls(&p->b.back, &HERE, &p->arena, &seen, LATER), WIRE_TLS);
    assert_finished(p);
    eject(p);

    static const struct {
        const char *script;
        enum wire_fault fault;
    } WAYS[] = { { "no-tls close\n", WIRE_CLOSED }, { "no-tls reset\n", WIRE_RESET }, { "no-tls hush\n", WIRE_TIMEOUT },
                 { "no-tls bytes\n", WIRE_MALFORMED }, { "no-tls alert 40\n", WIRE_TLS } };
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
        p = play(WAYS[i].script);
        seen = (struct wire_tls){ 0 };
        assert_int_equal(p->b.back.start_tls(&p->b.back, &HERE, &p->arena, &seen, LATER), WAYS[i].fault);
        assert_int_equal(seen.alert, WAYS[i].fault == WIRE_TLS ? 40 : 0);
        assert_int_equal(p->b.now_ms, WAYS[i].fault == WIRE_TIMEOUT ? LATER : 1000);
        assert_finished(p);
        eject(p);
    }

    p = play("tls\n> \"in\"\n"); /* what belongs inside may not be said before */
    say(p, "in");
    assert_not_finished(p, "a request that the tape does not expect");
    eject(p);

    p = play("tls\n");
    p->tape.chain = SPAN("der");
    seen = (struct wire_tls){ 0 };
    assert_int_equal(p->b.back.start_tls(&p->b.back, &HERE, &p->arena, &seen, LATER), WIRE_FINE);
    assert_int_equal(seen.chain_len, 1);
    assert_true(span_is(seen.chain[0], "der"));
    eject(p);
}

/* ---- broken versions ----------------------------------------------------------------------- */

static void one_byte_a_read(void **state)
{
    struct tape_play how = TAPE_AS_WRITTEN;
    (void)state;
    how.piece_bytes = 1;
    struct played *p = play_as("< \"ab\"\n< \"c\"\n> \"x\"\n< \"d\"\n", how);
    p->b.back.connect(&p->b.back, &HERE, LATER);
    hear(p, "a");
    hear(p, "b");
    hear(p, "c");
    say(p, "x");
    hear(p, "d");
    assert_int_equal(p->b.given, 4);
    assert_int_equal(p->b.reads, 4);
    eject(p);
}

static void cut(void **state)
{
    (void)state;
    for (size_t at = 0; at <= 5; at++) {
        struct tape_play how = TAPE_AS_WRITTEN;
        how.cut_at = at;
        struct played *p = play_as("< \"abc\"\n> \"x\"\n< \"de\"\n", how);
        p->b.back.connect(&p->b.back, &HERE, LATER);
        size_t heard = 0;
        struct span s;
        enum wire_fault f;
        while ((f = p->b.back.recv(&p->b.back, &s, LATER)) == WIRE_FINE || f == WIRE_TIMEOUT) {
            if (f == WIRE_FINE)
                heard += s.len;
            else
                say(p, "x");
        }
        assert_int_equal(f, WIRE_CLOSED);
        assert_int_equal(heard, at);
        eject(p);
    }
}

static void flipped(void **state)
{
    struct tape_play how = TAPE_AS_WRITTEN;
    (void)state;
    how.flip_at = 3;
    how.flip_mask = 0x20;
    struct played *p = play_as("< \"ab\"\n> \"x\"\n< \"cde\"\n", how);
    p->b.back.connect(&p->b.back, &HERE, LATER);
    hear(p, "ab");
    say(p, "x");
    hear(p, "cDe");
    eject(p);
}

static void a_fault_at_a_read(void **state)
{
    static const enum wire_fault FAULTS[] = { WIRE_RESET, WIRE_TIMEOUT };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct tape_play how = TAPE_AS_WRITTEN;
        how.fault_at_read = 1;
        how.fault = FAULTS[i];
        struct played *p = play_as("< \"ab\"\n> \"x\"\n< \"cde\"\n", how);
        p->b.back.connect(&p->b.back, &HERE, LATER);
        hear(p, "ab");
        say(p, "x");
        assert_int_equal(hear_fault(p), FAULTS[i]);
        assert_int_equal(hear_fault(p), FAULTS[i]);
        assert_int_equal(p->b.now_ms, FAULTS[i] == WIRE_TIMEOUT ? LATER : 1000);
        eject(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation),
        cmocka_unit_test(requests_in_pieces_and_together),
        cmocka_unit_test(answers_wait_for_their_request),
        cmocka_unit_test(a_wrong_request_is_noticed),
        cmocka_unit_test(a_missing_request_is_noticed),
        cmocka_unit_test(a_peer_that_left_takes_what_is_sent),
        cmocka_unit_test(silence),
        cmocka_unit_test(long_answers_come_in_parts),
        cmocka_unit_test(further_connections),
        cmocka_unit_test(a_connection_before_its_time),
        cmocka_unit_test(requests_keep_to_their_connection),
        cmocka_unit_test(handshakes),
        cmocka_unit_test(one_byte_a_read),
        cmocka_unit_test(cut),
        cmocka_unit_test(flipped),
        cmocka_unit_test(a_fault_at_a_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
