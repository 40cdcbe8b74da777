/* One event a certificate, wherever it was seen; lines of at most 75 octets that break no UTF-8
 * sequence, and no line that a peer could add. */
#include "report/ical.c"

#include "unit/report/hostile.h"

static size_t count_of(struct span out, const char *line)
{
    size_t n = 0;
    while (out.len)
        n += span_is(span_trim(span_cut(&out, '\n')), line);
    return n;
}

static void check(struct span out, struct span bad)
{
    struct span rest = out;
    hostile_nothing_raw(out, true);
    while (rest.len) {
        struct span line = span_cut(&rest, '\n');
        assert_true(line.len > 0 && line.at[line.len - 1] == '\r');
        assert_true(line.len - 1 <= LINE_OCTETS);
        assert_true((line.at[line.at[0] == ' '] & 0xc0) != 0x80);
    }
    assert_int_equal(count_of(out, "BEGIN:VEVENT"), bad.len ? 1 : 0);
    assert_int_equal(count_of(out, "END:VCALENDAR"), 1);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_ical, check);
}

static void unfold(struct buf *whole, struct span out)
{
    buf_reset(whole);
    while (out.len) {
        size_t fold = span_find(out, SPAN("\r\n "));
        buf_put(whole, span_first(out, fold == SIZE_MAX ? out.len : fold));
        out = span_from(out, fold == SIZE_MAX ? out.len : fold + 3);
    }
}

static void show(struct ical *x, struct hostile *h, const char *hash, int64_t until_ms)
{
    struct observation *o = &h->visit.observations.at[1];
    fact_text(o, "cert.sha256", span_str(hash), NULL, SPAN_NONE);
    fact_text(o, "cert.subject", SPAN("CN=b\xc3\xbc" "cher.example; O=\\"), NULL, SPAN_NONE);
    fact_text(o, "cert.names", SPAN("one.example, two.example"), NULL, SPAN_NONE);
    fact_time(o, "cert.not_after", until_ms, NULL, SPAN_NONE);
    h->finding.owner = SPAN("Shop, main");
    h->finding.contact = SPAN("a@b.example");
    report_tell_visit(&report_ical, x, &h->visit, &h->finding, 1, &h->out);
}

static void test_events(void **state)
{
    static const char A[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct hostile h = { 0 };
    struct ical x = { 0 };
    struct buf whole;
    struct report_run run = { .started_ms = 1656633600000 };
    struct report_summary sum = { 0 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    buf_init(&whole, HOSTILE_MAX);
    hostile_make(&h, SPAN("x"));
    begin(&x, &run, &h.out);
    show(&x, &h, A, 1656633600000 + 40ll * DAY_MS);
    h.visit.endpoint.port++;
    show(&x, &h, A, 1656633600000 + 40ll * DAY_MS);
    show(&x, &h, "no hash", 1656633600000);
    end(&x, &sum, &h.out);
    unfold(&whole, buf_span(&h.out));
    struct span out = buf_span(&whole);
    assert_int_equal(count_of(out, "BEGIN:VEVENT"), 2);
    assert_int_equal(count_of(out, "BEGIN:VALARM"), 2);
    assert_true(span_has(out, "UID:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@certificate.ajar\r\n"));
    assert_true(span_has(out, "DTSTAMP:20220701T000000Z\r\nDTSTART;VALUE=DATE:20220810\r\nDTEND;VALUE=DATE:20220811\r\n"));
    assert_true(span_has(out, "SUMMARY:Certificate expires: one.example\r\n"));
    assert_true(span_has(out, "SUMMARY:Certificate expired: one.example\r\n"));
    assert_true(span_has(out, "Subject: CN=b\xc3\xbc" "cher.example\\; O=\\\\\\nIssuer"));
    assert_true(span_has(out, "Seen at: 192.0.2.7:6379 (x)\\, 192.0.2.7:6380 (x)\r\n"));
    assert_true(span_has(out, "\\nOwner: Shop\\, main\\nSeen at"));
    assert_true(span_has(out, "\r\nCONTACT:a@b.example\r\n"));
    assert_true(span_has(out, "UID:192.0.2.7:6380-19174@certificate.ajar\r\n"));
    buf_release(&whole);
    buf_release(&h.out);
    arena_release(&h.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
