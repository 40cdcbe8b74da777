/* What a spreadsheet reads back: every line as many fields, none of them a formula. */
#include "report/csv.c"

#include "unit/report/hostile.h"

enum { COLUMNS = 33 };

/* Reads one field (RFC 4180) into `field`; false at the end of its line. */
static bool next_field(struct span *rest, struct buf *field)
{
    bool quoted = rest->len && rest->at[0] == '"';
    buf_reset(field);
    *rest = span_from(*rest, quoted);
    while (rest->len) {
        uint8_t c = rest->at[0];
        *rest = span_from(*rest, 1);
        if (quoted && c == '"' && rest->len && rest->at[0] == '"')
            *rest = span_from(*rest, 1);
        else if (quoted && c == '"') {
            quoted = false;
            continue;
        } else if (!quoted && c == ',')
            return true;
        else if (!quoted && c == '\r') {
            assert_true(rest->len && rest->at[0] == '\n');
            *rest = span_from(*rest, 1);
            return false;
        }
        buf_byte(field, c);
    }
    fail_msg("a line without an end");
    return false;
}

static size_t count_line(struct span *rest)
{
    struct buf field;
    size_t columns = 0;
    bool more = true;
    buf_init(&field, HOSTILE_MAX);
    for (; more; columns++) {
        more = next_field(rest, &field);
        assert_false(field.len && memchr("=+-@\t\r", field.at[0], 6));
        assert_true(field.len < 5 * FIELD_BYTES_MAX);
    }
    buf_release(&field);
    return columns;
}

static void check(struct span out, struct span bad)
{
    hostile_nothing_raw(out, true);
    assert_int_equal(count_line(&out), COLUMNS);
    for (int i = 0; bad.len && i < 2; i++) /* the finding, and what nobody knows */
        assert_int_equal(count_line(&out), COLUMNS);
    assert_int_equal(out.len, 0);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_csv, check);
}

static void test_line(void **state)
{
    struct hostile h = { 0 };
    struct report_run run = { .started_ms = 1656633600000 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7"));
    h.finding.endpoint.name = NULL;
    h.finding.title = "Open, wide";
    h.finding.fix = SPAN("# \"one\"\ntwo\n");
    h.finding.life = (struct finding_life){ .known = true, .first_ms = 1609459200000, .opened_ms = 1640995200000 };
    h.finding.accepted_until_ms = 1672444800000;
    h.finding.accepted_why = SPAN("known");
    h.finding.owner = SPAN("Shop");
    h.finding.tier = SPAN("finance");
    h.finding.contact = SPAN("a@b.example");
    struct attribution who = { "provider", SPAN("Shop Ltd"), STRENGTH_LIKELY };
    struct since since = { "process", 1590969600000, STRENGTH_LIKELY, SPAN("running since") };
    h.finding.owners.at = &who;
    h.finding.since.at = &since;
    h.finding.owners.len = h.finding.since.len = 1;
    begin(NULL, &run, &h.out);
    report_tell_visit(&report_csv, NULL, &h.visit, &h.finding, 1, &h.out);
    struct span out = buf_span(&h.out);
    span_cut(&out, '\n');
    assert_true(span_is(out, "critical,open-store,\"Open, wide\",192.0.2.7:6379,,redis,7,,open,tcp,1,"
                             "9223372036854775807,9223372036854775807,"
                             "open,2021-01-01T00:00:00Z,2022-01-01T00:00:00Z,0,,,2022-12-31T00:00:00Z,known,"
                             "Shop,finance,a@b.example,Shop Ltd,provider,likely,2020-06-01T00:00:00Z,process,likely,"
                             "0123456789abcdef0123456789abcdef,7,"
                             "\"# \"\"one\"\"\ntwo\"\r\n"));
    arena_release(&h.arena);
    buf_release(&h.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
