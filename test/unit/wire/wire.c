/* The conversation's own rules on tapes: what is sticky, what is consumed, which limit stops what. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire/wire.c"

#include "wire/tape.h"

#define HEAD "source made test\nprobe test\noutcome open\n"

static const struct ask HI = ASK_FIXED("t.hi", "test", "hi\n");
static const struct ask NAMED = {
    .name = "t.named", .why = "test", .parts = { ASK_HOLE("name", 4, HOLE_NAME), ASK_BYTES("\n") },
};
static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };

struct talk {
    struct arena arena;
    struct tape tape;
    struct tape_back back;
    struct wire_limits limits;
    struct wire *w;
};

/* A wire over a tape; `script` is what follows the head. Not connected yet. */
static struct talk *talk(const char *script, size_t piece_bytes, const struct wire_ear *ear)
{
    struct talk *t = calloc(1, sizeof(*t));
    struct tape_play play = TAPE_AS_WRITTEN;
    struct error e;
    assert_non_null(t);
    arena_init(&t->arena, 1 << 20);
    play.piece_bytes = piece_bytes;
    t->limits = (struct wire_limits){ .connect_ms = 2000, .patience_ms = 3000, .session_ms = 10000, .budget_bytes = 1000 };
    const char *text = arena_printf(&t->arena, HEAD "%s", script);
    if (!tape_parse(&t->arena, span_str(text), &t->tape, &e))
        fail_msg("%s", e.text);
    tape_back_init(&t->back, &t->tape, &play);
    t->w = wire_new(&t->arena, &t->back.back, &HERE, &t->limits, &CLOCK_SYSTEM, ear);
    assert_non_null(t->w);
    return t;
}

/* The same, connected. */
static struct talk *open_talk(const char *script, size_t piece_bytes)
{
    struct talk *t = talk(script, piece_bytes, NULL);
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

static void assert_span(struct span got, const char *want)
{
    if (!span_is(got, want))
        fail_msg("got \"%.*s\" (%zu bytes), not \"%s\"", SPAN_FMT(got), got.len, want);
}

static void assert_fault(const struct talk *t, enum wire_fault want)
{
    if (wire_fault(t->w) != want)
        fail_msg("\"%s\", not \"%s\"", wire_fault_text(wire_fault(t->w)), wire_fault_text(want));
    assert_int_equal(wire_ok(t->w), want == WIRE_FINE);
}

/* ---- reading --------------------------------------------------------------------------- */

static void nothing_before_it_is_open(void **state)
{
    struct talk *t = talk("< \"x\\n\"\n", 0, NULL);
    (void)state;
    assert_false(wire_ok(t->w));
    assert_span(wire_line(t->w, 10), "");
    assert_false(wire_ask(t->w, &HI));
    assert_false(wire_hears(t->w, 10));
    assert_int_equal(wire_connections(t->w), 0);
    hang_up(t);
}

static void lines(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 4; piece++) {
        struct talk *t = open_talk("< \"one\\r\\ntwo\\n\\n\\r\\nab\\rc\\nlast\"\nclose\n", piece);
        assert_span(wire_line(t->w, 10), "one");
        assert_span(wire_line(t->w, 3), "two");
        assert_span(wire_line(t->w, 0), "");
        assert_span(wire_line(t->w, 1), "");
        assert_span(wire_line(t->w, 10), "ab\rc");
        assert_fault(t, WIRE_FINE);
        assert_span(wire_line(t->w, 10), "");
        assert_fault(t, WIRE_CLOSED);
        assert_span(wire_heard(t->w), "last");
        hang_up(t);
    }
}

static void a_line_too_long(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 3; piece++) {
        struct talk *t = open_talk("< \"abcdef\\nnext\\n\"\n", piece);
        assert_span(wire_line(t->w, 5), "");
        assert_fault(t, WIRE_MALFORMED);
        hang_up(t);
        t = open_talk("< \"abcdef\\nnext\\n\"\n", piece);
        assert_span(wire_line(t->w, 6), "abcdef");
        hang_up(t);
        /* No end in sight: given up at the limit, not at the budget. */
        t = open_talk("< \"abcdefghijklmnopqrstuvwxyz\"\nhush\n", piece);
        assert_span(wire_line(t->w, 6), "");
        assert_fault(t, WIRE_MALFORMED);
        hang_up(t);
    }
}

static void exact_bytes(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 4; piece++) {
        struct talk *t = open_talk("< \"abcdefgh\\n\"\nclose\n", piece);
        assert_span(wire_peek(t->w, 3), "abc");
        assert_span(wire_peek(t->w, 2), "ab");
        assert_span(wire_need(t->w, 3), "abc");
        assert_span(wire_need(t->w, 0), "");
        assert_span(wire_peek(t->w, 1), "d");
        assert_span(wire_need(t->w, 2), "de");
        assert_span(wire_line(t->w, 10), "fgh");
        assert_fault(t, WIRE_FINE);
        assert_span(wire_need(t->w, 1), "");
        assert_fault(t, WIRE_CLOSED);
        hang_up(t);
    }
}

static void what_was_read_stays(void **state)
{
    (void)state;
    struct talk *t = open_talk("< \"first\\nsecond\\nthird\\n\"\n", 1);
    struct span one = wire_line(t->w, 10), two = wire_line(t->w, 10), three = wire_line(t->w, 10);
    assert_span(one, "first");
    assert_span(two, "second");
    assert_span(three, "third");
    hang_up(t);
}

static void some_bytes(void **state)
{
    (void)state;
    struct talk *t = open_talk("< \"abcdef\"\n> \"hi\\n\"\n< \"g\"\nclose\n", 0);
    assert_span(wire_some(t->w, 4), "abcd");
    assert_span(wire_some(t->w, 100), "ef");
    assert_true(wire_ask(t->w, &HI));
    assert_span(wire_some(t->w, 100), "g");
    assert_span(wire_some(t->w, 100), "");
    assert_fault(t, WIRE_CLOSED);
    hang_up(t);
}

static void until_close(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 4; piece++) {
        struct talk *t = open_talk("< \"abcdef\"\nclose\n", piece);
        assert_span(wire_need(t->w, 2), "ab");
        assert_span(wire_until_close(t->w, 4), "cdef");
        assert_fault(t, WIRE_FINE);
        hang_up(t);
        t = open_talk("< \"abcdef\"\nclose\n", piece);
        assert_span(wire_until_close(t->w, 5), "");
        assert_fault(t, WIRE_BUDGET);
        hang_up(t);
        /* What was heard before counts, too. */
        t = open_talk("< \"abcdef\"\nclose\n", piece);
        assert_span(wire_peek(t->w, 6), "abcdef");
        assert_span(wire_until_close(t->w, 6), "abcdef");
        hang_up(t);
        t = open_talk("< \"abcdef\"\nhush\nclose\n", piece);
        assert_span(wire_until_close(t->w, 100), "");
        assert_fault(t, WIRE_TIMEOUT);
        hang_up(t);
        t = open_talk("< \"abcdef\"\nreset\n", piece);
        assert_span(wire_until_close(t->w, 100), "");
        assert_fault(t, WIRE_RESET);
        hang_up(t);
    }
}

static void hearing(void **state)
{
    struct talk *t = open_talk("hush\n< \"hello\\n\"\nclose\n", 0);
    (void)state;
    int64_t before = t->back.now_ms;
    assert_false(wire_hears(t->w, 700));
    assert_fault(t, WIRE_FINE);
    assert_int_equal(t->back.now_ms, before + 700);
    assert_true(wire_hears(t->w, 700));
    assert_span(wire_heard(t->w), "hello\n");
    assert_true(wire_hears(t->w, 700)); /* what is unread counts, without another read */
    assert_int_equal(t->back.reads, 2);
    assert_span(wire_line(t->w, 10), "hello");
    assert_false(wire_hears(t->w, 700));
    assert_fault(t, WIRE_CLOSED);
    hang_up(t);
}

/* ---- limits ---------------------------------------------------------------------------- */

static void faults_are_sticky(void **state)
{
    struct talk *t = open_talk("< \"one\\ntwo\\n\"\n> \"hi\\n\"\n", 0);
    (void)state;
    assert_span(wire_line(t->w, 10), "one");
    assert_false(wire_fail(t->w));
    assert_fault(t, WIRE_MALFORMED);
    assert_span(wire_line(t->w, 10), "");
    assert_span(wire_need(t->w, 1), "");
    assert_span(wire_peek(t->w, 1), "");
    assert_span(wire_some(t->w, 1), "");
    assert_span(wire_until_close(t->w, 10), "");
    assert_false(wire_hears(t->w, 10));
    assert_false(wire_ask(t->w, &HI));
    assert_false(wire_start_tls(t->w));
    wire_bye(t->w, &HI);
    assert_fault(t, WIRE_MALFORMED);
    struct error e;
    assert_false(tape_back_finished(&t->back, &e)); /* nothing was sent */
    hang_up(t);
}

static void the_first_fault_wins(void **state)
{
    struct talk *t = open_talk("close\n", 0);
    (void)state;
    wire_need(t->w, 1);
    wire_fail(t->w);
    assert_fault(t, WIRE_CLOSED);
    hang_up(t);
}

static void patience_and_deadline(void **state)
{
    struct talk *t = open_talk("hush\nhush\nhush\nhush\nconnect\n", 0);
    (void)state;
    int64_t begin = t->back.now_ms;
    assert_span(wire_need(t->w, 1), "");
    assert_fault(t, WIRE_TIMEOUT);
    assert_int_equal(t->back.now_ms, begin + 3000);
    hang_up(t);

    /* The visit is over at 10 s, whatever the patience: 4 + 4 + 2. Then nothing reopens. */
    t = open_talk("hush\nconnect\nhush\nconnect\nhush\nconnect\n", 0);
    begin = t->back.now_ms;
    wire_patience(t->w, 4000);
    for (int i = 0; i < 2; i++) {
        wire_need(t->w, 1);
        assert_fault(t, WIRE_TIMEOUT);
        assert_true(wire_again(t->w, WIRE_PLAIN));
    }
    wire_need(t->w, 1);
    assert_fault(t, WIRE_DEADLINE);
    assert_int_equal(t->back.now_ms, begin + 10000);
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_DEADLINE);
    hang_up(t);

    /* Silence while listening is no fault, the end of the visit is. */
    t = open_talk("hush\nhush\n", 0);
    assert_false(wire_hears(t->w, 9000));
    assert_fault(t, WIRE_FINE);
    assert_false(wire_hears(t->w, 9000));
    assert_fault(t, WIRE_DEADLINE);
    hang_up(t);
}

/* A peer that sends one byte a second, for ever. */
struct drip {
    struct wire_back back;
    int64_t now_ms;
};

static enum wire_fault drip_connect(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms)
{
    (void)b, (void)e, (void)deadline_ms;
    return WIRE_FINE;
}

static enum wire_fault drip_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct drip *d = (struct drip *)back;
    if (d->now_ms + 1000 > deadline_ms) {
        d->now_ms = deadline_ms;
        return WIRE_TIMEOUT;
    }
    d->now_ms += 1000;
    *ret = SPAN(".");
    return WIRE_FINE;
}

static void drip_close(struct wire_back *b)
{
    (void)b;
}

static int64_t drip_now(struct wire_back *back)
{
    return ((struct drip *)back)->now_ms;
}

/* The patience is for the whole answer, not for each byte of it. */
static void a_slow_drip(void **state)
{
    struct drip d = { .back = { .connect = drip_connect, .recv = drip_recv, .close = drip_close, .now_ms = drip_now } };
    static const struct wire_limits LIMITS = { .connect_ms = 1000, .patience_ms = 3500, .session_ms = 60000, .budget_bytes = 1000 };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    struct wire *w = wire_new(&a, &d.back, &HERE, &LIMITS, &CLOCK_SYSTEM, NULL);
    assert_true(wire_again(w, WIRE_PLAIN));
    assert_int_equal(wire_need(w, 10).len, 0);
    assert_int_equal(wire_fault(w), WIRE_TIMEOUT);
    assert_int_equal(d.now_ms, 3500);
    assert_true(wire_again(w, WIRE_PLAIN));
    assert_int_equal(wire_until_close(w, 100).len, 0);
    assert_int_equal(wire_fault(w), WIRE_TIMEOUT);
    assert_int_equal(d.now_ms, 7000);
    wire_end(w);
    arena_release(&a);
}

/* wire_line() looks for more bytes again and again; its patience is still one answer's. */
static void a_line_that_drips(void **state)
{
    struct drip d = { .back = { .connect = drip_connect, .recv = drip_recv, .close = drip_close, .now_ms = drip_now } };
    static const struct wire_limits LIMITS = { .connect_ms = 1000, .patience_ms = 3500, .session_ms = 60000, .budget_bytes = 1000 };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    struct wire *w = wire_new(&a, &d.back, &HERE, &LIMITS, &CLOCK_SYSTEM, NULL);
    assert_true(wire_again(w, WIRE_PLAIN));
    assert_int_equal(wire_line(w, 100).len, 0);
    assert_int_equal(wire_fault(w), WIRE_TIMEOUT);
    assert_int_equal(d.now_ms, 3500);
    wire_end(w);
    arena_release(&a);
}

static void the_byte_budget(void **state)
{
    char script[1400] = "< \"", line[8] = "";
    (void)state;
    memset(script + 3, 'a', 1001);
    strcpy(script + 1004, "\"\nconnect\n< \"b\\n\"\n");
    for (size_t piece = 0; piece < 3; piece++) {
        struct talk *t = open_talk(script, piece);
        assert_int_equal(wire_need(t->w, 1000).len, piece ? 1000 : 0); /* one read brought 1001 */
        assert_span(wire_need(t->w, 1), line);
        assert_fault(t, WIRE_BUDGET);
        assert_false(wire_again(t->w, WIRE_PLAIN));
        assert_fault(t, WIRE_BUDGET);
        hang_up(t);
    }
    /* What can never fit is not waited for. */
    struct talk *t = open_talk("< \"a\"\nhush\n", 0);
    int64_t begin = t->back.now_ms;
    assert_span(wire_need(t->w, 1001), "");
    assert_fault(t, WIRE_BUDGET);
    assert_int_equal(t->back.now_ms, begin);
    assert_int_equal(t->back.reads, 0);
    hang_up(t);
    t = open_talk("< \"a\"\nhush\n", 0);
    assert_span(wire_need(t->w, SIZE_MAX), "");
    assert_fault(t, WIRE_BUDGET);
    hang_up(t);
}

/* The budget is the visit's: a new connection does not refill it. */
static void the_budget_spans_connections(void **state)
{
    char script[3000] = "";
    (void)state;
    for (int i = 0; i < 3; i++) {
        size_t at = strlen(script);
        strcpy(script + at, i ? "connect\n< \"" : "< \"");
        memset(script + strlen(script), 'a', 400);
        strcat(script, "\"\n");
    }
    struct talk *t = open_talk(script, 0);
    assert_int_equal(wire_need(t->w, 400).len, 400);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_need(t->w, 400).len, 400);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_need(t->w, 400).len, 0);
    assert_fault(t, WIRE_BUDGET);
    hang_up(t);
}

static void memory_runs_out(void **state)
{
    struct talk *t = open_talk("< \"abcdefgh\\n\"\nconnect\n", 0);
    (void)state;
    t->arena.fail_at = 1;
    assert_span(wire_line(t->w, 100), "");
    assert_fault(t, WIRE_MEMORY);
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_MEMORY);
    hang_up(t);
    struct arena empty;
    arena_init(&empty, 0);
    t = open_talk("close\n", 0);
    assert_null(wire_new(&empty, &t->back.back, &HERE, &t->limits, &CLOCK_SYSTEM, NULL));
    wire_end(NULL);
    hang_up(t);
}

/* ---- asking and connecting ---------------------------------------------------------------- */

static void asks_with_holes(void **state)
{
    struct talk *t = open_talk("> \"ab1\\n\"\n< \"ok\\n\"\n", 0);
    struct error e;
    (void)state;
    assert_true(wire_ask_with(t->w, &NAMED, (struct span[]){ SPAN("ab1") }, 1));
    assert_span(wire_line(t->w, 10), "ok");
    assert_true(tape_back_finished(&t->back, &e));
    hang_up(t);

    static const char *const BAD[] = { "a b", "a\n", "abcde", "\r" };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        t = open_talk("> \"x\\n\"\n", 0);
        struct span arg = span_str(BAD[i]);
        assert_false(wire_ask_with(t->w, &NAMED, &arg, 1));
        assert_fault(t, WIRE_UNDECLARED);
        assert_int_equal(t->back.sent.len, 0);
        assert_string_equal(t->back.mismatch.text, "");
        hang_up(t);
    }
    t = open_talk("> \"x\\n\"\n", 0);
    assert_false(wire_ask(t->w, &NAMED)); /* an argument is missing */
    assert_fault(t, WIRE_UNDECLARED);
    hang_up(t);
}

/* What reads records leaves only where the owner allowed it, however often it is tried. */
static void records_take_permission(void **state)
{
    static const struct ask RECORD = { .name = "sample.t.get", .why = "test", .class = ASK_SAMPLE,
                                       .parts = { ASK_BYTES("get\n") } };
    struct error e;
    struct talk *t = open_talk("> \"get\\n\"\n", 0);
    (void)state;
    assert_false(wire_ask(t->w, &RECORD));
    assert_fault(t, WIRE_FORBIDDEN);
    assert_int_equal(t->back.sent.len, 0);
    hang_up(t);

    t = open_talk("> \"hi\\n\"\n", 0);
    wire_bye(t->w, &RECORD);
    assert_int_equal(t->back.sent.len, 0);
    assert_true(wire_ask(t->w, &HI));
    assert_true(tape_back_finished(&t->back, &e));
    hang_up(t);

    t = open_talk("< \"a\"\nconnect\n> \"get\\n\"\n", 0);
    assert_true(wire_hears(t->w, 10));
    wire_ask(t->w, &RECORD);
    assert_true(wire_again(t->w, WIRE_PLAIN)); /* a new connection is no new permission */
    assert_false(wire_ask(t->w, &RECORD));
    assert_fault(t, WIRE_FORBIDDEN);
    hang_up(t);

    t = open_talk("> \"get\\n\"\n", 0);
    wire_permit_sample(t->w);
    assert_true(wire_ask(t->w, &RECORD));
    assert_true(tape_back_finished(&t->back, &e));
    hang_up(t);
}

static void a_farewell_does_not_matter(void **state)
{
    struct talk *t = open_talk("< \"a\"\n> \"hi\\n\"\n", 0);
    struct error e;
    (void)state;
    assert_span(wire_need(t->w, 1), "a");
    wire_bye(t->w, &NAMED); /* cannot even be rendered */
    assert_fault(t, WIRE_FINE);
    wire_bye(t->w, &HI);
    assert_fault(t, WIRE_FINE);
    assert_true(tape_back_finished(&t->back, &e));
    hang_up(t);
}

static void connecting_again(void **state)
{
    struct talk *t = open_talk("< \"old\"\nconnect\n< \"new\\n\"\nrefuse\nconnect\n< \"last\\n\"\n", 0);
    (void)state;
    assert_true(wire_hears(t->w, 10));
    wire_fail(t->w);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_span(wire_heard(t->w), ""); /* nothing of the old connection is left */
    assert_span(wire_line(t->w, 10), "new");
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_REFUSED);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_span(wire_line(t->w, 10), "last");
    assert_int_equal(wire_connections(t->w), 4);
    hang_up(t);
}

static void connections_are_counted(void **state)
{
    char script[1000] = "";
    (void)state;
    for (int i = 0; i < WIRE_CONNECTIONS_MAX + 2; i++)
        strcat(script, "connect\n");
    struct talk *t = talk(script, 0, NULL);
    for (int i = 0; i < WIRE_CONNECTIONS_MAX; i++)
        assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_BUDGET);
    assert_int_equal(wire_connections(t->w), WIRE_CONNECTIONS_MAX);
    hang_up(t);
}

/* ---- who it is, and the conversation ------------------------------------------------------ */

static const struct ask QUESTION = ASK_FIXED("q", "a question", "q\n");

/* Finding out has its own deadline; the conversation's begins when the peer is known. */
static void two_clocks(void **state)
{
    (void)state;
    struct talk *t = talk("> \"q\\n\"\nhush\n> \"q\\n\"\n< \"a\\n\"\nhush\nhush\nhush\nhush\nhush\n", 0, NULL);
    assert_true(wire_is_known(t->w));
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 4000, 7);
    wire_patience(t->w, 2500);
    assert_false(wire_is_known(t->w));
    assert_int_equal(wire_time_left(t->w), 4000);
    assert_true(wire_ask(t->w, &QUESTION));
    assert_false(wire_hears(t->w, 2500));
    assert_int_equal(wire_time_left(t->w), 1500);
    assert_true(wire_ask(t->w, &QUESTION)); /* nothing was answered: not known by that */
    assert_false(wire_is_known(t->w));
    assert_span(wire_line(t->w, 10), "a");
    assert_false(wire_is_known(t->w));
    wire_known(t->w);
    assert_int_equal(wire_time_left(t->w), 10000);
    wire_need(t->w, 1);
    assert_fault(t, WIRE_TIMEOUT);
    assert_int_equal(t->back.now_ms, 1000 + 2500 + 3000); /* its own patience, too */
    wire_known(t->w);
    assert_int_equal(wire_time_left(t->w), 7000); /* a second call changes nothing */
    wire_unknown(t->w);
    assert_int_equal(wire_time_left(t->w), 0); /* what finding out was given had gone on */
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_DEADLINE);
    assert_int_equal(wire_connections(t->w), 1);
    hang_up(t);
}

/* Who asks on after an answer was read has found its own. */
static void asking_on_is_knowing(void **state)
{
    (void)state;
    struct talk *t = talk("> \"q\\n\"\n< \"a\\n\"\nconnect\n> \"q\\n\"\nhush\n", 0, NULL);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 4000, 7);
    assert_true(wire_ask(t->w, &QUESTION));
    assert_span(wire_peek(t->w, 1), "a"); /* looked at only */
    assert_span(wire_line(t->w, 10), "a");
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_false(wire_is_known(t->w));
    assert_true(wire_ask(t->w, &QUESTION));
    assert_true(wire_is_known(t->w));
    wire_unknown(t->w);
    assert_false(wire_is_known(t->w));
    hang_up(t);
}

static void connections_to_a_stranger(void **state)
{
    char script[1000] = "";
    (void)state;
    for (int i = 0; i < WIRE_CONNECTIONS_MAX + 9; i++)
        strcat(script, "connect\n");
    struct talk *t = talk(script, 0, NULL);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 4000, 3);
    assert_int_equal(wire_connections_left(t->w), 3);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_known(t->w);
    for (int i = 0; i < WIRE_CONNECTIONS_MAX; i++)
        assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_connections_left(t->w), 0);
    wire_unknown(t->w);
    assert_int_equal(wire_connections_left(t->w), 0);
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_BUDGET);
    hang_up(t);
    t = talk(script, 0, NULL);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 4000, 3);
    for (int i = 0; i < 3; i++)
        assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_false(wire_again(t->w, WIRE_PLAIN));
    hang_up(t);
}

/* A visit costs no more than its limits say, finding out included; who was found late may still talk. */
static void a_visit_has_a_cost(void **state)
{
    char script[1000] = "";
    (void)state;
    for (int i = 0; i < 30; i++)
        strcat(script, "connect\n");
    for (unsigned used = 1; used <= 10; used++) {
        struct talk *t = talk(script, 0, NULL);
        t->limits.cost_connections = 12;
        assert_true(wire_again(t->w, WIRE_PLAIN));
        wire_identify(t->w, 4000, 10);
        while (wire_connections(t->w) < used)
            assert_true(wire_again(t->w, WIRE_PLAIN));
        wire_known(t->w);
        while (wire_affords(t->w, 1))
            assert_true(wire_again(t->w, WIRE_PLAIN));
        assert_false(wire_again(t->w, WIRE_PLAIN));
        assert_int_equal(wire_connections(t->w), used + 4 < 12 ? 12 : used + 4);
        hang_up(t);
    }
    struct talk *t = talk("> \"hi\\n\"\n> \"hi\\n\"\n", 0, NULL);
    t->limits.cost_bytes = 8;
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_true(wire_affords(t->w, 8));
    assert_false(wire_affords(t->w, 9));
    assert_true(wire_ask(t->w, &HI));
    assert_true(wire_affords(t->w, 5));
    assert_true(wire_ask(t->w, &HI));
    assert_false(wire_ask(t->w, &HI));
    assert_fault(t, WIRE_BUDGET);
    hang_up(t);
}

/* Questions that merely may be the server's own wait no longer than finding out may take. */
static void in_a_hurry(void **state)
{
    (void)state;
    struct talk *t = talk("> \"hi\\n\"\n< \"a\\n\"\n> \"hi\\n\"\nhush\nconnect\n> \"hi\\n\"\nhush\n", 0, NULL);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 1000, 2);
    assert_true(wire_ask(t->w, &HI));
    assert_span(wire_line(t->w, 10), "a");
    wire_known(t->w);
    assert_int_equal(wire_who_ms(t->w), 1000);
    assert_int_equal(wire_who_connections(t->w), 2);
    wire_hurry(t->w, true);
    assert_true(wire_ask(t->w, &HI));
    assert_span(wire_line(t->w, 10), "");
    assert_fault(t, WIRE_TIMEOUT);
    assert_int_equal(wire_who_ms(t->w), 0);
    wire_hurry(t->w, false);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_who_connections(t->w), 1);
    assert_int_equal(t->back.now_ms, 1000 + 1000);
    wire_ask(t->w, &HI);
    assert_span(wire_line(t->w, 10), "");
    assert_int_equal(t->back.now_ms, 1000 + 1000 + 3000);
    hang_up(t);
}

/* Who is looked for once more has time and connections once more. */
static void a_stranger_once_more(void **state)
{
    (void)state;
    struct talk *t = talk("connect\nhush\nconnect\nconnect\nconnect\n", 0, NULL);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 1000, 1);
    assert_false(wire_hears(t->w, 5000));
    wire_need(t->w, 1);
    assert_fault(t, WIRE_DEADLINE);
    assert_false(wire_again(t->w, WIRE_PLAIN));
    wire_identify(t->w, 1000, 2);
    assert_int_equal(wire_time_left(t->w), 1000);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_false(wire_again(t->w, WIRE_PLAIN));
    assert_fault(t, WIRE_BUDGET);
    wire_identify(t->w, 1000, 1);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    hang_up(t);
}

static void wait_a_minute(void *self, const struct endpoint *e, bool first)
{
    struct talk **t = self;
    (void)e, (void)first;
    (*t)->back.now_ms += 60000;
}

/* That a further connection must wait for its turn counts against no clock of the visit. */
static void our_turn_is_our_affair(void **state)
{
    struct talk *t = NULL;
    struct wire_ear ear = { .opening = wait_a_minute, .self = &t };
    (void)state;
    t = talk("connect\nconnect\nconnect\nhush\n", 0, &ear);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_time_left(t->w), 10000);
    wire_identify(t->w, 4000, 7);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_time_left(t->w), 4000);
    wire_known(t->w);
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_int_equal(wire_time_left(t->w), 10000);
    wire_unknown(t->w);
    assert_int_equal(wire_time_left(t->w), 4000);
    hang_up(t);
}

/* What came first on the newest connection stays at hand, also when it was read. */
static void the_first_bytes(void **state)
{
    char script[1000];
    (void)state;
    snprintf(script, sizeof(script), "< \"%0300d\"\nconnect\n< \"ab\"\n> \"q\\n\"\n< \"c\"\n", 7);
    for (size_t piece = 0; piece < 2; piece++) {
        struct talk *t = open_talk(script, piece);
        assert_int_equal(wire_first(t->w).len, 0);
        wire_need(t->w, 300);
        assert_int_equal(wire_first(t->w).len, WIRE_FIRST_BYTES);
        assert_true(wire_again(t->w, WIRE_PLAIN));
        assert_int_equal(wire_first(t->w).len, 0);
        wire_need(t->w, 2);
        wire_ask(t->w, &QUESTION);
        wire_need(t->w, 1);
        assert_span(wire_first(t->w), "abc");
        hang_up(t);
    }
}

static void hearing_more(void **state)
{
    (void)state;
    struct talk *t = open_talk("< \"ab\"\nhush\n", 1);
    assert_true(wire_hears(t->w, 100));
    assert_span(wire_heard(t->w), "a");
    assert_true(wire_hears(t->w, 100));
    assert_span(wire_heard(t->w), "a");
    assert_true(wire_hears_more(t->w, 100));
    assert_span(wire_heard(t->w), "ab");
    assert_false(wire_hears_more(t->w, 100));
    assert_fault(t, WIRE_FINE);
    hang_up(t);
}

static void what_a_scan_gives(void **state)
{
    (void)state;
    struct wire_limits l = wire_limits_for(WIRE_PATIENCE_MS);
    assert_int_equal(l.session_ms, 15000);
    assert_int_equal(l.patience_ms, 3000);
    l = wire_limits_for(20000);
    assert_int_equal(l.session_ms, 100000);
    assert_int_equal(l.connect_ms, 20000);
    l = wire_limits_for(50);
    assert_int_equal(l.session_ms, 15000);
}

static void inside_tls(void **state)
{
    struct talk *t = talk("tls\n< \"in\\n\"\nconnect\n< \"out\\n\"\nclose\nconnect\n", 0, NULL);
    (void)state;
    assert_null(wire_tls(t->w));
    assert_true(wire_again(t->w, WIRE_IN_TLS));
    assert_true(wire_in_tls(t->w));
    assert_span(wire_line(t->w, 10), "in");
    assert_string_equal(wire_tls(t->w)->version, "TLSv1.3");
    assert_true(wire_again(t->w, WIRE_PLAIN));
    assert_false(wire_in_tls(t->w));
    assert_non_null(wire_tls(t->w)); /* the newest handshake of the visit stays known */
    assert_span(wire_line(t->w, 10), "out");
    assert_false(wire_start_tls(t->w));
    assert_fault(t, WIRE_TLS);
    assert_false(wire_in_tls(t->w));
    assert_non_null(wire_tls(t->w));
    hang_up(t);

    t = open_talk("> \"hi\\n\"\n< \"S\"\ntls\n< \"x\"\n", 0);
    assert_true(wire_ask(t->w, &HI));
    assert_span(wire_need(t->w, 1), "S");
    assert_true(wire_start_tls(t->w));
    assert_true(wire_in_tls(t->w));
    assert_span(wire_need(t->w, 1), "x");
    hang_up(t);
}

/* Time that a lost SYN cost goes back to the clock of finding out, to a ceiling, and to no other clock. */
static void loss_is_excused(void **state)
{
    struct talk *t = talk("connect\n", 0, NULL);
    (void)state;
    wire_identify(t->w, 8000, 8);
    int64_t before_ms = t->w->deadline_ms;
    t->back.back.trip_ms = 300;
    excuse_loss(t->w, 999);
    assert_int_equal(t->w->deadline_ms, before_ms);
    excuse_loss(t->w, 1300);
    assert_int_equal(t->w->deadline_ms, before_ms + 1000);
    excuse_loss(t->w, 3300);
    excuse_loss(t->w, 3300);
    assert_int_equal(t->w->deadline_ms, before_ms + LOSS_EXCUSED_MS);
    assert_int_equal(t->w->who_deadline_ms, before_ms + LOSS_EXCUSED_MS);
    wire_known(t->w);
    before_ms = t->w->deadline_ms;
    t->w->excused_ms = 0;
    excuse_loss(t->w, 1300);
    assert_int_equal(t->w->deadline_ms, before_ms);
    hang_up(t);
}

/* On the connection that is there where neither side has said anything, else on a new one. */
static void dresses_what_is_untouched(void **state)
{
    struct talk *t = open_talk("tls\n< \"in\\n\"\n", 0);
    (void)state;
    assert_true(wire_dress(t->w));
    assert_true(wire_in_tls(t->w) && wire_dressed(t->w));
    assert_int_equal(wire_connections(t->w), 1);
    assert_span(wire_line(t->w, 10), "in");
    hang_up(t);

    static const char *const TOUCHED[] = { "> \"hi\\n\"\nconnect\ntls\n", "< \"x\"\nconnect\ntls\n", "close\nconnect\ntls\n" };
    for (size_t i = 0; i < 3; i++) {
        t = open_talk(TOUCHED[i], 0);
        if (i == 0)
            assert_true(wire_ask(t->w, &HI));
        else
            wire_hears(t->w, 10);
        assert_true(wire_dress(t->w));
        assert_true(wire_in_tls(t->w));
        assert_int_equal(wire_connections(t->w), 2);
        hang_up(t);
    }

    t = open_talk("no-tls bytes\nconnect\n", 0);
    assert_false(wire_dress(t->w));
    assert_false(wire_in_tls(t->w) || wire_dressed(t->w));
    assert_true(wire_again(t->w, WIRE_PLAIN));
    hang_up(t);
}

struct heard {
    char text[400];
};

static void hear_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    struct heard *h = self;
    size_t at = strlen(h->text);
    snprintf(h->text + at, sizeof(h->text) - at, "sent %s %zu %u; ", a->name, bytes.len, e->port);
}

static void hear_received(void *self, const struct endpoint *e, struct span bytes)
{
    struct heard *h = self;
    size_t at = strlen(h->text);
    (void)e;
    snprintf(h->text + at, sizeof(h->text) - at, "got %zu; ", bytes.len);
}

static void hear_opening(void *self, const struct endpoint *e, bool first)
{
    struct heard *h = self;
    (void)e;
    strcat(h->text, first ? "first; " : "next; ");
}

static void hear_opened(void *self, const struct endpoint *e, enum wire_dress dress, enum wire_fault f)
{
    struct heard *h = self;
    (void)e;
    strcat(h->text, f != WIRE_FINE ? "failed; " : dress == WIRE_IN_TLS ? "tls; " : "plain; ");
}

static void the_ear_hears_all(void **state)
{
    struct heard h = { "" };
    struct wire_ear ear = { .sent = hear_sent, .received = hear_received, .opening = hear_opening,
                            .opened = hear_opened, .self = &h };
    struct talk *t = talk("> \"hi\\n\"\n< \"abc\"\nrefuse\nconnect\ntls\n> \"hi\\n\"\n", 0, &ear);
    (void)state;
    wire_again(t->w, WIRE_PLAIN);
    wire_ask(t->w, &HI);
    wire_need(t->w, 3);
    wire_again(t->w, WIRE_PLAIN);
    wire_again(t->w, WIRE_IN_TLS);
    wire_bye(t->w, &HI);
    assert_string_equal(h.text, "first; plain; sent t.hi 3 1; got 3; next; failed; next; tls; sent t.hi 3 1; ");
    hang_up(t);
}

static void every_fault_has_a_sentence(void **state)
{
    (void)state;
    for (int f = WIRE_FINE; f <= WIRE_MEMORY; f++) {
        assert_non_null(wire_fault_text((enum wire_fault)f));
        for (int g = WIRE_FINE; g < f; g++)
            assert_string_not_equal(wire_fault_text((enum wire_fault)f), wire_fault_text((enum wire_fault)g));
    }
}

/* ---- envelopes ----------------------------------------------------------------------------- */

static const struct ask AROUND = {
    .name = "t.around", .why = "test",
    .parts = { ASK_BYTES("Q"), ASK_HOLE("length", 2, HOLE_ANY), ASK_BYTES(".") },
};
static const struct wire_envelope LETTER = { .head = &AROUND, .types = { 'A', 'B' }, .bytes = 4, .length_at = 1 };

/* In pieces of any size, over messages of any size; heads are sent and read by nobody but the wire. */
static void an_envelope_is_put_on_and_taken_off(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 12; piece++) {
        struct talk *t = open_talk("> \"Q\\x00\\x07.\"\n> \"hi\\n\"\n< \"A\\x00\\x07.abcB\\x00\\x05xdA\\x00\\x06.ef\"\n", piece);
        wire_wrap(t->w, &LETTER);
        assert_true(wire_ask(t->w, &HI));
        assert_true(span_is(wire_need(t->w, 6), "abcdef"));
        assert_true(wire_ok(t->w));
        hang_up(t);
    }
}

static void what_is_no_envelope_is_malformed(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { "C\\x00\\x07.abc", "A\\x00\\x04.", "A\\x00\\x00.abc" };
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++) {
        char script[128];
        snprintf(script, sizeof(script), "> \"Q\\x00\\x07.\"\n> \"hi\\n\"\n< \"%s\"\n", ANSWERS[i]);
        struct talk *t = open_talk(script, 3);
        wire_wrap(t->w, &LETTER);
        assert_true(wire_ask(t->w, &HI));
        assert_int_equal(wire_need(t->w, 1).len, 0);
        assert_int_equal(wire_fault(t->w), WIRE_MALFORMED);
        hang_up(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_before_it_is_open),
        cmocka_unit_test(lines),
        cmocka_unit_test(a_line_too_long),
        cmocka_unit_test(exact_bytes),
        cmocka_unit_test(what_was_read_stays),
        cmocka_unit_test(some_bytes),
        cmocka_unit_test(until_close),
        cmocka_unit_test(hearing),
        cmocka_unit_test(faults_are_sticky),
        cmocka_unit_test(the_first_fault_wins),
        cmocka_unit_test(patience_and_deadline),
        cmocka_unit_test(a_slow_drip),
        cmocka_unit_test(a_line_that_drips),
        cmocka_unit_test(the_byte_budget),
        cmocka_unit_test(the_budget_spans_connections),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(asks_with_holes),
        cmocka_unit_test(records_take_permission),
        cmocka_unit_test(a_farewell_does_not_matter),
        cmocka_unit_test(connecting_again),
        cmocka_unit_test(connections_are_counted),
        cmocka_unit_test(two_clocks),
        cmocka_unit_test(asking_on_is_knowing),
        cmocka_unit_test(connections_to_a_stranger),
        cmocka_unit_test(a_stranger_once_more),
        cmocka_unit_test(a_visit_has_a_cost),
        cmocka_unit_test(in_a_hurry),
        cmocka_unit_test(our_turn_is_our_affair),
        cmocka_unit_test(the_first_bytes),
        cmocka_unit_test(hearing_more),
        cmocka_unit_test(what_a_scan_gives),
        cmocka_unit_test(inside_tls),
        cmocka_unit_test(dresses_what_is_untouched),
        cmocka_unit_test(loss_is_excused),
        cmocka_unit_test(an_envelope_is_put_on_and_taken_off),
        cmocka_unit_test(what_is_no_envelope_is_malformed),
        cmocka_unit_test(the_ear_hears_all),
        cmocka_unit_test(every_fault_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
