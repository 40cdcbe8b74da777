/* A plan written down and read again: what a continued scan asks is what the first one set out to ask. */
#include "unit/check.h"

#include <stdio.h>
#include <time.h>

#include "cmd/scan_journal.c"

static struct arena arena;
static struct error error;

/* No plan here has a scope file. */
bool scan_options_scope(struct scan_options *o, const char *path, struct error *e)
{
    (void)o;
    return error_set(e, "%s is not read here", path);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void add_page(struct pin_book *b, const char *name, const char *const *addresses, size_t all, const char *problem)
{
    struct pin_page *page = open_page(b, span_str(name));
    assert_non_null(page);
    for (size_t i = 0; addresses && addresses[i]; i++) {
        struct address *a = list_add(&arena, &page->addresses);
        assert_true(address_parse(span_str(addresses[i]), a));
    }
    page->all = all;
    page->problem = problem;
}

static struct span written(const struct scan_options *o, const struct pin_book *pins)
{
    static const struct plan PLAN = { .total = 7 };
    struct buf out;
    buf_init(&out, 64 << 20);
    journal_write(o, &PLAN, pins, 7, &out);
    assert_true(buf_ok(&out));
    struct span kept = arena_copy(&arena, buf_span(&out));
    buf_release(&out);
    return kept;
}

static struct scan_options options(void)
{
    static const uint32_t PORTS[] = { 80, 443 };
    return (struct scan_options){ .arena = &arena, .shard = SHARD_WHOLE, .seed = 5,
                                  .plan.default_ports = { PORTS, 2 } };
}

static void test_round_trip(void **state)
{
    (void)state;
    char name[254], long_target[300];
    struct scan_options o = options(), again = options();
    struct pin_book pins, back;
    struct resolved *r = ARENA_NEW(&arena, struct resolved);
    memset(name, 'n', sizeof(name));
    for (size_t i = 49; i < sizeof(name); i += 50)
        name[i] = '.';
    name[253] = '\0';
    snprintf(long_target, sizeof(long_target), "https://%s/logs/", name);
    assert_true(targets_add(&arena, &o.plan.targets, span_str(long_target), &error));
    assert_true(targets_add(&arena, &o.plan.targets, SPAN("db.corp:80"), &error));
    pin_book_init(&pins, &arena);
    pin_book_init(&back, &arena);
    add_page(&pins, "db.corp", (const char *const[]){ "10.0.0.5", "fd00::5", NULL }, 2, NULL);
    add_page(&pins, "big.corp", (const char *const[]){ "10.0.0.6", NULL }, 5000, NULL);
    add_page(&pins, "gone.corp", NULL, 0, "Name or service not known");
    struct span text = written(&o, &pins);
    again.plan.default_ports.len = 0;
    if (!journal_read(text, SPAN_NONE, true, &again, &back, &error))
        fail_msg("%s", error.text);
    assert_true(span_eq(written(&again, &back), text));
    assert_string_equal(again.plan.targets.list.at[0].path, "/logs");
    assert_string_equal(again.plan.targets.list.at[0].name, name);
    assert_true(back.resolver.resolve(back.resolver.self, "db.corp", r, &error));
    assert_int_equal(r->len, 2);
    assert_true(back.resolver.resolve(back.resolver.self, "big.corp", r, &error));
    assert_int_equal(r->len, 1);
    assert_int_equal(r->all, 5000);
    assert_false(back.resolver.resolve(back.resolver.self, "gone.corp", r, &error));
    assert_string_equal(error.text, "Name or service not known");
    assert_false(back.resolver.resolve(back.resolver.self, "other.corp", r, &error));
}

/* What is in the book is not looked up again, and a name that many targets hold is looked up once. */
static void test_what_is_wanted(void **state)
{
    (void)state;
    struct scan_options o = options();
    struct pin_book pins;
    lookup_list wanted = { 0 };
    pin_book_init(&pins, &arena);
    add_page(&pins, "db.corp", (const char *const[]){ "10.0.0.5", NULL }, 1, NULL);
    static const char *const TARGETS[] = { "db.corp:1", "www.corp:1", "10.0.0.1", "www.corp:2", "https://www.corp/x/" };
    for (size_t i = 0; i < 5; i++)
        assert_true(targets_add(&arena, &o.plan.targets, span_str(TARGETS[i]), &error));
    assert_true(targets_add(&arena, &o.plan.excludes, SPAN("ex.corp"), &error));
    o.plan.scope = scope_parse(&arena, SPAN("owner: x\nallow: [a.corp, www.corp]\ndeny: [d.corp]\ndecoys: [c.corp]\n"),
                               "s.yaml", &error);
    assert_non_null(o.plan.scope);
    assert_true(want_all(&pins, &o.plan, &wanted));
    static const char *const WANTED[] = { "www.corp", "ex.corp", "a.corp", "d.corp", "c.corp" };
    assert_int_equal(wanted.len, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(wanted.at[i].name, WANTED[i]);
}

static double seconds_since(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

/* A hundred thousand names are found as quickly as ten. */
static void test_many_names(void **state)
{
    (void)state;
    enum { NAMES = 100000 };
    struct scan_options o = options(), again = options();
    struct pin_book pins, back;
    struct timespec from;
    pin_book_init(&pins, &arena);
    pin_book_init(&back, &arena);
    for (unsigned i = 0; i < NAMES; i++) {
        char name[40];
        snprintf(name, sizeof(name), "h%u.corp", i);
        add_page(&pins, name, (const char *const[]){ "10.0.0.5", NULL }, 1, NULL);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    size_t before = arena.held;
    struct span text = written(&o, &pins);
    assert_true(journal_read(text, SPAN_NONE, false, &again, &back, &error));
    assert_int_equal(back.pages.len, NAMES);
    print_message("%d pins written and read: %.0f ms\n", NAMES, seconds_since(&from) * 1e3);
    assert_true(seconds_since(&from) < 4); /* sanitizers included */
    assert_true(arena.held - before < 64 << 20);
}

static void test_broken_lines(void **state)
{
    (void)state;
    static const char *const BAD[] = { "pin db.corp", "pin db.corp 10.0.0", "addresses db.corp many",
                                       "unresolved db.corp" };
    for (size_t i = 0; i < 4; i++) {
        struct scan_options o = options();
        struct pin_book pins;
        pin_book_init(&pins, &arena);
        assert_false(journal_read(span_str(BAD[i]), SPAN_NONE, false, &o, &pins, &error));
        assert_non_null(strstr(error.text, "the stored plan cannot be read"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_round_trip), TEST(test_what_is_wanted), TEST(test_many_names),
                                        TEST(test_broken_lines) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
