/* Whose it is: every source, its strength, their order, and names made to mislead. */
#include "owner/attribution.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>


struct fixture {
    struct arena arena;
    struct attribution_tables *tables;
    struct visit visit;
    struct finding finding;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct error e = { "" };
    arena_init(&x->arena, 64 << 20);
    x->tables = attribution_load(&x->arena, "data", &e);
    if (!x->tables)
        fail_msg("%s", e.text);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static struct observation *see(struct fixture *x, const char *name)
{
    struct endpoint e = { .port = 5601, .name = name };
    assert_true(address_parse(SPAN("11.22.33.44"), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    visit_observe(&x->visit, "kibana", KIND_DASHBOARD);
    struct observation *c = visit_observe(&x->visit, "certificate", KIND_TLS);
    return c;
}

static void text(struct observation *o, const char *key, const char *value)
{
    fact_text(o, key, span_str(value), NULL, SPAN_NONE);
}

static void judge_it(struct fixture *x)
{
    x->finding = (struct finding){ .rule = NULL };
    assert_true(attribute(x->tables, &x->visit, &x->visit.observations.at[0], &x->arena,
                          &x->finding));
}

static void expect_owner(struct fixture *x, size_t i, const char *how, const char *who,
                         enum strength strength)
{
    if (i >= x->finding.owners.len)
        fail_msg("%zu owners only; %s (%s) is missing", x->finding.owners.len, who, how);
    const struct attribution *a = &x->finding.owners.at[i];
    if (strcmp(a->how, how) != 0 || !span_is(a->who, who) || a->strength != strength)
        fail_msg("owner %zu is %.*s (%s, %s), not %s (%s, %s)", i, SPAN_FMT(a->who), a->how,
                 strength_name(a->strength), who, how, strength_name(strength));
}

static void expect_owners(struct fixture *x, size_t count)
{
    if (x->finding.owners.len != count)
        fail_msg("%zu owners, not %zu; the first is %.*s", x->finding.owners.len, count,
                 SPAN_FMT(x->finding.owners.len ? x->finding.owners.at[0].who : SPAN("none")));
}

static void test_domain_of(void **state)
{
    static const struct { const char *name, *domain; } ROWS[] = {
        { "www.example-shop.com", "example-shop.com" },
        { "*.Kibana.Example-Shop.COM.", "example-shop.com" },
        { "a.b.police.sh.gov.cn", "sh.gov.cn" },
        { "mail.shop.com.cn", "shop.com.cn" },
        { "a.city.sh.cn", "city.sh.cn" },
        { "data.health.gov.au", "health.gov.au" },
        { "x.dept.nsw.gov.au", "dept.nsw.gov.au" },
        { "db.shop.co.uk", "shop.co.uk" },
        { "trust.nhs.uk", "trust.nhs.uk" },
        { "x.shop.co.jp", "shop.co.jp" },
        { "x.shop.de", "shop.de" },
        { "com.cn", NULL },
        { "co.uk", NULL },
        { "cn", NULL },
        { "localhost", NULL },
        { "db01.corp.internal", NULL },
        { "node-0.example.com", NULL },
        { "4.3.2.1.in-addr.arpa", NULL },
        { "10.0.0.5", NULL },
        { "::1", NULL },
        { "a..b.com", NULL },
        { ".b.com", NULL },
        { "a b.com", NULL },
        { "a\x1b[31m.com", NULL },
        { "\xff\xfe.com", NULL },
        { "*", NULL },
        { "", NULL },
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
        uint8_t scratch[DOMAIN_BYTES_MAX];
        struct span got = SPAN_NONE;
        bool has = domain_of(x->tables, span_str(ROWS[i].name), scratch, &got);
        if (has != (ROWS[i].domain != NULL) || (has && !span_is(got, ROWS[i].domain)))
            fail_msg("%s: got %.*s", ROWS[i].name, SPAN_FMT(has ? got : SPAN("none")));
    }
    uint8_t scratch[DOMAIN_BYTES_MAX], long_name[300];
    struct span got;
    memset(long_name, 'a', sizeof(long_name));
    assert_false(domain_of(x->tables, span_of(long_name, sizeof(long_name)), scratch, &got));
    assert_false(domain_of(NULL, SPAN("www.shop.com"), scratch, &got));
}

static void test_provider_of(void **state)
{
    struct fixture *x = *state;
    const struct attribution_tables *t = x->tables;
    assert_string_equal(provider_of(t, SPAN("es-cn-1.elasticsearch.aliyuncs.com")), "Alibaba Cloud");
    assert_string_equal(provider_of(t, SPAN("EC2-1-2-3-4.compute-1.amazonaws.com.")), "Amazon Web Services");
    assert_string_equal(provider_of(t, SPAN("a.amazonaws.com.cn")), "Amazon Web Services (China)");
    assert_null(provider_of(t, SPAN("notaliyuncs.com")));
    assert_null(provider_of(t, SPAN("aliyuncs.com.evil.org")));
    assert_null(provider_of(NULL, SPAN("a.aliyuncs.com")));
}

static void test_dn_value(void **state)
{
    struct fixture *x = *state;
    struct arena *a = &x->arena;
    struct span dn = SPAN("CN=kibana.shop.cn,OU=Data\\, Centre,O=Shop \\+ Sons\\0A,C=CN");
    assert_true(span_is(dn_value(dn, "OU", a), "Data, Centre"));
    assert_true(span_is(dn_value(dn, "o", a), "Shop + Sons\\0A"));
    assert_true(span_is(dn_value(dn, "CN", a), "kibana.shop.cn"));
    assert_int_equal(dn_value(dn, "ST", a).len, 0);
    assert_true(span_is(dn_value(SPAN("CN=a.cn; OU=Search; O=Shop Ltd; C=CN"), "O", a), "Shop Ltd"));
    assert_true(span_is(dn_value(SPAN("C=CN, O=Shop Ltd, CN=a.cn"), "CN", a), "a.cn"));
    assert_int_equal(dn_value(SPAN("O="), "O", a).len, 0);
    assert_int_equal(dn_value(SPAN("O"), "O", a).len, 0);
    assert_int_equal(dn_value(SPAN("CN=a\\"), "O", a).len, 0);
    assert_true(span_is(dn_value(SPAN("CN=a\\"), "CN", a), "a\\"));
    uint8_t huge[4096];
    memset(huge, 'x', sizeof(huge));
    memcpy(huge, "O=", 2);
    assert_int_equal(dn_value(span_of(huge, sizeof(huge)), "O", a).len, OWNER_BYTES_MAX);
    for (size_t i = 2; i + 3 <= sizeof(huge); i += 3)
        memcpy(huge + i, "\xe4\xb8\xad", 3);
    struct span han = dn_value(span_of(huge, sizeof(huge)), "O", a);
    assert_int_equal(han.len % 3, 0);
    assert_true(han.len > OWNER_BYTES_MAX - 3 && han.len <= OWNER_BYTES_MAX);
}

static void test_scope_comes_first(void **state)
{
    struct fixture *x = *state;
    see(x, NULL);
    struct observation *o = &x->visit.observations.at[0], *c = &x->visit.observations.at[1];
    text(c, "cert.subject", "CN=kibana.police.sh.gov.cn,O=Shanghai Data Ltd");
    fact_bool(c, "cert.self_signed", false, NULL, SPAN_NONE);
    text(o, "scope.owner", "Example Ltd");
    text(o, "tag.owner", "search team");
    text(o, "tag.tier", "government");
    text(o, "tag.contact", "search@example.org");
    judge_it(x);
    assert_true(span_is(x->finding.owner, "search team"));
    assert_true(span_is(x->finding.tier, "government"));
    assert_true(span_is(x->finding.contact, "search@example.org"));
    expect_owner(x, 0, "scope file", "search team", STRENGTH_PROVEN);
    expect_owner(x, 1, "certificate names", "Shanghai Data Ltd", STRENGTH_LIKELY);
    expect_owner(x, 2, "certificate names", "sh.gov.cn", STRENGTH_LIKELY);
    expect_owners(x, 3);
}

static void test_statement_without_tags(void **state)
{
    struct fixture *x = *state;
    see(x, NULL);
    text(&x->visit.observations.at[0], "scope.owner", "Example Ltd");
    judge_it(x);
    assert_int_equal(x->finding.owner.len, 0);
    expect_owner(x, 0, "scope file", "Example Ltd", STRENGTH_PROVEN);
    expect_owners(x, 1);
}

/* Who signs for himself may write what he likes. */
static void test_self_signed_is_a_hint(void **state)
{
    struct fixture *x = *state;
    see(x, NULL);
    struct observation *c = &x->visit.observations.at[1];
    text(c, "cert.subject", "CN=kibana.shop.com.cn,OU=Search,O=Shop");
    text(c, "cert.names", "kibana.shop.com.cn,10.0.0.5,KIBANA.SHOP.COM.CN");
    fact_bool(c, "cert.self_signed", true, NULL, SPAN_NONE);
    judge_it(x);
    expect_owner(x, 0, "certificate names", "Shop, Search", STRENGTH_HINT);
    expect_owner(x, 1, "certificate names", "shop.com.cn", STRENGTH_HINT);
    expect_owners(x, 2);
}

static void test_placeholders_say_nothing(void **state)
{
    struct fixture *x = *state;
    static const char *const SUBJECTS[] = {
        "CN=localhost,O=Internet Widgits Pty Ltd", "O=Default Company Ltd,L=Default City",
        "CN=node-0.example.com,OU=node,O=node", "O=Acme Co,CN=Kubernetes Ingress Controller Fake Certificate",
        "O=--,OU=.", "O=123456", "", "=,=,+,\\", "CN=elasticsearch",
    };
    for (size_t i = 0; i < sizeof(SUBJECTS) / sizeof(*SUBJECTS); i++) {
        see(x, NULL);
        text(&x->visit.observations.at[1], "cert.subject", SUBJECTS[i]);
        judge_it(x);
        expect_owners(x, 0);
    }
}

/* A provider's name is where it is hosted: never an owner, and never proven. */
static void test_provider_is_no_owner(void **state)
{
    struct fixture *x = *state;
    see(x, "ec2-1-2-3-4.compute-1.amazonaws.com");
    struct observation *o = &x->visit.observations.at[0], *c = &x->visit.observations.at[1];
    text(c, "cert.subject", "CN=*.cn-hangzhou.elasticsearch.aliyuncs.com");
    text(o, "reverse.name", "1-2-3-4.dynamic.163data.com.cn");
    fact_bool(o, "reverse.confirmed", true, NULL, SPAN_NONE);
    judge_it(x);
    expect_owner(x, 0, "provider", "Amazon Web Services", STRENGTH_LIKELY);
    expect_owner(x, 1, "provider", "China Telecom", STRENGTH_LIKELY);
    expect_owner(x, 2, "provider", "Alibaba Cloud", STRENGTH_HINT);
    expect_owners(x, 3);
}

static void test_reverse_names(void **state)
{
    struct fixture *x = *state;
    for (int confirmed = 0; confirmed < 2; confirmed++) {
        see(x, NULL);
        struct observation *o = &x->visit.observations.at[0];
        text(o, "reverse.name", "log01.shop.co.uk");
        fact_bool(o, "reverse.confirmed", confirmed, NULL, SPAN_NONE);
        judge_it(x);
        expect_owner(x, 0, "reverse name", "shop.co.uk", confirmed ? STRENGTH_LIKELY : STRENGTH_HINT);
        expect_owners(x, 1);
    }
    see(x, NULL);
    text(&x->visit.observations.at[0], "given.name", "log01.shop.co.uk");
    judge_it(x);
    expect_owner(x, 0, "names file", "shop.co.uk", STRENGTH_LIKELY);
}

static void test_registry(void **state)
{
    struct fixture *x = *state;
    see(x, NULL);
    struct observation *o = &x->visit.observations.at[0];
    text(o, "registry.organisation", "Chinanet");
    text(o, "registry.country", "CN");
    fact_number(o, "registry.asn", 4134, NULL, SPAN_NONE);
    judge_it(x);
    expect_owner(x, 0, "address registry", "Chinanet (AS4134, CN)", STRENGTH_HINT);
    see(x, NULL);
    text(&x->visit.observations.at[0], "registry.country", "DE");
    judge_it(x);
    expect_owner(x, 0, "address registry", "DE", STRENGTH_HINT);
    expect_owners(x, 1);
}

/* A certificate for everybody's names is a shared front: none of them is likely. */
static void test_many_domains(void **state)
{
    struct fixture *x = *state;
    see(x, NULL);
    struct observation *c = &x->visit.observations.at[1];
    text(c, "cert.names", "a.one.com,b.one.com,a.two.com,a.three.com,a.four.com,a.five.com");
    fact_bool(c, "cert.self_signed", false, NULL, SPAN_NONE);
    judge_it(x);
    expect_owners(x, CERT_DOMAINS_LISTED_MAX);
    expect_owner(x, 0, "certificate names", "one.com", STRENGTH_HINT);
    expect_owner(x, 2, "certificate names", "three.com", STRENGTH_HINT);
}

static void test_hostile_facts(void **state)
{
    struct fixture *x = *state;
    uint8_t noise[FACT_TEXT_MAX];
    uint64_t seed = 42;
    for (int round = 0; round < 300; round++) {
        struct arena a;
        struct endpoint e = { .port = 1, .name = "x.y" };
        arena_init(&a, 4 << 20);
        visit_init(&x->visit, &a, &e);
        struct observation *o = visit_observe(&x->visit, "kibana", KIND_DASHBOARD);
        for (size_t i = 0; i < sizeof(noise); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            noise[i] = (uint8_t)"a.,=+\\O UC*N\xff\x00\x1b\n-9"[seed >> 60] ^ (uint8_t)(round % 7 == 0 ? seed >> 40 : 0);
        }
        struct span s = span_of(noise, sizeof(noise));
        fact_text(o, "tag.owner", s, NULL, SPAN_NONE);
        fact_text(o, "reverse.name", s, NULL, SPAN_NONE);
        fact_text(o, "registry.organisation", s, NULL, SPAN_NONE);
        fact_text(o, "registry.country", s, NULL, SPAN_NONE);
        struct observation *c = visit_observe(&x->visit, "certificate", KIND_TLS);
        fact_text(c, "cert.subject", s, NULL, SPAN_NONE);
        fact_text(c, "cert.names", s, NULL, SPAN_NONE);
        fact_text(c, "cert.self_signed", s, NULL, SPAN_NONE);
        struct finding f = { .rule = NULL };
        assert_true(attribute(x->tables, &x->visit, &x->visit.observations.at[0], &a, &f));
        assert_true(f.owners.len <= OWNERS_MAX);
        for (size_t i = 0; i < f.owners.len; i++)
            assert_true(f.owners.at[i].who.len > 0 && f.owners.at[i].who.len <= OWNER_BYTES_MAX);
        arena_release(&a);
    }
}

static void test_no_memory(void **state)
{
    struct fixture *x = *state;
    size_t failures = 0;
    for (uint64_t at = 1; at < 40; at++) {
        struct arena a;
        see(x, "db.shop.de");
        text(&x->visit.observations.at[0], "tag.owner", "team");
        text(&x->visit.observations.at[1], "cert.subject", "CN=a.b.de,O=Shop,OU=Unit");
        arena_init(&a, 1 << 20);
        a.fail_at = at;
        struct finding f = { .rule = NULL };
        failures += !attribute(x->tables, &x->visit, &x->visit.observations.at[0], &a, &f);
        arena_release(&a);
    }
    assert_true(failures > 0 && failures < 39);
}

static void test_tables_are_strict(void **state)
{
    struct fixture *x = *state;
    struct attribution_tables t;
    struct error e;
    attribution_init(&t, &x->arena, 1);
    assert_false(attribution_load_domains(&t, "d.csv", SPAN("kind,name\npublik,com.cn\n"), &e));
    assert_non_null(strstr(e.text, "d.csv:2"));
    assert_false(attribution_load_domains(&t, "d.csv", SPAN("kind,name\npublic,COM.cn\n"), &e));
    assert_false(attribution_load_providers(&t, "p.csv", SPAN("suffix,provider\naliyuncs.com,\n"), &e));
    assert_false(attribution_load_providers(&t, "p.csv", SPAN("suffix;provider\n"), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain_of),
        cmocka_unit_test(test_provider_of),
        cmocka_unit_test(test_dn_value),
        cmocka_unit_test(test_scope_comes_first),
        cmocka_unit_test(test_statement_without_tags),
        cmocka_unit_test(test_self_signed_is_a_hint),
        cmocka_unit_test(test_placeholders_say_nothing),
        cmocka_unit_test(test_provider_is_no_owner),
        cmocka_unit_test(test_reverse_names),
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_many_domains),
        cmocka_unit_test(test_hostile_facts),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_tables_are_strict),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
