/* What a site is asked for beside its root: how much, when, and what becomes of the answers. */
#include "unit/check.h"

#include "http/leavings.c"

#include <stdio.h>
#include <stdlib.h>

#define VALUE "made-up-value"
#define OK_TEXT "HTTP/1.1 200 OK\nContent-Type: text/plain\n\n"
#define OK_PAGE "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<title>Shop</title>"
#define NONE "HTTP/1.1 404 Not Found\n\n"
#define GIT OK_TEXT "ref: refs/heads/main\n"
#define ENV OK_TEXT "APP_KEY=" VALUE "\n"

enum { ASKED_MAX = 100 };

/* A site: what it answers its root and three names with; NULL: it is gone. All others are not there. */
struct site {
    struct asker asker; /* first member */
    const char *root, *git, *env, *none, *others;
    struct span asked[ASKED_MAX];
    struct span bodies[ASKED_MAX];
    size_t count;
};

static struct response *site_fetch(struct asker *a, const struct request *r, struct span name)
{
    struct site *s = (struct site *)a;
    struct error e;
    const char *text = span_is(r->path, "/")            ? s->root
                       : span_is(r->path, "/.git/HEAD") ? s->git
                       : span_is(r->path, "/.env")      ? s->env
                       : span_is(r->path, "/ajar-none") ? s->none
                                                        : s->others;
    (void)name;
    assert_true(s->count < ASKED_MAX);
    s->asked[s->count] = r->path;
    struct response *answer = text ? response_from_text(a->arena, arena_copy(a->arena, span_str(text)), &e) : NULL;
    s->bodies[s->count++] = answer ? answer->body : SPAN_NONE;
    return answer;
}

struct stage {
    struct arena catalog_arena, arena;
    struct catalog *catalog;
    struct response_work work;
    struct visit visit;
    struct site site;
};

static int setup(void **state)
{
    static struct stage s;
    static const char *const dirs[] = { "catalog" };
    struct error e;
    arena_init(&s.catalog_arena, 64 << 20);
    s.catalog = catalog_load(&s.catalog_arena, dirs, 1, &e);
    *state = &s;
    return s.catalog ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(&((struct stage *)*state)->catalog_arena);
    return 0;
}

static const struct observation *visit(struct stage *s, struct site site, uint16_t port, bool thorough)
{
    static struct endpoint here;
    here = (struct endpoint){ .address = { 4, { 127, 0, 0, 1 } }, .port = port };
    arena_init(&s->arena, 48 << 20);
    response_work_init(&s->work);
    visit_init(&s->visit, &s->arena, &here);
    s->site = site;
    s->site.asker = (struct asker){ .get = asker_get, .fetch = site_fetch, .arena = &s->arena, .work = &s->work,
                                    .index = s->catalog->index, .behind = OUTCOME_NOT_MINE, .host = SPAN("x"),
                                    .thorough = thorough };
    (void)engine_visit(&s->site.asker, s->catalog, &s->visit, port);
    assert_int_equal(s->visit.observations.len, 1);
    assert_string_equal(s->visit.observations.at[0].product, "web");
    return &s->visit.observations.at[0];
}

static void leave(struct stage *s)
{
    response_work_release(&s->work);
    arena_release(&s->arena);
}

static bool was_asked(const struct stage *s, const char *path)
{
    for (size_t i = 0; i < s->site.count; i++)
        if (span_is(s->site.asked[i], path))
            return true;
    return false;
}

static void test_found(void **state)
{
    struct stage *s = *state;
    const struct observation *o =
        visit(s, (struct site){ .root = OK_PAGE, .git = GIT, .env = ENV, .none = NONE, .others = NONE }, 80, false);
    assert_true(span_is(fact_get_text(o, "left.git"), "/.git/HEAD"));
    assert_true(span_is(fact_get_text(o, "left.env"), "/.env"));
    assert_true(span_is(fact_get_text(o, "left.asked"), "git, env"));
    assert_null(fact_get(o, "left.unasked"));
    assert_int_equal(s->site.count, 4); /* the root, two names, and one that cannot exist */
    leave(s);
}

/* The bytes that were read are gone, and stand in no fact and in no proof. */
static void test_values_go(void **state)
{
    struct stage *s = *state;
    const struct observation *o =
        visit(s, (struct site){ .root = OK_PAGE, .git = GIT, .env = ENV, .none = NONE, .others = NONE }, 80, false);
    for (size_t i = 0; i < s->site.count; i++)
        if (span_is(s->site.asked[i], "/.env") || span_is(s->site.asked[i], "/.git/HEAD")) {
            assert_true(s->site.bodies[i].len > 0);
            for (size_t k = 0; k < s->site.bodies[i].len; k++)
                assert_int_equal(s->site.bodies[i].at[k], 0);
        }
    for (size_t i = 0; i < o->facts.len; i++) {
        assert_false(span_has(o->facts.at[i].text, VALUE));
        assert_false(span_has(o->facts.at[i].proof, VALUE));
    }
    leave(s);
}

static void test_who_answers_everything(void **state)
{
    static const char *const controls[] = { GIT, ENV, OK_TEXT "not found", OK_TEXT, "HTTP/1.1 206 Partial Content\n\nx", NULL };
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        const struct observation *o =
            visit(s, (struct site){ .root = OK_PAGE, .git = GIT, .env = ENV, .none = controls[i], .others = NONE }, 80, false);
        assert_null(fact_get(o, "left.git"));
        assert_null(fact_get(o, "left.env"));
        assert_null(fact_get(o, "left.asked"));
        assert_true(span_is(fact_get_text(o, "left.unasked"), "git, env"));
        leave(s);
    }
    /* A page for what is not there is how most single pages are served; what is there is there all the same. */
    const struct observation *o = visit(s, (struct site){ .root = OK_PAGE, .git = GIT, .env = OK_PAGE, .none = OK_PAGE, .others = OK_PAGE }, 80, false);
    assert_non_null(fact_get(o, "left.git"));
    assert_null(fact_get(o, "left.env"));
    leave(s);
}

/* Where nothing was found, nothing is asked for that cannot exist. */
static void test_nothing_found(void **state)
{
    struct stage *s = *state;
    const struct observation *o = visit(s, (struct site){ .root = OK_PAGE, .git = NONE, .env = OK_PAGE, .none = NONE, .others = NONE }, 80, false);
    assert_false(was_asked(s, "/ajar-none"));
    assert_true(span_is(fact_get_text(o, "left.asked"), "git, env"));
    leave(s);
}

static void test_what_stands_in_front(void **state)
{
    static const char *const roots[] = {
        "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\"\n\n", "HTTP/1.1 429 Too Many\n\n", "HTTP/1.1 502 Bad Gateway\n\n",
        "HTTP/1.1 503 No\n\n", "HTTP/1.1 504 No\n\n", "HTTP/1.1 301 Moved\nLocation: https://other.example.org/\n\n", "HTTP/1.1 400 Bad\n\n" };
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        (void)visit(s, (struct site){ .root = roots[i], .git = GIT, .env = ENV, .none = NONE, .others = NONE }, 80, true);
        assert_false(was_asked(s, "/.git/HEAD"));
        leave(s);
    }
}

/* Who is gone, or has heard enough, is asked no more; what was not asked for is said. */
static void test_who_has_heard_enough(void **state)
{
    static const char *const answers[] = { NULL, "HTTP/1.1 429 Too Many Requests\n\n", "HTTP/1.1 503 No\n\n" };
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        const struct observation *o =
            visit(s, (struct site){ .root = OK_PAGE, .git = answers[i], .env = ENV, .none = NONE, .others = NONE }, 80, true);
        assert_false(was_asked(s, "/.env"));
        assert_null(fact_get(o, "left.asked"));
        assert_true(span_starts(fact_get_text(o, "left.unasked"), SPAN("git, env, ")));
        leave(s);
    }
}

/* Whatever the port, whoever waits for it: six in all, and the two that leak most among them where it is a site. */
static void test_six_in_all(void **state)
{
    static const uint16_t ports[] = { 80, 443, 8080, 8000, 8443, 8081, 3000, 5000, 9000, 9200, 5601, 4711 };
    static const char *const roots[] = {
        OK_PAGE, "HTTP/1.1 403 Forbidden\nServer: nginx\nContent-Type: text/html\n\n<h1>403</h1>", "HTTP/1.1 404 Not Found\n\n",
        "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}", "HTTP/1.1 200 OK\nServer: Apache\nX-Powered-By: PHP/8.2\nContent-Type: text/html\n\n/wp-content/x" };
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        for (size_t k = 0; k < sizeof(roots) / sizeof(roots[0]); k++) {
            (void)visit(s, (struct site){ .root = roots[k], .git = GIT, .env = ENV, .none = NONE, .others = NONE }, ports[i], false);
            assert_true(s->site.count <= STRANGER_REQUESTS_MAX);
            bool site = k == 1 || k == 4 || (k == 0 && entry_port_rank(s->catalog->web, ports[i]));
            if (site && !(was_asked(s, "/.git/HEAD") && was_asked(s, "/.env") && was_asked(s, "/ajar-none")))
                fail_msg("port %u, root %zu", ports[i], k);
            leave(s);
        }
}

static void test_what_the_root_points_to(void **state)
{
    struct stage *s = *state;
    struct site apache = { .root = "HTTP/1.1 200 OK\nServer: Apache/2.4.57\nContent-Type: text/html\n\nx", .git = NONE, .env = NONE, .none = NONE,
                           .others = OK_TEXT "zoo\nServerVersion: Apache/2.4.57\nServerMPM: event\n" };
    const struct observation *o = visit(s, apache, 80, false);
    assert_true(span_is(fact_get_text(o, "left.status"), "/server-status"));
    assert_null(fact_get(o, "left.status.bytes")); /* it is no file */
    assert_false(was_asked(s, "/phpinfo.php"));
    leave(s);
    apache.root = OK_PAGE;
    o = visit(s, apache, 80, false);
    assert_null(fact_get(o, "left.status"));
    assert_false(was_asked(s, "/server-status?auto"));
    leave(s);
}

static void test_all_of_it(void **state)
{
    struct stage *s = *state;
    const struct observation *o = visit(s, (struct site){ .root = OK_PAGE, .git = GIT, .env = NONE, .none = NONE, .others = NONE }, 80, true);
    for (size_t i = 0; i < s->catalog->web->leavings.len; i++) {
        char path[100];
        snprintf(path, sizeof(path), "%.*s", SPAN_FMT(s->catalog->web->leavings.at[i].request->path));
        assert_true(was_asked(s, path));
    }
    assert_true(s->site.count <= STRANGER_REQUESTS_MAX + LEAVINGS_THOROUGH_MAX);
    assert_null(fact_get(o, "left.unasked"));
    assert_true(s->catalog->web->leavings.len + 2 <= LEAVINGS_THOROUGH_MAX);
    leave(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_values_go),
        cmocka_unit_test(test_who_answers_everything),
        cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_what_stands_in_front),
        cmocka_unit_test(test_who_has_heard_enough),
        cmocka_unit_test(test_six_in_all),
        cmocka_unit_test(test_what_the_root_points_to),
        cmocka_unit_test(test_all_of_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
