/* The pipe between sweeper and keeper: messages, visits, and what is made of them. A visit that
 * decodes must encode to something that decodes to the same; judging and reporting it must work,
 * and a JSON report must be JSON. */
#include "facts/facts.h"
#include "rules/judge.h"
#include "peer.h"
#include "record/codec.h"
#include "report/report.h"
#include "sweep/sweep.h"
#include "text/node.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rules *rules(void)
{
    static struct arena arena;
    static const struct rules *loaded;
    static struct providers facts;
    struct error e;
    if (loaded)
        return loaded;
    arena_init(&arena, 32 << 20);
    facts_init(&facts, NULL);
    loaded = rules_load(&arena, "rules", &facts, &e);
    if (!loaded) {
        fprintf(stderr, "%s (run this in the repository's root)\n", e.text);
        exit(1);
    }
    return loaded;
}

static void check_report(const struct report *r, const struct visit *v, const struct findings *f)
{
    static const struct report_run RUN = { .ajar_version = "0", .endpoints = 1, .columns = 80 };
    static const struct report_summary SUMMARY = { .done = 1 };
    struct buf out;
    struct arena arena;
    struct error e;
    buf_init(&out, 64 << 20);
    void *state = calloc(1, r->state_size + 1);
    MUST(state);
    r->begin(state, &RUN, &out);
    report_tell_visit(r, state, v, f->list.at, f->list.len, &out);
    r->end(state, &SUMMARY, &out);
    struct span left = buf_span(&out);
    while (strcmp(r->name, "json") == 0 && left.len) {
        struct span line = span_cut(&left, '\n');
        arena_init(&arena, 64 << 20);
        MUST(line.len > JSON_BYTES_MAX || json_parse(&arena, line, &e));
        arena_release(&arena);
    }
    free(state);
    buf_release(&out);
}

static void check_decoded(const struct visit *v)
{
    struct arena arena;
    struct findings findings = { 0 };
    check_visit(v);
    arena_init(&arena, 32 << 20);
    if (judge_visit(rules(), v, 1700000000000, &arena, &findings))
        for (size_t i = 0; REPORTS[i]; i++)
            check_report(REPORTS[i], v, &findings);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span left = span_of(data, size), body;
    enum sweep_message kind;
    bool bad = false;
    while (sweep_message_cut(&left, &kind, &body, &bad)) {
        struct arena arena;
        struct visit v;
        struct verdict why;
        struct reader r = reader_over(&why, body);
        arena_init(&arena, 32 << 20);
        if (kind == SWEEP_VISIT && visit_decode(&r, &arena, &v))
            check_decoded(&v);
        arena_release(&arena);
    }
    return 0;
}
