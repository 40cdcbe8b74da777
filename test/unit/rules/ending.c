/* What each shipped rule says of a finding that its product does not show any more. */
#include "unit/check.h"

#include "rules/ending.c"

#include <stdlib.h>

#include "base/clock.h"
#include "facts/facts.h"
#include "rules/judge.h"

enum { RULES_BYTES = 64 << 20, FACTS_TOLD = 3 };

/* How a product looks: facts are "key=value"; numbers and yes or no are told by their value. */
struct look {
    const char *product;
    enum kind kind;
    enum outcome outcome;
    const char *facts[FACTS_TOLD];
    size_t collections;
};

static void tell_fact(struct observation *o, const char *told, struct arena *a)
{
    struct span rest = span_str(told), key = span_cut(&rest, '=');
    const char *name = arena_str(a, key);
    if (span_is(rest, "true") || span_is(rest, "false"))
        fact_bool(o, name, span_is(rest, "true"), "x", SPAN("x"));
    else
        fact_text(o, name, rest, "x", SPAN("x"));
}

static struct observation seen(const struct look *l, struct arena *a)
{
    struct observation o = { .arena = a, .product = l->product, .kind = l->kind, .outcome = l->outcome,
                             .records = COUNT_UNKNOWN, .bytes = COUNT_UNKNOWN, .collection_count = COUNT_UNKNOWN };
    for (size_t i = 0; i < FACTS_TOLD && l->facts[i]; i++)
        tell_fact(&o, l->facts[i], a);
    for (size_t i = 0; i < l->collections; i++)
        observation_collect(&o, SPAN("read_me_to_recover_your_data"), 1, 1, COUNT_UNKNOWN);
    return o;
}

#define STORE(...) { "redis", KIND_STORE, __VA_ARGS__ }
#define SITE(...) { "web", KIND_WEB, OUTCOME_IDENTIFIED, __VA_ARGS__, 0 }
#define CERT(...) { "certificate", KIND_TLS, OUTCOME_IDENTIFIED, __VA_ARGS__ }

static const struct {
    const char *rule;
    struct look before, now;
    bool same_look;
    struct ending ending;
} CASES[] = {
    /* Doors. */
    { "open-store", STORE(OUTCOME_OPEN, { 0 }, 0), STORE(OUTCOME_LOCKED, { 0 }, 0), false, { .proof = PROOF_REFUSED } },
    { "open-store", STORE(OUTCOME_OPEN, { 0 }, 0), STORE(OUTCOME_PARTIAL, { 0 }, 0), false, { .proof = PROOF_REFUSED } },
    { "open-store", STORE(OUTCOME_OPEN, { 0 }, 0), STORE(OUTCOME_UNCLEAR, { 0 }, 0), false, { .unseen = UNSEEN_UNDECIDED } },
    { "open-store", STORE(OUTCOME_OPEN, { 0 }, 0), STORE(OUTCOME_IDENTIFIED, { 0 }, 0), false,
      { .unseen = UNSEEN_UNDECIDED } },
    { "partial", STORE(OUTCOME_PARTIAL, { 0 }, 0), STORE(OUTCOME_LOCKED, { 0 }, 0), false, { .proof = PROOF_REFUSED } },
    { "partial", STORE(OUTCOME_PARTIAL, { 0 }, 0), STORE(OUTCOME_OPEN, { 0 }, 0), false, { .proof = PROOF_WIDER } },
    { "anonymous-write", STORE(OUTCOME_PARTIAL, { "writable=true" }, 0), STORE(OUTCOME_PARTIAL, { "writable=false" }, 0),
      false, { .proof = PROOF_GONE } },
    { "anonymous-write", STORE(OUTCOME_PARTIAL, { "writable=true" }, 0), STORE(OUTCOME_LOCKED, { 0 }, 0), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "anonymous-write", STORE(OUTCOME_PARTIAL, { "writable=true" }, 0), STORE(OUTCOME_OPEN, { "writable=true" }, 0), false,
      { .proof = PROOF_WIDER } },
    { "personal-data-sampled", STORE(OUTCOME_OPEN, { "sample.personal=name", "sample.records=5" }, 1),
      STORE(OUTCOME_OPEN, { 0 }, 1), false, { .unseen = UNSEEN_HIDDEN } },
    /* What software says of itself: a lock that hides it ends nothing. */
    { "version-unsupported", STORE(OUTCOME_OPEN, { "version=6.0.1" }, 0), STORE(OUTCOME_LOCKED, { 0 }, 0), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "version-unsupported", STORE(OUTCOME_OPEN, { "version=6.0.1" }, 0), STORE(OUTCOME_LOCKED, { "version=8.2.0" }, 0),
      false, { .proof = PROOF_GONE } },
    { "version-unsupported", STORE(OUTCOME_OPEN, { "version=6.0.1" }, 0), STORE(OUTCOME_UNCLEAR, { 0 }, 0), false,
      { .unseen = UNSEEN_UNDECIDED } },
    { "version-exploited", STORE(OUTCOME_OPEN, { "version=6.0.1" }, 0), STORE(OUTCOME_OPEN, { 0 }, 0), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "version-exploited", STORE(OUTCOME_OPEN, { "version=6.0.1" }, 0), STORE(OUTCOME_OPEN, { "version=8.2.0" }, 0), false,
      { .proof = PROOF_GONE } },
    /* What was left behind on a site: gone where it was asked for again. */
    { "left-repository", SITE({ "left.git=/.git/HEAD", "left.asked=git, env" }), SITE({ "left.asked=git, env" }), false,
      { .proof = PROOF_GONE } },
    { "left-repository", SITE({ "left.git=/.git/HEAD", "left.asked=git, env" }), SITE({ "left.asked=env" }), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "left-repository", SITE({ "left.git=/.git/HEAD" }), SITE({ "http.title=Login" }), false, { .unseen = UNSEEN_HIDDEN } },
    { "left-repository", SITE({ "left.git=/.git/HEAD" }), SITE({ "left.asked=gitea" }), false, { .unseen = UNSEEN_HIDDEN } },
    { "left-dump", SITE({ "left.dump=/backup.sql", "left.asked=git, env, dump" }), SITE({ "left.asked=git, env" }), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "left-dump", SITE({ "left.dump=/backup.sql", "left.asked=git, env, dump" }), SITE({ "left.asked=git, dump" }), false,
      { .proof = PROOF_GONE } },
    /* Names of collections: gone from a whole list, hidden by a lock or behind a limit. */
    { "ransom-note", STORE(OUTCOME_OPEN, { 0 }, 1), STORE(OUTCOME_OPEN, { "mode=x" }, 0), false, { .unseen = UNSEEN_HIDDEN } },
    { "ransom-note", STORE(OUTCOME_OPEN, { 0 }, 1), STORE(OUTCOME_LOCKED, { 0 }, 0), false, { .unseen = UNSEEN_HIDDEN } },
    { "ransom-note", STORE(OUTCOME_OPEN, { 0 }, 1), STORE(OUTCOME_OPEN, { "counts.partial=true" }, 1), false,
      { .unseen = UNSEEN_HIDDEN } },
    { "ransom-note", STORE(OUTCOME_OPEN, { 0 }, 1), STORE(OUTCOME_OPEN, { 0 }, 1), false, { .proof = PROOF_GONE } },
    /* Certificates: another one is looked at as a whole. */
    { "certificate-expired", CERT({ "cert.not_after=2018", "cert.subject=a" }, 0),
      CERT({ "cert.not_after=2030", "cert.subject=a" }, 0), false, { .proof = PROOF_GONE } },
    { "certificate-self-signed", CERT({ "cert.self_signed=true" }, 0), CERT({ 0 }, 0), false, { .unseen = UNSEEN_HIDDEN } },
    { "certificate-self-signed", CERT({ "cert.self_signed=true" }, 0), CERT({ "cert.self_signed=false" }, 0), false,
      { .proof = PROOF_GONE } },
    /* The world stood still. */
    { "certificate-expiring", CERT({ "cert.not_after=2018" }, 0), CERT({ "cert.not_after=2018" }, 0), true,
      { .proof = PROOF_JUDGED } },
    { "no-such-rule", STORE(OUTCOME_OPEN, { 0 }, 0), STORE(OUTCOME_LOCKED, { 0 }, 0), false, { .unseen = UNSEEN_NO_RULE } },
};

static void test_endings(void **state)
{
    struct arena a;
    struct error e = { "" };
    struct providers facts;
    const char *dir = getenv("AJAR_RULES");
    (void)state;
    facts_init(&facts, NULL);
    arena_init(&a, RULES_BYTES);
    struct rules *r = rules_load(&a, dir ? dir : "rules", &facts, &e);
    if (!r)
        fail_msg("%s", e.text);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct observation before = seen(&CASES[i].before, &a), now = seen(&CASES[i].now, &a);
        struct ending got = rules_ending(r, CASES[i].rule, &before, &now, CASES[i].same_look);
        if (got.proof != CASES[i].ending.proof || got.unseen != CASES[i].ending.unseen)
            fail_msg("case %zu, %s: proof %d, unseen %d", i, CASES[i].rule, got.proof, got.unseen);
    }
    arena_release(&a);
}

/* Where nothing is kept of how it looked, only a refusal says anything. */
static void test_without_a_look_before(void **state)
{
    struct arena a;
    struct error e = { "" };
    struct providers facts;
    const char *dir = getenv("AJAR_RULES");
    (void)state;
    facts_init(&facts, NULL);
    arena_init(&a, RULES_BYTES);
    struct rules *r = rules_load(&a, dir ? dir : "rules", &facts, &e);
    assert_non_null(r);
    struct observation now = seen(&(struct look)STORE(OUTCOME_LOCKED, { "version=8.2.0" }, 0), &a);
    assert_int_equal(rules_ending(r, "open-store", NULL, &now, false).proof, PROOF_REFUSED);
    assert_int_equal(rules_ending(r, "version-unsupported", NULL, &now, false).unseen, UNSEEN_HIDDEN);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_without_a_look_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
