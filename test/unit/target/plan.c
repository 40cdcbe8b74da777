/* What may be asked, what not, and why; with names from a resolver of our own. */
#include "unit/check.h"

#include "target/plan.c"

#include "base/buf.h"
#include "base/random.h"
#include "target/permutation.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OWNER "owner: \"Example Ltd\"\n"

static struct arena arena;
static struct error error;
static unsigned resolver_calls;

/* "NAME ADDRESS ADDRESS..." */
static const char *const ZONE[][6] = {
    { "localhost", "127.0.0.1", "::1" },
    { "db.internal", "10.0.0.5" },
    { "alias.internal", "10.0.0.5" },
    { "two.internal", "10.0.0.7", "8.8.8.8" },
    { "www.example.org", "8.8.8.8" },
    { "metadata.internal", "169.254.169.254" },
    { "rebound.internal", "10.0.0.8", "169.254.169.254" },
    { "cdn.example.org", "1.1.1.1", "1.0.0.1", "9.9.9.9", "8.8.8.8", "10.0.0.9" },
};

/* "big.internal" has 5,000 addresses; "vhostN.internal" are all at 10.0.0.5. */
static bool zone_resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    (void)self;
    resolver_calls++;
    if (strcmp(name, "big.internal") == 0) {
        ret->all = 5000;
        for (ret->len = 0; ret->len < RESOLVED_MAX; ret->len++)
            ret->at[ret->len] = address_from(4, 0x0a010000 + ret->len);
        return true;
    }
    if (strncmp(name, "vhost", 5) == 0)
        return zone_resolve(self, "db.internal", ret, e);
    for (size_t i = 0; i < sizeof(ZONE) / sizeof(ZONE[0]); i++)
        if (strcmp(ZONE[i][0], name) == 0) {
            size_t n = 0;
            for (; n < 5 && ZONE[i][n + 1]; n++)
                assert_true(address_parse(span_str(ZONE[i][n + 1]), &ret->at[n]));
            ret->len = ret->all = n;
            return true;
        }
    return error_set(e, "no such name");
}

static const struct resolver ZONE_RESOLVER = { zone_resolve, NULL };

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 512 << 20);
    resolver_calls = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct targets targets_of(const char *words)
{
    struct targets t = { 0 };
    struct span rest = span_str(words);
    while (rest.len) {
        struct span word = span_cut(&rest, ' ');
        if (word.len && !targets_add(&arena, &t, word, &error))
            fail_msg("%s", error.text);
    }
    return t;
}

static struct plan_options options_of(const char *targets, const char *scope)
{
    static const uint32_t DEFAULT[] = { 6379, 9200 };
    struct plan_options o = {
        .targets = targets_of(targets),
        .default_ports = { DEFAULT, 2 },
        .resolver = &ZONE_RESOLVER,
    };
    if (scope) {
        o.scope = scope_parse(&arena, span_str(scope), "s.yaml", &error);
        if (!o.scope)
            fail_msg("%s", error.text);
    }
    return o;
}

static struct plan *build_from(const struct plan_options *o)
{
    struct plan *p = plan_build(&arena, o, &error);
    if (!p)
        fail_msg("%s", error.text);
    return p;
}

static struct plan *planned(const char *targets, const char *scope)
{
    struct plan_options o = options_of(targets, scope);
    return build_from(&o);
}

static bool plan_targets(const struct plan *p, struct arena *a, struct plan_target **ret, size_t *ret_len)
{
    *ret_len = plan_target_count(p);
    *ret = arena_array(a, *ret_len, sizeof(**ret));
    for (size_t i = 0; i < *ret_len; i++)
        if (!plan_target_at(p, i, a, &(*ret)[i]))
            return false;
    return true;
}

/* All endpoints in order: "10.0.0.1:80 10.0.0.1:81=name -10.0.0.2:80"; a minus marks those that
 * are skipped. */
static const char *listed(const struct plan *p)
{
    const char *all = "";
    for (uint64_t i = 0; i < p->total; i++) {
        struct endpoint e;
        const char *why;
        char text[ENDPOINT_TEXT_MAX];
        bool ask = plan_endpoint(p, i, &e, &why);
        assert_int_equal(ask, why == NULL);
        all = arena_printf(&arena, "%s%s%s%s%s%s%s", all, i ? " " : "", ask ? "" : "-", endpoint_text(&e, text),
                           e.name || e.path ? "=" : "", e.name ? e.name : "", e.path ? e.path : "");
    }
    return all;
}

static void expect(const char *targets, const char *scope, const char *endpoints)
{
    assert_string_equal(listed(planned(targets, scope)), endpoints);
}

static void expect_refused(const char *targets, const char *scope, const char *why)
{
    struct plan_options o = options_of(targets, scope);
    if (plan_build(&arena, &o, &error))
        fail_msg("%s is planned", targets);
    assert_string_equal(error.text, why);
}

static void test_plain(void **state)
{
    (void)state;
    expect("127.0.0.1", NULL, "127.0.0.1:6379 127.0.0.1:9200");
    expect("10.0.0.1:80 10.0.0.1:79-80 10.0.0.1:80", NULL, "10.0.0.1:79 10.0.0.1:80");
    expect("10.0.0.2:80 10.0.0.1-3:80", NULL, "10.0.0.1:80 10.0.0.2:80 10.0.0.3:80");
    expect("[::1]:80 [fd00::1]:80 127.0.0.1:80", NULL, "127.0.0.1:80 [::1]:80 [fd00::1]:80");
    expect("10.0.0.1:80 10.0.0.1", NULL, "10.0.0.1:80 10.0.0.1:6379 10.0.0.1:9200");
    expect_refused("", NULL,
                   "no target is named; write at least one, as in 127.0.0.1 or 10.0.0.0/24");
}

static void test_both_transports(void **state)
{
    (void)state;
    expect("10.0.0.1:161,161/udp", NULL, "10.0.0.1:161 10.0.0.1:161/udp");
    expect("10.0.0.1:11211/udp 10.0.0.1:11211 10.0.0.1:11211/udp", NULL, "10.0.0.1:11211 10.0.0.1:11211/udp");
    /* What is excluded without a word about transports is excluded over both. */
    struct plan_options o = options_of("10.0.0.1:161,161/udp 10.0.0.2:161,161/udp 10.0.0.3:161,161/udp", NULL);
    o.excludes = targets_of("10.0.0.1:161 10.0.0.2:161/udp 10.0.0.3");
    assert_string_equal(listed(build_from(&o)), "-10.0.0.1:161 -10.0.0.1:161/udp 10.0.0.2:161 -10.0.0.2:161/udp "
                                                "-10.0.0.3:161 -10.0.0.3:161/udp");
    /* An allow list speaks of what it names. */
    expect_refused("10.0.0.1:161/udp", "owner: Me\nallow:\n  - {target: 10.0.0.0/24, ports: [161]}\n",
                   "target \"10.0.0.1:161/udp\": port 161/udp of 10.0.0.1 is not in the allow list of s.yaml");
    expect("10.0.0.1:161/udp", "owner: Me\nallow: [10.0.0.0/24]\n", "10.0.0.1:161/udp");
}

static void test_what_it_asks_itself(void **state)
{
    (void)state;
    struct plan_options o = options_of("10.0.0.0/30:80 10.0.0.9:161/udp", NULL);
    o.excludes = targets_of("10.0.0.1:80");
    const struct plan *p = build_from(&o);
    static const struct {
        const char *address;
        uint32_t port;
        bool asks;
    } AT[] = { { "10.0.0.2", 80, true },  { "10.0.0.0", 80, false },  { "10.0.0.4", 80, false },
               { "10.0.0.2", 81, false }, { "10.0.0.1", 80, false },  { "10.0.0.9", PORT_UDP | 161, true },
               { "10.0.0.9", 161, false }, { "10.0.0.2", PORT_UDP | 80, false }, { "fd00::1", 80, false } };
    for (size_t i = 0; i < sizeof(AT) / sizeof(AT[0]); i++) {
        struct address a;
        assert_true(address_parse(span_str(AT[i].address), &a));
        if (plan_asks(p, &a, AT[i].port) != AT[i].asks)
            fail_msg("%s %u", AT[i].address, AT[i].port);
    }
}

static void test_edges_of_prefixes(void **state)
{
    (void)state;
    expect("10.0.0.0/30:80", NULL, "-10.0.0.0:80 10.0.0.1:80 10.0.0.2:80 -10.0.0.3:80");
    expect("10.0.0.0/31:80", NULL, "10.0.0.0:80 10.0.0.1:80");
    expect("127.0.0.0/30:80", NULL, "127.0.0.0:80 127.0.0.1:80 127.0.0.2:80 127.0.0.3:80");
    expect("10.0.0.0-3:80", NULL, "10.0.0.0:80 10.0.0.1:80 10.0.0.2:80 10.0.0.3:80");
    expect("10.0.0.0/30:80 10.0.0.3:81", NULL, "-10.0.0.0:80 10.0.0.1:80 10.0.0.2:80 10.0.0.3:81");
    expect("10.0.0.4/30:80 10.0.0.0/29:80", NULL,
           "-10.0.0.0:80 10.0.0.1:80 10.0.0.2:80 10.0.0.3:80 10.0.0.4:80 10.0.0.5:80 10.0.0.6:80 "
           "-10.0.0.7:80");
    expect("[fd00::/126]:80", NULL, "-[fd00::]:80 [fd00::1]:80 [fd00::2]:80 [fd00::3]:80");
    expect("[fd00::/127]:80", NULL, "[fd00::]:80 [fd00::1]:80");
    struct plan *p = planned("10.0.0.0/30:80", NULL);
    struct endpoint e;
    const char *why;
    assert_false(plan_endpoint(p, 0, &e, &why));
    assert_string_equal(why, "the network address of a prefix");
    assert_int_equal(plan_skipped(p), 2);
}

static void test_space_without_a_scope(void **state)
{
    (void)state;
    expect_refused("8.8.8.8", NULL,
                   "target \"8.8.8.8\": 8.8.8.8 is public; public addresses are asked only through "
                   "a scope file that states their owner (--scope FILE, see doc/scope.md)");
    expect_refused("9.255.255.255-10.0.0.1", NULL,
                   "target \"9.255.255.255-10.0.0.1\": 9.255.255.255 is public; public addresses "
                   "are asked only "
                   "through a scope file that states their owner (--scope FILE, see doc/scope.md)");
    expect_refused("169.254.169.254", NULL,
                   "target \"169.254.169.254\": 169.254.169.254 is never asked: link-local (cloud "
                   "metadata lives here)");
    expect_refused("2001:db8::1", NULL,
                   "target \"2001:db8::1\": 2001:db8::1 is never asked: documentation space "
                   "(RFC 5737, RFC 3849, RFC 9637)");
    expect_refused("224.0.0.0/24", NULL,
                   "target \"224.0.0.0/24\": 224.0.0.0 is never asked: multicast");
    expect_refused(
        "100.100.100.200", NULL,
        "target \"100.100.100.200\": 100.100.100.200 is never asked: a cloud metadata service");
    expect("100.100.100.199-201:80", NULL,
           "100.100.100.199:80 -100.100.100.200:80 100.100.100.201:80");
}

static void test_large(void **state)
{
    (void)state;
    struct plan_options o = options_of("10.0.0.0/15:80", NULL);
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(
        error.text,
        "target \"10.0.0.0/15:80\": 131072 addresses; add --large if all of them are meant");
    o.allow_large = true;
    assert_int_equal(build_from(&o)->total, 131072);
    o = options_of("10.0.0.0/16:80 [fd00::/112]:80", NULL);
    assert_int_equal(build_from(&o)->total, 131072);
    o = options_of("fd00::/60", NULL);
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(
        error.text, "target \"fd00::/60\": more addresses than can be asked; name smaller ranges");
    o.allow_large = true;
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(error.text, "more endpoints than can be counted; name smaller ranges");
}

static void test_names(void **state)
{
    (void)state;
    expect("db.internal:80", NULL, "10.0.0.5:80=db.internal");
    expect("10.0.0.4-6:80 db.internal:80 alias.internal:80-81", NULL,
           "10.0.0.4:80 10.0.0.5:80 10.0.0.5:80=db.internal 10.0.0.5:80=alias.internal "
           "10.0.0.5:81=alias.internal 10.0.0.6:80");
    expect("alias.internal:80 db.internal:80", NULL, "10.0.0.5:80=alias.internal 10.0.0.5:80=db.internal");
    expect("db.internal:80 10.0.0.5:80", NULL, "10.0.0.5:80 10.0.0.5:80=db.internal");
    expect("10.0.0.4/30:80 vhost1.internal:80", NULL,
           "-10.0.0.4:80 10.0.0.5:80 10.0.0.5:80=vhost1.internal 10.0.0.6:80 -10.0.0.7:80");
    expect("localhost:80", NULL, "127.0.0.1:80=localhost [::1]:80=localhost");
    resolver_calls = 0;
    struct plan *p = planned("db.internal:80 DB.internal:81 https://db.internal/", NULL);
    assert_int_equal(resolver_calls, 1);
    assert_int_equal(p->total, 3);
    const struct address *a;
    size_t len;
    char text[ADDRESS_TEXT_MAX];
    assert_true(plan_pinned(p, SPAN("DB.Internal."), &a, &len));
    assert_int_equal(len, 1);
    assert_string_equal(address_text(a, text), "10.0.0.5");
    assert_false(plan_pinned(p, SPAN("alias.internal"), &a, &len));
    assert_false(plan_pinned(p, SPAN(""), &a, &len));
    assert_int_equal(resolver_calls, 1);
    assert_true(plan_pinned(planned("localhost:80", NULL), SPAN("localhost"), &a, &len));
    assert_int_equal(len, 2);
    assert_string_equal(address_text(&a[1], text), "::1");
}

static void test_paths(void **state)
{
    (void)state;
    expect("https://db.internal/logs/", NULL, "10.0.0.5:443=db.internal/logs");
    expect("http://10.0.0.5/logs/ 10.0.0.5:80", NULL, "10.0.0.5:80 10.0.0.5:80=/logs");
    expect("https://db.internal/logs https://db.internal/ https://alias.internal/logs/ https://db.internal/logs/", NULL,
           "10.0.0.5:443=db.internal/logs 10.0.0.5:443=db.internal 10.0.0.5:443=alias.internal/logs");
    struct plan_options o = options_of("10.0.0.1", NULL);
    o.excludes = targets_of("https://db.internal/logs");
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(error.text, "target \"https://db.internal/logs\": what is excluded goes by address and port; "
                                    "leave the path out");
}

/* "KIND ABOUT (COUNT, incomplete): TEXT", one a line. */
static const char *remarked(const struct plan *p)
{
    const char *all = "";
    for (size_t i = 0; i < p->remarks.len; i++) {
        const struct remark *r = &p->remarks.at[i];
        all = arena_printf(&arena, "%s%s %.*s (%llu%s): %.*s\n", all, remark_kind_name(r->kind), SPAN_FMT(r->about),
                           (unsigned long long)r->count, r->incomplete ? ", incomplete" : "", SPAN_FMT(r->text));
    }
    return all;
}

static void test_what_is_left_out_is_remarked(void **state)
{
    (void)state;
    assert_string_equal(remarked(planned("db.internal:80 10.0.0.1", NULL)), "");
    assert_string_equal(
        remarked(planned("gone.internal:80 gone.internal:81 big.internal:80 rebound.internal:80 10.0.0.1 "
                         "http://db.internal/x?y=1",
                         NULL)),
        "unresolved gone.internal (0, incomplete): the name does not resolve: no such name\n"
        "cut big.internal (3976, incomplete): the name has 5000 addresses; the first 1024 of them are asked\n"
        "scope rebound.internal (1): 1 of its 2 addresses may not be asked: 169.254.169.254 is never asked: "
        "link-local (cloud metadata lives here)\n"
        "cut http://db.internal/x?y=1 (0): what stands behind ? or # in this URL is not asked for\n");
    struct plan_options o = options_of("gone.internal 10.0.0.1", NULL);
    o.ignore_unresolved = true;
    assert_string_equal(remarked(build_from(&o)),
                        "unresolved gone.internal (0): the name does not resolve: no such name\n");
    o = options_of("", NULL);
    assert_true(targets_add_lines(&arena, &o.targets, SPAN("10.0.0.1\ngone.internal\n"), "hosts.txt", &error));
    assert_string_equal(remarked(build_from(&o)), "unresolved gone.internal (0, incomplete): the name does not "
                                                  "resolve: no such name; it is named in line 2 of hosts.txt\n");
}

/* Nothing is asked where no name resolves; that is never a complete scan. */
static void test_no_name_resolves(void **state)
{
    (void)state;
    struct plan_options o = options_of("gone.internal lost.internal:80", NULL);
    o.ignore_unresolved = true;
    struct plan *p = build_from(&o);
    assert_int_equal(p->total, 0);
    assert_int_equal(p->remarks.len, 2);
    assert_true(p->remarks.at[0].incomplete && p->remarks.at[1].incomplete);
}

static void test_names_that_lead_elsewhere(void **state)
{
    (void)state;
    expect_refused("www.example.org:80", NULL,
                   "target \"www.example.org:80\": 8.8.8.8 is public; public addresses are asked "
                   "only through a scope "
                   "file that states their owner (--scope FILE, see doc/scope.md)");
    expect_refused("metadata.internal", NULL,
                   "target \"metadata.internal\": 169.254.169.254 is never asked: "
                   "link-local (cloud metadata lives here)");
    expect("rebound.internal:80", NULL,
           "10.0.0.8:80=rebound.internal -169.254.169.254:80=rebound.internal");
    expect("two.internal:80", NULL, "-8.8.8.8:80=two.internal 10.0.0.7:80=two.internal");
    struct plan *p = planned("gone.internal db.internal:80", NULL);
    struct plan_target *list;
    size_t len;
    assert_int_equal(p->total, 1);
    assert_true(plan_targets(p, &arena, &list, &len));
    assert_int_equal(len, 2);
    assert_string_equal(list[0].problem, "the name gone.internal does not resolve: no such name");
    assert_int_equal(list[0].endpoints, 0);
    assert_null(list[1].problem);
    assert_int_equal(list[1].endpoints, 1);
}

static void test_scope_as_target_list(void **state)
{
    (void)state;
    expect("", OWNER "allow: [\"8.8.8.8:80\", 10.0.0.1]\nports: [22]\n", "8.8.8.8:80 10.0.0.1:22");
    expect("", OWNER "allow: [www.example.org]\n",
           "8.8.8.8:6379=www.example.org 8.8.8.8:9200=www.example.org");
    expect("", OWNER "allow: [\"10.0.0.0-3:80\"]\ndeny: [10.0.0.2, \"10.0.0.3:81\"]\n",
           "10.0.0.0:80 10.0.0.1:80 -10.0.0.2:80 10.0.0.3:80");
    expect_refused("", OWNER "allow: [169.254.169.254]\n",
                   "s.yaml:2: target \"169.254.169.254\": 169.254.169.254 is never asked: "
                   "link-local (cloud metadata "
                   "lives here)");
    expect_refused("", OWNER "allow: [10.0.0.0/8]\n",
                   "s.yaml:2: target \"10.0.0.0/8\": 16777216 addresses; add --large if all of "
                   "them are meant");
    expect_refused("", OWNER "allow: [10.0.0.1]\ndeny: [gone.internal]\n",
                   "s.yaml:3: target \"gone.internal\": the name gone.internal does not resolve: "
                   "no such name, so it "
                   "cannot be denied");
}

static void test_scope_holds_the_targets(void **state)
{
    (void)state;
    static const char SCOPE[] =
        OWNER "allow: [10.0.0.0/8, \"8.8.8.0/24:80,443\", \"11.0.0.1:22\", 127.0.0.1]\n"
              "deny: [10.0.0.9]\n";
    expect("10.0.0.8-9", SCOPE, "10.0.0.8:6379 10.0.0.8:9200 -10.0.0.9:6379 -10.0.0.9:9200");
    expect("8.8.8.8", SCOPE, "8.8.8.8:80 8.8.8.8:443");
    expect("8.8.8.8:80", SCOPE, "8.8.8.8:80");
    expect("8.8.8.0", SCOPE, "8.8.8.0:80 8.8.8.0:443"); /* named, so no network address */
    expect("10.255.255.254-11.0.0.0", OWNER "allow: [10.255.255.254-11.0.0.9]\n",
           "10.255.255.254:6379 10.255.255.254:9200 10.255.255.255:6379 10.255.255.255:9200 "
           "11.0.0.0:6379 "
           "11.0.0.0:9200");
    expect("127.0.0.1:1", SCOPE, "127.0.0.1:1");
    expect("www.example.org", SCOPE, "8.8.8.8:80=www.example.org 8.8.8.8:443=www.example.org");
    expect_refused("8.8.9.0:80", SCOPE,
                   "target \"8.8.9.0:80\": 8.8.9.0 is not in the allow list of s.yaml");
    expect_refused("8.8.8.0-8.8.9.4", SCOPE,
                   "target \"8.8.8.0-8.8.9.4\": 8.8.9.0 is not in the allow list of s.yaml");
    expect_refused("8.8.8.8:80-81", SCOPE,
                   "target \"8.8.8.8:80-81\": port 81 of 8.8.8.8 is not in the allow list of "
                   "s.yaml");
    expect_refused("127.0.0.2", SCOPE,
                   "target \"127.0.0.2\": 127.0.0.2 is not in the allow list of s.yaml");
    expect_refused("fd00::1", SCOPE,
                   "target \"fd00::1\": fd00::1 is not in the allow list of s.yaml");
}

/* A target by address is asked under the names that the scope has there, and by itself. */
static void test_names_of_the_scope(void **state)
{
    (void)state;
    static const char SCOPE[] = OWNER "allow: [10.0.0.0/24, \"db.internal:80\", \"alias.internal:80\", "
                                      "\"https://db.internal/logs/\"]\nports: [22]\n";
    expect("10.0.0.4-5", SCOPE,
           "10.0.0.4:22 10.0.0.5:22 10.0.0.5:80 10.0.0.5:443 10.0.0.5:80=db.internal 10.0.0.5:80=alias.internal "
           "10.0.0.5:443=db.internal/logs");
    expect("db.internal", SCOPE, "10.0.0.5:22=db.internal 10.0.0.5:80=db.internal 10.0.0.5:443=db.internal");
    expect("10.0.0.5:80", SCOPE, "10.0.0.5:80");
    expect("https://db.internal/deep/down", SCOPE, "10.0.0.5:443=db.internal/deep/down");
}

/* Whoever answers for DNS does not decide what is in the scope, or not in silence. */
static void test_names_admit_little(void **state)
{
    (void)state;
    assert_string_equal(
        remarked(planned("", OWNER "allow: [10.0.0.1, cdn.example.org, 9.9.9.0/24, \"1.1.1.1:22\"]\n")),
        "scope cdn.example.org (2): the name server alone puts 1.0.0.1, 8.8.8.8 into the scope; `addresses:` in line 2 "
        "of s.yaml states what the name may lead to\n");
    assert_string_equal(remarked(planned("", OWNER "allow: [www.example.org, 8.8.8.8]\n")), "");
    assert_string_equal(remarked(planned("", OWNER "allow: [db.internal]\n")), "");
    /* Only what is asked. */
    static const char TWO[] = OWNER "allow: [10.0.0.1, www.example.org]\n";
    assert_string_equal(remarked(planned("10.0.0.1", TWO)), "");
    assert_non_null(strstr(remarked(planned("8.8.8.8", TWO)), "the name server alone puts 8.8.8.8"));
    static const char PINNED[] = OWNER "allow:\n  - target: cdn.example.org\n    ports: [80]\n"
                                       "    addresses: [1.1.1.1, 9.9.0.0/16]\n";
    struct plan *p = planned("", PINNED);
    assert_string_equal(listed(p), "-1.0.0.1:80=cdn.example.org 1.1.1.1:80=cdn.example.org "
                                   "-8.8.8.8:80=cdn.example.org 9.9.9.9:80=cdn.example.org "
                                   "-10.0.0.9:80=cdn.example.org");
    assert_string_equal(remarked(p), "scope cdn.example.org (3): 3 of its 5 addresses may not be asked: 1.0.0.1 is not "
                                     "among the addresses that line 3 of s.yaml states for it\n");
    /* All of them elsewhere: the other entries are asked all the same. */
    p = planned("", OWNER "allow:\n  - 10.0.0.1:80\n  - {target: db.internal, ports: [80], addresses: 10.0.0.6}\n");
    assert_string_equal(listed(p), "10.0.0.1:80 -10.0.0.5:80=db.internal");
    assert_true(p->remarks.len == 1 && p->remarks.at[0].incomplete);
    expect_refused("db.internal", OWNER "allow: [{target: db.internal, addresses: [10.0.0.6]}]\n",
                   "target \"db.internal\": 10.0.0.5 is not in the allow list of s.yaml");
}

static void test_wide_scope_and_loopback(void **state)
{
    (void)state;
    static const char SCOPE[] = OWNER "allow: [0.0.0.0/0]\n";
    expect_refused("127.0.0.1", SCOPE,
                   "target \"127.0.0.1\": 127.0.0.1 is never asked: loopback, which is asked only "
                   "by an entry of its own");
    expect_refused("127.0.0.0-9:80", SCOPE,
                   "target \"127.0.0.0-9:80\": 127.0.0.0 is never asked: loopback, which is "
                   "asked only by an entry of its own");
    expect("126.255.255.255-127.0.0.0:80", SCOPE, "126.255.255.255:80 -127.0.0.0:80");
    expect("127.0.0.1", OWNER "allow: [0.0.0.0/0, 127.0.0.1]\n", "127.0.0.1:6379 127.0.0.1:9200");
    struct plan_options o = options_of("", SCOPE);
    o.allow_large = true;
    struct plan *p = build_from(&o);
    assert_true(p->total == 2ull << 32);
    const char *why;
    struct address a;
    assert_true(address_parse(SPAN("127.0.0.1"), &a));
    assert_false(plan_allows(p, &a, 6379, &why));
    assert_true(address_parse(SPAN("198.51.100.1"), &a));
    assert_false(plan_allows(p, &a, 6379, &why));
    assert_true(address_parse(SPAN("1.1.1.1"), &a));
    assert_true(plan_allows(p, &a, 6379, &why));
    assert_true(plan_skipped(p) > 2ull * (16777216 * 34) &&
                plan_skipped(p) < 2ull * (16777216 * 36));
}

static void test_ports_options(void **state)
{
    (void)state;
    struct plan_options o = options_of("10.0.0.1 10.0.0.2:22", NULL);
    o.ports = (struct ports){ (const uint32_t[]){ 80 }, 1 };
    assert_string_equal(listed(build_from(&o)), "10.0.0.1:80 10.0.0.2:22");
    o = options_of("",
                   OWNER "allow: [10.0.0.1, \"10.0.0.2:80,443\", \"10.0.0.3:22\"]\nports: [1]\n");
    o.ports = (struct ports){ (const uint32_t[]){ 80 }, 1 };
    assert_string_equal(listed(build_from(&o)), "10.0.0.1:80 10.0.0.2:80");
    o = options_of("", OWNER "allow: [\"10.0.0.3:22\"]\n");
    o.ports = (struct ports){ (const uint32_t[]){ 80 }, 1 };
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(
        error.text,
        "no port is left to ask: --ports and the ports of the scope file have none in common");
}

static void test_excludes(void **state)
{
    (void)state;
    struct plan_options o = options_of("10.0.0.1-3:80 db.internal:80", NULL);
    o.excludes = targets_of("10.0.0.2/31:80 alias.internal");
    struct plan *p = build_from(&o);
    assert_string_equal(listed(p),
                        "10.0.0.1:80 -10.0.0.2:80 -10.0.0.3:80 -10.0.0.5:80=db.internal");
    struct endpoint e;
    const char *why;
    assert_false(plan_endpoint(p, 3, &e, &why));
    assert_string_equal(why, "excluded on the command line (alias.internal)");
    assert_int_equal(plan_skipped(p), 3);
    o.excludes = targets_of("gone.internal");
    assert_null(plan_build(&arena, &o, &error));
    assert_string_equal(
        error.text,
        "target \"gone.internal\": the name gone.internal does not resolve: no such name, "
        "so it cannot be excluded");
}

static void expect_allows(const struct plan *p, const char *address, uint16_t port,
                          const char *why_not)
{
    struct address a;
    const char *why;
    assert_true(address_parse(span_str(address), &a));
    assert_int_equal(plan_allows(p, &a, port, &why), why_not == NULL);
    if (why_not)
        assert_string_equal(why, why_not);
    else
        assert_null(why);
}

static void test_redirects_never_widen(void **state)
{
    (void)state;
    static const char OUTSIDE[] = "outside the targets and the scope of this run";
    struct plan *p = planned("10.0.0.1 10.0.0.2:80 db.internal", NULL);
    expect_allows(p, "10.0.0.1", 5601, NULL);
    expect_allows(p, "10.0.0.1", 0, OUTSIDE);
    expect_allows(p, "10.0.0.2", 80, NULL);
    expect_allows(p, "10.0.0.2", 81, OUTSIDE);
    expect_allows(p, "10.0.0.5", 81, NULL);
    expect_allows(p, "10.0.0.3", 80, OUTSIDE);
    expect_allows(p, "127.0.0.1", 80, OUTSIDE);
    expect_allows(p, "169.254.169.254", 80, OUTSIDE);
    expect_allows(p, "::1", 80, OUTSIDE);
    static const char SCOPE[] = OWNER "allow: [10.0.0.0/24, \"8.8.8.8:80\"]\ndeny: [10.0.0.9]\n";
    p = planned("", SCOPE);
    expect_allows(p, "10.0.0.77", 1, NULL);
    expect_allows(p, "10.0.0.9", 1, "denied by line 3 of s.yaml (10.0.0.9)");
    expect_allows(p, "8.8.8.8", 80, NULL);
    expect_allows(p, "8.8.8.8", 443, OUTSIDE);
    p = planned("10.0.0.1 8.8.8.8", SCOPE);
    expect_allows(p, "10.0.0.1", 1, NULL);
    expect_allows(p, "8.8.8.8", 443, OUTSIDE);
    expect_allows(p, "10.0.0.2", 1, OUTSIDE);
}

static const struct scope_entry *entry_at(const struct plan *p, const char *address, uint16_t port,
                                          const char *name)
{
    struct endpoint e = { .port = port, .name = name };
    assert_true(address_parse(span_str(address), &e.address));
    return plan_entry(p, &e);
}

static void test_entries_and_decoys(void **state)
{
    (void)state;
    struct plan *p =
        planned("", OWNER "allow:\n  - {target: 10.0.0.0/24, tags: {tier: wide}}\n"
                          "  - {target: 10.0.0.5, owned: true, tags: {tier: one}}\n"
                          "  - {target: 10.0.0.4-6, ports: [80], tags: {tier: few}}\n"
                          "  - {target: db.internal, ports: [81], tags: {tier: name}}\n"
                          "decoys: [\"10.0.0.66:22\"]\n");
    struct address a;
    assert_string_equal(entry_at(p, "10.0.0.5", 443, NULL)->tier, "one");
    assert_true(entry_at(p, "10.0.0.5", 443, NULL)->owned);
    assert_string_equal(entry_at(p, "10.0.0.4", 80, NULL)->tier, "few");
    assert_string_equal(entry_at(p, "10.0.0.4", 81, NULL)->tier, "wide");
    assert_null(entry_at(p, "10.0.1.4", 80, NULL));
    assert_string_equal(entry_at(p, "10.0.0.5", 81, "db.internal")->tier, "name");
    assert_string_equal(entry_at(p, "10.0.0.5", 81, "other.internal")->tier, "one");
    assert_true(address_parse(SPAN("10.0.0.66"), &a));
    assert_true(plan_is_decoy(p, &a, 22));
    assert_false(plan_is_decoy(p, &a, 23));
    assert_null(entry_at(planned("10.0.0.66", NULL), "10.0.0.66", 22, NULL));
}

/* Of two customers on one address, one may be sampled. */
static void test_entries_of_names_that_share_an_address(void **state)
{
    (void)state;
    static const char *const ORDERS[] = {
        OWNER "allow: [{target: db.internal, owned: true}, alias.internal]\n",
        OWNER "allow: [alias.internal, {target: db.internal, owned: true}]\n",
    };
    for (size_t i = 0; i < 2; i++) {
        struct plan *p = planned("", ORDERS[i]);
        assert_true(entry_at(p, "10.0.0.5", 80, "db.internal")->owned);
        assert_false(entry_at(p, "10.0.0.5", 80, "alias.internal")->owned);
        assert_false(entry_at(p, "10.0.0.5", 80, NULL)->owned);
        assert_null(entry_at(p, "10.0.0.5", 80, "third.internal"));
    }
}

static void test_described(void **state)
{
    (void)state;
    struct plan_target *list;
    size_t len;
    struct plan_options o = options_of("10.0.0.0/24 127.0.0.1:80-82", NULL);
    o.excludes = targets_of("10.0.0.8/29");
    assert_true(plan_targets(build_from(&o), &arena, &list, &len));
    assert_int_equal(len, 2);
    assert_string_equal(list[0].text, "10.0.0.0/24");
    assert_string_equal(list[0].ports, "6379,9200");
    assert_string_equal(list[0].why, "named on the command line");
    assert_int_equal(list[0].class, ADDRESS_PRIVATE);
    assert_int_equal(list[0].addresses, 256);
    assert_int_equal(list[0].endpoints, 512);
    assert_int_equal(list[0].skipped, 2 * (2 + 8));
    assert_string_equal(list[1].ports, "80-82");
    assert_int_equal(list[1].class, ADDRESS_LOOPBACK);
    assert_int_equal(list[1].endpoints, 3);
    o = options_of("", OWNER "allow:\n  - 10.0.0.1\n  - \"9.255.255.255-10.0.0.1:80\"\n");
    o.allow_large = true;
    assert_true(plan_targets(build_from(&o), &arena, &list, &len));
    assert_string_equal(list[0].why, "line 3 of s.yaml (owner: Example Ltd)");
    assert_int_equal(list[0].endpoints, 3);
    assert_int_equal(list[1].class, ADDRESS_PUBLIC);
    assert_int_equal(list[1].endpoints, 3);
    assert_string_equal(list[0].ports, "80,6379,9200");
    assert_string_equal(list[1].ports, "80"); /* its own, also where another entry asks more */
    o = options_of("10.0.0.1", OWNER "allow:\n  - 10.0.0.1\n");
    assert_true(plan_targets(build_from(&o), &arena, &list, &len));
    assert_string_equal(
        list[0].why, "named on the command line, inside the scope of s.yaml (owner: Example Ltd)");
}

static void test_described_by_name(void **state)
{
    (void)state;
    struct plan_target *list;
    size_t len;
    struct plan *p = planned("10.0.0.0/24:80 db.internal:80-81 alias.internal:80 https://db.internal/logs/", NULL);
    assert_true(plan_targets(p, &arena, &list, &len));
    assert_int_equal(p->total, 256 + 2 + 1 + 1);
    static const uint64_t ENDPOINTS[] = { 256, 2, 1, 1 };
    for (size_t i = 0; i < len; i++)
        assert_int_equal(list[i].endpoints, ENDPOINTS[i]);
    p = planned("10.0.0.4-5", OWNER "allow: [10.0.0.0/24, \"db.internal:80\"]\nports: [22]\n");
    assert_true(plan_targets(p, &arena, &list, &len));
    assert_int_equal(p->total, 4);
    assert_int_equal(list[0].endpoints, 4);
}

static double seconds_since(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

static void test_a_slash_8_is_small(void **state)
{
    (void)state;
    struct timespec from;
    uint32_t ports[30];
    struct plan_options o = options_of("10.0.0.0/8", NULL);
    for (uint16_t i = 0; i < 30; i++)
        ports[i] = (uint16_t)(1000 + 7 * i);
    o.default_ports = (struct ports){ ports, 30 };
    o.allow_large = true;
    size_t before = arena.held;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    struct plan *p = build_from(&o);
    print_message("plan of a /8: %.1f ms, %zu bytes\n", seconds_since(&from) * 1e3,
                  arena.held - before);
    assert_true(seconds_since(&from) < 0.1);
    assert_true(arena.held - before < 1 << 20);
    assert_true(p->total == 30ull << 24);
    assert_int_equal(plan_skipped(p), 60);
    struct endpoint e;
    const char *why;
    char text[ENDPOINT_TEXT_MAX];
    assert_true(plan_endpoint(p, 30ull * 0x010203 + 29, &e, &why));
    assert_string_equal(endpoint_text(&e, text), "10.1.2.3:1203");
}

static void test_many_lines(void **state)
{
    (void)state;
    enum { LINES = 100000 };
    char *text = malloc(LINES * 20), *at = text;
    for (unsigned i = 0; i < LINES; i++) {
        unsigned mixed = i * 2654435761u >> 8;
        at += snprintf(at, 20, "10.%u.%u.%u\n", mixed >> 16 & 255, mixed >> 8 & 255, mixed & 255);
    }
    struct plan_options o = options_of("", NULL);
    struct timespec from;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    assert_true(targets_add_lines(&arena, &o.targets, span_of(text, (size_t)(at - text)),
                                  "hosts.txt", &error));
    struct plan *p = build_from(&o);
    print_message("plan of %d lines: %.0f ms\n", LINES, seconds_since(&from) * 1e3);
    assert_true(seconds_since(&from) < 2); /* sanitizers included */
    assert_true(p->total > LINES && p->total <= 2 * LINES);
    free(text);
}

/* Ten thousand names on one address, named and in the scope: a second, and memory in proportion. */
static void test_many_names(void **state)
{
    (void)state;
    enum { NAMES = 10000 };
    struct buf scope;
    buf_init(&scope, 1 << 20);
    buf_str(&scope, OWNER "allow:\n  - 10.0.0.0/8\n");
    struct plan_options o = options_of("10.0.0.5", NULL);
    struct timespec from;
    for (unsigned i = 0; i < NAMES; i++) {
        char name[40];
        snprintf(name, sizeof(name), "vhost%u.internal", i);
        buf_printf(&scope, "  - %s\n", name);
        assert_true(targets_add(&arena, &o.targets, span_str(name), &error));
    }
    o.scope = scope_parse(&arena, buf_span(&scope), "s.yaml", &error);
    assert_non_null(o.scope);
    buf_release(&scope);
    size_t before = arena.held;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    struct plan *p = build_from(&o);
    struct plan_target *list;
    size_t len;
    print_message("plan of %d names on one address: %.0f ms, %zu KB\n", NAMES, seconds_since(&from) * 1e3,
                  (arena.held - before) >> 10);
    assert_true(seconds_since(&from) < 4); /* sanitizers included */
    assert_true(arena.held - before < 32 << 20);
    assert_int_equal(p->total, 2 * (NAMES + 1));
    assert_true(plan_targets(p, &arena, &list, &len));
    assert_int_equal(list[NAMES].endpoints, 2);
}

/* The same range a hundred thousand times, and as many ranges that lie in each other. */
static void test_many_overlaps(void **state)
{
    (void)state;
    enum { COPIES = 20000 };
    struct plan_options o = options_of("", NULL);
    struct timespec from;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (u128 i = 0; i < COPIES; i++) {
        struct target *t = list_add(&arena, &o.targets.list);
        *t = (struct target){ .range = { 0x0a000000 + i, 0x0a00ffff - i, 4, RANGE_NO_PREFIX },
                              .text = "x" };
        t = list_add(&arena, &o.targets.list);
        *t = (struct target){ .range = { 0x0a000000, 0x0a00ffff, 4, 16 }, .text = "y" };
    }
    struct plan *p = build_from(&o);
    assert_true(seconds_since(&from) < 2);
    assert_int_equal(p->asks.len, 1);
    assert_int_equal(p->total, 2 * 65536);
}

/* Through the permutation, each endpoint comes once. */
static void test_with_permutation(void **state)
{
    (void)state;
    struct plan *p = planned("10.0.0.0/24 10.0.0.128/25:80-90 127.0.0.1", NULL);
    struct permutation order;
    permutation_init(&order, p->total, 3);
    uint8_t *seen = calloc(p->total, 1);
    for (uint64_t i = 0; i < p->total; i++)
        assert_int_equal(seen[permutation_at(&order, i)]++, 0);
    free(seen);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct plan_options o = options_of("10.0.0.0/30 db.internal two.internal", OWNER
                                       "allow: [10.0.0.0/24]\ndeny: [10.0.0.2, alias.internal]\n");
    for (uint64_t nth = 1;; nth++) {
        arena.fail_at = nth;
        error.text[0] = '\0';
        if (plan_build(&arena, &o, &error))
            break;
        assert_true(error.text[0] != '\0');
        assert_true(nth < 200);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_plain),
        TEST(test_both_transports),
        TEST(test_what_it_asks_itself),
        TEST(test_edges_of_prefixes),
        TEST(test_space_without_a_scope),
        TEST(test_large),
        TEST(test_names),
        TEST(test_paths),
        TEST(test_what_is_left_out_is_remarked),
        TEST(test_no_name_resolves),
        TEST(test_names_that_lead_elsewhere),
        TEST(test_scope_as_target_list),
        TEST(test_scope_holds_the_targets),
        TEST(test_names_of_the_scope),
        TEST(test_names_admit_little),
        TEST(test_wide_scope_and_loopback),
        TEST(test_ports_options),
        TEST(test_excludes),
        TEST(test_redirects_never_widen),
        TEST(test_entries_and_decoys),
        TEST(test_entries_of_names_that_share_an_address),
        TEST(test_described),
        TEST(test_described_by_name),
        TEST(test_a_slash_8_is_small),
        TEST(test_many_lines),
        TEST(test_many_names),
        TEST(test_many_overlaps),
        TEST(test_with_permutation),
        TEST(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
