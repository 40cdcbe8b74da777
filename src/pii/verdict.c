/* The arithmetic of verdicts. For a type with chance c (types.def), k of n distinct values of the
 * shape passing weigh k ln(Q/c) + (n-k) ln((1-Q)/(1-c)), where Q allows for typing errors. */
#include "pii/verdict.h"

#include <math.h>

static const double Q = 0.97;
/* Of the names of people no list holds all; this share of them is in ours, seldom less. */
static const double Q_NAMES = 0.55;
static const double CONFIRM = 13.8; /* ln of 1,000,000 */
static const double SUSPECT = 4.6;  /* ln of 100 */
static const double STRONG_NAME = 6.9, WEAK_NAME = 3.4, AGREEING = 6.9;
static const double BEYOND_DOUBT = 70; /* ln of 10^30 */

/* UNNAMED_NAMES_MIN: of a short list of places or plants nearly all may begin with a surname; and
 * people are not named again and again. */
enum { UNNAMED_NAMES_MIN = 50, HEAD_WORDS = 16 };

/* Distinct entries, as one type sees them. */
struct tally {
    uint32_t n, shaped, passed, test, context;
    uint32_t roles;               /* mailboxes of an office; not among those that passed */
    uint32_t calling, single;     /* of those that passed: with a country's code; of one word */
    uint32_t shaped_single;       /* of all: of one word */
    uint32_t titled;              /* of those that passed: behind a form of address */
    uint32_t heads, shaped_heads; /* different beginnings of those that passed; of all */
    uint64_t hits;                /* with repeats */
    uint64_t line;                /* where the first of those that passed lies */
};

static bool excused(unsigned type, pii_set pass)
{
    /* A damaged or masked number is no failure of the other kind. */
    pii_set ids = pii_bit(PII_CN_ID) | pii_bit(PII_CN_ID15) | pii_bit(PII_CN_ID_DAMAGED) |
                  pii_bit(PII_CN_ID_MASKED);
    return pii_has(ids, type) && (pass & ids & ~pii_bit(type));
}

static uint32_t heads_of(const uint64_t heads[static HEAD_WORDS])
{
    uint32_t count = 0;
    for (unsigned i = 0; i < HEAD_WORDS; i++)
        count += (uint32_t)__builtin_popcountll(heads[i]);
    return count;
}

/* Which national number most of the sample pass as. */
static enum national national_in(const struct sample *s)
{
    uint32_t passed[NATIONALS] = { 0 };
    enum national best = 0;
    for (uint32_t i = 0; i < s->used; i++) {
        uint32_t which = s->at[i].flags >> SAMPLE_NATIONAL_AT;
        if (which && which <= NATIONALS && pii_has(s->at[i].pass, PII_NATIONAL))
            passed[which - 1]++;
    }
    for (unsigned id = 1; id < NATIONALS; id++)
        best = passed[id] > passed[best] ? (enum national)id : best;
    return best;
}

static double chance_of(const struct profile *p, const struct sample *s, unsigned type)
{
    return type == PII_NATIONAL ? NATIONAL_INFO[national_in(s)].chance : detectors_chance(p->d, type);
}

static struct tally tally_of(const struct sample *s, unsigned type)
{
    struct tally t = { .n = s->used };
    uint64_t heads[2][HEAD_WORDS] = { { 0 } };
    uint32_t national = type == PII_NATIONAL ? (uint32_t)national_in(s) + 1 : 0;
    for (uint32_t i = 0; i < s->used; i++) {
        const struct sample_entry *e = &s->at[i];
        if (!pii_has(e->shape, type))
            continue;
        bool pass = pii_has(e->pass, type) && (!national || e->flags >> SAMPLE_NATIONAL_AT == national);
        t.hits += pass ? e->count : 0;
        if (pass && e->line && (!t.line || e->line < t.line))
            t.line = e->line;
        if (!pass && excused(type, e->pass))
            continue;
        if (pass && e->flags & SAMPLE_TEST) {
            t.test++;
            continue;
        }
        if (pass && e->flags & SAMPLE_ROLE) {
            t.roles++;
            continue;
        }
        t.shaped++;
        t.shaped_single += (e->flags & SAMPLE_SINGLE) != 0;
        t.passed += pass;
        t.context += pass && e->flags & SAMPLE_CONTEXT;
        t.calling += pass && e->flags & SAMPLE_CALLING;
        t.single += pass && e->flags & SAMPLE_SINGLE;
        t.titled += pass && e->flags & SAMPLE_TITLED;
        uint64_t head = 1ULL << (e->head % 64);
        heads[0][e->head / 64 % HEAD_WORDS] |= head;
        heads[1][e->head / 64 % HEAD_WORDS] |= pass ? head : 0;
    }
    t.shaped_heads = heads_of(heads[0]);
    t.heads = heads_of(heads[1]);
    return t;
}

static double log_odds(unsigned type, double chance, uint32_t passed, uint32_t missed)
{
    double q = type == PII_PERSON_NAME ? Q_NAMES : Q;
    return passed * log(q / chance) + missed * log((1 - q) / (1 - chance));
}

/* Numbers that rise by small steps: a counter or a clock. */
static bool is_counter(const struct traits *t)
{
    return t->numbers >= 8 && t->rising * 20 >= (t->numbers - 1) * 19 &&
           t->small_steps * 2 >= t->rising;
}

static unsigned used_decades(const uint32_t decade[static DECADES])
{
    unsigned used = 0;
    for (unsigned i = 0; i < DECADES; i++)
        used += decade[i] > 0;
    return used;
}

/* Birth dates: over three decades, and not mostly of the last years. */
static bool is_human_ages(const uint32_t decade[static DECADES], uint32_t count, uint32_t recent)
{
    uint32_t most = 0;
    for (unsigned i = 0; i < DECADES; i++)
        most = decade[i] > most ? decade[i] : most;
    return used_decades(decade) >= 3 && recent * 2 < count && most * 10 < count * 7;
}

/* Hundreds of values that keep a rule that few others keep are no accident, however alike they begin:
 * accounts of one country, cards of one bank. */
static bool is_beyond_doubt(unsigned type, const struct tally *t, bool id, double values)
{
    /* The ids of a house may have Luhn's digit and begin with the same four. */
    return (type == PII_BANK_CARD || type == PII_IBAN) && t->passed >= 50 && values > BEYOND_DOUBT &&
           !(id && t->heads < 2);
}

static bool is_called_id(const struct field *f)
{
    struct span name = span_of(f->name, f->name_len);
    return name.len > 3 && (span_eq_nocase(span_from(name, name.len - 3), SPAN("_id")) || span_ends(name, SPAN("Id")));
}

static bool spreads(const struct field *f, unsigned type, const struct tally *t, bool named,
                    double values)
{
    const struct traits *tr = &f->traits;
    if (is_counter(tr))
        return false;
    if (is_beyond_doubt(type, t, !named && is_called_id(f), values))
        return true;
    switch (type) {
    case PII_BIRTH_DATE:
        return is_human_ages(tr->decade, tr->dates, tr->recent);
    case PII_CN_ID:
    case PII_CN_ID15:
    case PII_CN_ID_DAMAGED:
        /* Counties are soft evidence: numbers of which most begin with none were made up. */
        return t->passed >= 6 && tr->counties * 2 >= tr->births &&
               (used_decades(tr->birth_decade) >= 3 || tr->births == 0 ? t->heads >= 2 : false);
    case PII_CN_NAME:
        return t->passed >= 12 && t->heads >= 5 &&
               (named || t->passed >= UNNAMED_NAMES_MIN ||
                (t->passed * 100 >= t->shaped * 97 && t->hits <= 4 * (uint64_t)t->passed));
    case PII_CN_ETHNIC:
        return t->passed >= 3;
    case PII_CN_MOBILE:
        return t->passed >= 12 && t->heads >= 6;
    case PII_CN_ADDRESS:
        return t->passed >= 6;
    default:
        return t->passed >= 8 && t->heads >= 3;
    }
}

/* Are most numbers of the field that look like an ID one? Order numbers with a date in them agree
 * with the date of the order, too. */
static bool holds_ids(const struct field *f)
{
    static const unsigned IDS[] = { PII_CN_ID, PII_CN_ID15, PII_CN_ID_DAMAGED };
    uint32_t passed = 0, shaped = 0;
    for (size_t i = 0; i < sizeof(IDS) / sizeof(IDS[0]); i++) {
        struct tally t = tally_of(&f->distinct, IDS[i]);
        passed += t.passed;
        shaped = t.shaped + t.passed > shaped ? t.shaped : shaped;
    }
    return passed * 2 >= shaped && passed >= 3;
}

static bool siblings_agree(const struct profile *p, uint16_t field, unsigned type)
{
    bool birth = type == PII_BIRTH_DATE, sex = type == PII_SEX;
    bool id = type == PII_CN_ID || type == PII_CN_ID15 || type == PII_CN_ID_DAMAGED;
    for (size_t i = 0; i < p->pair_count; i++) {
        const struct pair_count *pair = &p->pairs[i];
        bool births = pair->birth_seen >= 5 && pair->birth_same * 10 >= pair->birth_seen * 8;
        bool sexes = pair->sex_seen >= 12 && pair->sex_same * 100 >= pair->sex_seen * 92;
        if (!births && !sexes)
            continue;
        if (!holds_ids(p->fields[pair->id]))
            continue;
        if (pair->other == field && ((birth && births) || (sex && sexes)))
            return true;
        if (pair->id == field && id && (births || sexes))
            return true;
    }
    return false;
}

static void estimate(const struct sample *s, struct verdict *v)
{
    double scale = ldexp(1.0, (int)s->level), k = v->passed;
    double width = s->level ? 1.96 * sqrt(k) : 0;
    v->distinct = k * scale;
    v->distinct_low = (k - width) * scale;
    v->distinct_high = (k + width) * scale;
    if (v->distinct_low < v->passed)
        v->distinct_low = v->passed;
}

/* "last_name" and "mobile" are nothing else: there the form will do, of names if a few are known ones.
 * Names are many more than any list has, and every country writes telephone numbers its own way. */
static bool called_so(const struct field *f, unsigned type, const struct tally *t)
{
    bool mobile = type == PII_CN_MOBILE && t->passed * 10 >= t->shaped * 9;
    bool phone = (type == PII_PHONE || mobile) && pii_has(f->hint.strong, type) &&
                 t->shaped_heads >= 2 && !is_counter(&f->traits);
    bool name = pii_has(f->hint.sure, type) && t->passed >= 2;
    return (name || phone) && !f->hint.negative && t->shaped >= 10 &&
           (t->shaped + t->test) * 5 >= t->n * 4;
}

/* The name says so, and nearly all values have the form, be they few, or begin alike, or of names that no list has,
 * or Korean numbers given out since October 2020, which end in no check digit: suspected. The name of a thing may be
 * called "name", too, so that two words are asked for then, and a person beside it. */
static bool said_by_name(const struct field *f, unsigned type, const struct tally *t)
{
    bool words = t->shaped_single * 2 <= t->shaped;
    bool name = type == PII_PERSON_NAME && (words || pii_has(f->hint.sure, type));
    bool form = name || type == PII_PHONE || type == PII_BIRTH_DATE || type == PII_ADDRESS || type == PII_KR_RRN;
    return form && pii_has(f->hint.strong, type) && !f->hint.negative && !is_counter(&f->traits) && t->shaped >= 1 &&
           (t->shaped + t->test) * 5 >= t->n * 4;
}

/* Telephone numbers that carry the code of their country, nearly all of them with a length that fits it: no
 * name is asked for. Signed amounts do not keep to such lengths. */
static bool is_calling(unsigned type, const struct tally *t)
{
    return type == PII_PHONE && t->calling >= 5 && t->calling * 20 >= t->shaped * 19;
}

static const double CALLING_CHANCE = 0.1;

/* Is enough of the field this? Numbers of a house have Luhn's check digit, too, and some of them begin
 * with a date or a range: where the name does not say so, the others of that length, which have not the
 * shape, speak against it. */
static bool covers(unsigned type, const struct tally *t, double chance, bool named)
{
    double cover = (double)(t->passed + t->roles) / t->n;
    bool luhn = type == PII_SE_PN || type == PII_BANK_CARD;
    return cover >= 0.5 ||
           (cover >= (luhn && !named ? 0.4 : 0.02) && (named || chance <= 0.1) && t->passed >= 10);
}

/* What nothing but the values speak for, and most of them against. */
static bool is_doubtful(const struct field *f, unsigned type, unsigned traits,
                        const struct tally *t, double share)
{
    bool named = pii_has(f->hint.strong | f->hint.weak, type);
    if (type == PII_PERSON_NAME) /* companies, streets and wines are called after people, too */
        return !pii_has(f->hint.sure, type) && t->shaped * 10 < t->n * 7;
    return (f->hint.negative && traits & T_TRACE) ||
           (type == PII_CN_MOBILE && !named && share < 0.93);
}

/* Values of manuals, or mailboxes of offices: what they are is known, but they are hardly a person's. */
static void suspect_nobodys(const struct field *f, uint32_t count, double chance, bool named,
                            struct verdict *v)
{
    v->passed = count;
    v->shaped = count > v->shaped ? count : v->shaped;
    v->state = VERDICT_SUSPECTED;
    v->signals = SIGNAL_VALUES | (named ? SIGNAL_NAME : 0U);
    v->log10_odds = log_odds(v->type, chance, count, 0) / log(10);
    estimate(&f->distinct, v);
}

static void take_at_its_word(const struct field *f, uint32_t shaped, double values, struct verdict *v)
{
    v->passed = shaped;
    v->log10_odds = values > 0 ? v->log10_odds : 0;
    estimate(&f->distinct, v);
    v->signals |= SIGNAL_VALUES | SIGNAL_SPREAD;
    v->state = VERDICT_CONFIRMED;
}

static void suspect_by_name(const struct field *f, uint32_t shaped, struct verdict *v)
{
    v->state = VERDICT_SUSPECTED;
    v->signals = SIGNAL_NAME;
    v->beside = v->type == PII_PERSON_NAME && !pii_has(f->hint.sure, v->type);
    v->passed = shaped;
    estimate(&f->distinct, v);
}

static void judge_whole(const struct profile *p, uint16_t field, unsigned type, struct verdict *v)
{
    const struct field *f = p->fields[field];
    const unsigned traits = detectors_traits(p->d, type);
    struct tally t = tally_of(&f->distinct, type);
    const bool calling = is_calling(type, &t);
    const double chance = calling ? CALLING_CHANCE : chance_of(p, &f->distinct, type);
    bool strong = pii_has(f->hint.strong, type), weak = pii_has(f->hint.weak, type);
    *v = (struct verdict){ .type = type,
                           .national = type == PII_NATIONAL ? national_in(&f->distinct) : NATIONALS,
                           .passed = t.passed, .shaped = t.shaped,
                           .line = t.line,
                           .sampled = t.n,
                           .hits = t.hits << f->distinct.level };
    v->test_data = t.test > t.passed && t.test >= (strong ? 1U : 3U);
    uint32_t nobodys = v->test_data ? t.test : t.roles >= 3 && t.roles > t.passed ? t.roles : 0;
    if (nobodys) {
        suspect_nobodys(f, nobodys, chance, strong || weak, v);
        return;
    }
    bool called = called_so(f, type, &t);
    if (!called && said_by_name(f, type, &t))
        suspect_by_name(f, t.shaped, v);
    if (t.passed == 0 && !called)
        return;
    /* A type that is the whole field answers for every value, others for those of their shape. */
    uint32_t of = traits & T_WHOLE && type < PII_BUILT_IN ? t.n - t.test - t.roles : t.shaped;
    double share = (double)t.passed / of;
    double values = log_odds(type, chance, t.passed, of - t.passed);
    /* Shares below nine tenths happen with people's data too (mixed documents); then only the
     * share itself, far above chance, may speak. */
    if (values < 0 && share > 0.5 && share > 4 * chance)
        values = t.passed * log(share / chance) +
                 (of - t.passed) * log((1.0001 - share) / (1 - chance));
    bool sibling = siblings_agree(p, field, type);
    bool spread = spreads(f, type, &t, strong || weak, values);
    double score = values +
                   (strong ? STRONG_NAME
                    : weak ? WEAK_NAME
                           : 0) +
                   (sibling ? AGREEING : 0);
    v->log10_odds = values / log(10);
    estimate(&f->distinct, v);
    if (is_counter(&f->traits) && chance > 0.3)
        score = 0;
    if (f->hint.negative && !sibling)
        score -= STRONG_NAME;
    double least = type == PII_PERSON_NAME ? 0.3 : 0.5;
    bool self = traits & T_SELF;
    v->signals = (values > SUSPECT && share >= least ? SIGNAL_VALUES : 0U) |
                 (strong || weak ? SIGNAL_NAME : 0U) | (sibling ? SIGNAL_SIBLING : 0U);
    v->signals |= spread || (self && v->signals) ? SIGNAL_SPREAD : 0U;
    /* Pupils are born in few years, and their column is called so. */
    bool pupils = strong && f->traits.recent * 2 < f->traits.dates;
    if (type == PII_BIRTH_DATE && !spread && t.passed >= 12 && !sibling && !pupils)
        score = score > SUSPECT ? SUSPECT : score;
    bool agreed = !(traits & T_NAMED) || strong || sibling || ((weak || calling) && spread);
    if (strong && t.shaped * 2 >= t.n && share >= 0.3 && t.passed >= 3 && values <= SUSPECT &&
        chance < 0.3)
        v->state = VERDICT_SUSPECTED;
    if (score >= SUSPECT && share >= 0.3)
        v->state = VERDICT_SUSPECTED;
    if (score >= CONFIRM && covers(type, &t, chance, strong || weak) && agreed &&
        v->signals & SIGNAL_VALUES && v->signals & (SIGNAL_NAME | SIGNAL_SPREAD | SIGNAL_SIBLING) &&
        (sibling || !is_doubtful(f, type, traits, &t, share)))
        v->state = VERDICT_CONFIRMED;
    if (self && share >= 0.5 && (!f->hint.negative || type == PII_PASSWORD_HASH))
        v->state = VERDICT_CONFIRMED; /* one key is a key, as in text */
    v->of_things = type == PII_PERSON_NAME && !pii_has(f->hint.sure, type) && t.single * 2 > t.passed;
    v->beside = v->beside && score < SUSPECT;
    if (called)
        take_at_its_word(f, t.shaped, values, v);
    if (!agreed && !weak && v->state == VERDICT_SUSPECTED && (chance >= 0.3 || type == PII_SEX))
        v->state = VERDICT_NONE;
}

static void judge_tokens(const struct profile *p, uint16_t field, unsigned type, bool company,
                         struct verdict *v)
{
    const struct field *f = p->fields[field];
    const unsigned traits = detectors_traits(p->d, type);
    struct tally t = tally_of(&f->tokens, type);
    const bool calling = is_calling(type, &t);
    const double chance = calling ? CALLING_CHANCE : chance_of(p, &f->tokens, type);
    *v = (struct verdict){ .type = type,
                           .national = type == PII_NATIONAL ? national_in(&f->tokens) : NATIONALS,
                           .in_text = true,
                           .passed = t.passed,
                           .shaped = t.shaped,
                           .line = t.line,
                           .sampled = t.shaped,
                           .hits = t.hits << f->tokens.level };
    if (t.passed == 0 || t.test > t.passed) {
        v->test_data = t.test > 3;
        v->passed = t.test;
        v->state = v->test_data && !(traits & T_TRACE) ? VERDICT_SUSPECTED : VERDICT_NONE;
        return;
    }
    double share = (double)t.passed / t.shaped;
    double values = log_odds(type, chance, t.passed, t.shaped - t.passed);
    /* One value behind a word that says so is suspected; confirmed, two of them. */
    bool one = t.context * 10 >= t.passed * 3 && t.context >= 1, context = one && t.context >= 2;
    /* Sources and packages name one author's mailbox so. */
    bool named = context || (one && !(traits & T_TRACE));
    bool spread = t.passed >= 10 && t.heads >= 3 && share >= 0.8;
    v->log10_odds = values / log(10);
    v->signals = (values > SUSPECT ? SIGNAL_VALUES : 0U) | (named ? SIGNAL_NAME : 0U) |
                 (spread ? SIGNAL_SPREAD : 0U) | (company ? SIGNAL_SIBLING : 0U);
    estimate(&f->tokens, v);
    double score = values + (context ? STRONG_NAME : 0);
    if (one && values + STRONG_NAME >= SUSPECT)
        v->state = VERDICT_SUSPECTED;
    /* "Mr John Smith": he may be of a book. */
    if (t.titled)
        v->state = VERDICT_SUSPECTED;
    /* Of numbers of eleven digits that are no mobile's, some have a prefix that is given to nobody. */
    bool mobiles = type == PII_CN_MOBILE && t.passed >= 30 && t.heads >= 10 && share >= 0.95;
    if (score >= SUSPECT && (context || mobiles || chance <= 0.12 || company))
        v->state = VERDICT_SUSPECTED;
    bool agreed = traits & T_SELF || context || mobiles || (calling && spread) ||
                  (spread && !(traits & T_NAMED) && chance <= 0.1) ||
                  (company && !(traits & T_NAMED));
    if (score >= CONFIRM && agreed && share >= 0.5)
        v->state = VERDICT_CONFIRMED;
    /* Of a password in text the name of its setting is known (setting.h). */
    if ((traits & T_SELF || type == PII_PASSWORD) && t.passed >= 1)
        v->state = VERDICT_CONFIRMED;
    if (traits & T_TRACE && !company && v->state == VERDICT_CONFIRMED)
        v->state = VERDICT_SUSPECTED;
}

/* Texts about a subject: a share of the longer values holds three words of it. */
static void judge_subject(const struct profile *p, uint16_t field, unsigned type, struct verdict *v)
{
    const struct field *f = p->fields[field];
    uint32_t k = type == PII_POLICE ? f->traits.police : f->traits.medical, n = f->traits.texts;
    bool named = pii_has(f->hint.strong | f->hint.weak, type);
    *v = (struct verdict){ .type = type, .passed = k, .shaped = n, .sampled = n, .hits = k };
    if (k < 3)
        return;
    double share = (double)k / n;
    v->log10_odds = k * log(share / 0.02) / log(10);
    v->distinct = v->distinct_low = v->distinct_high = k;
    v->signals = SIGNAL_VALUES | (named ? SIGNAL_NAME : 0U) |
                 (share >= 0.4 && k >= 10 ? SIGNAL_SPREAD : 0U);
    if (share >= 0.1)
        v->state = VERDICT_SUSPECTED;
    if ((named && share >= 0.2 && k >= 5) || (share >= 0.4 && k >= 20))
        v->state = VERDICT_CONFIRMED;
}

/* Passwords in clear: the name says so, and the values look like nothing else. */
static void judge_password(const struct profile *p, uint16_t field, struct verdict *v)
{
    const struct field *f = p->fields[field];
    const struct traits *t = &f->traits;
    bool hashes = t->length_min == t->length_max &&
                  t->forms[FORM_HEX] * 10 >= (t->forms[FORM_HEX] + t->forms[FORM_OTHER] +
                                              t->forms[FORM_NUMBER] + t->forms[FORM_HAN]) *
                                                 9 &&
                  t->length_min >= 32;
    *v = (struct verdict){ .type = hashes ? PII_PASSWORD_HASH : PII_PASSWORD,
                           .passed = f->distinct.used,
                           .shaped = f->distinct.used,
                           .sampled = f->distinct.used,
                           .hits = f->values - f->empties };
    if (!pii_has(f->hint.strong, PII_PASSWORD) || f->hint.negative || f->distinct.used < 5 ||
        t->length_max > 128)
        return;
    v->signals = SIGNAL_NAME | SIGNAL_SPREAD;
    estimate(&f->distinct, v);
    v->state = t->length_min >= 4 && f->distinct.used >= 10 ? VERDICT_CONFIRMED : VERDICT_SUSPECTED;
}

/* Keys without a literal to know them by (Huawei, the secret halves of Aliyun and AWS): the name says
 * so, and every value has the same length, too long for a word and not that of a UUID. */
static void judge_key(const struct profile *p, uint16_t field, struct verdict *v)
{
    const struct field *f = p->fields[field];
    const struct traits *t = &f->traits;
    uint32_t other = t->forms[FORM_OTHER] + t->forms[FORM_HEX], seen = 0;
    for (unsigned form = FORM_EMPTY + 1; form <= FORM_OTHER; form++)
        seen += t->forms[form];
    *v = (struct verdict){ .type = PII_CLOUD_KEY,
                           .passed = f->distinct.used,
                           .shaped = f->distinct.used,
                           .sampled = f->distinct.used,
                           .hits = f->values - f->empties };
    bool alike = t->length_min == t->length_max && t->length_min >= 20 && t->length_min <= 128 &&
                 t->length_min != 36 && other * 10 >= seen * 9;
    if (!alike || f->hint.negative || f->distinct.used < 5)
        return;
    v->signals = SIGNAL_NAME | SIGNAL_SPREAD;
    estimate(&f->distinct, v);
    bool hex = t->forms[FORM_HEX] * 2 > other; /* could be an id */
    v->state = f->distinct.used >= 10 && !hex ? VERDICT_CONFIRMED : VERDICT_SUSPECTED;
}

/* Religion, union, orientation, origin, biometrics, or sex in words that nobody knows: the name says so, and the values
 * are words, not counts. */
static void judge_special(const struct profile *p, uint16_t field, unsigned type, struct verdict *v)
{
    enum { WORD_LONGEST = 60, SEXES_MOST = 6 };
    const struct field *f = p->fields[field];
    const struct traits *t = &f->traits;
    *v = (struct verdict){ .type = type,
                           .passed = f->distinct.used,
                           .shaped = f->distinct.used,
                           .sampled = f->distinct.used,
                           .hits = f->values - f->empties };
    if (f->hint.negative || f->distinct.used == 0 || t->length_max > WORD_LONGEST ||
        (type == PII_SEX && f->distinct.used > SEXES_MOST) ||
        t->forms[FORM_NUMBER] * 2 > t->forms[FORM_OTHER] + t->forms[FORM_HAN])
        return;
    v->signals = SIGNAL_NAME;
    estimate(&f->distinct, v);
    v->state = VERDICT_SUSPECTED;
}

static bool stronger(const struct verdict *a, const struct verdict *b)
{
    if (a->state != b->state)
        return a->state > b->state;
    if ((a->signals ^ b->signals) & SIGNAL_NAME)
        return a->signals & SIGNAL_NAME;
    return a->log10_odds > b->log10_odds;
}

static void insert(struct verdict *list, size_t *count, const struct verdict *v)
{
    if (v->state == VERDICT_NONE)
        return;
    size_t at = *count < VERDICTS_PER_FIELD_MAX ? (*count)++ : VERDICTS_PER_FIELD_MAX - 1;
    if (at == VERDICTS_PER_FIELD_MAX - 1 && *count == VERDICTS_PER_FIELD_MAX &&
        list[at].state != VERDICT_NONE && !stronger(v, &list[at]))
        return;
    list[at] = *v;
    for (; at > 0 && stronger(&list[at], &list[at - 1]); at--) {
        struct verdict swap = list[at];
        list[at] = list[at - 1];
        list[at - 1] = swap;
    }
}

static bool is_confirmed(const struct verdict *list, size_t count, unsigned type)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].type == type && list[i].state == VERDICT_CONFIRMED)
            return true;
    return false;
}

/* The share of the entries passing `type` that pass none of the types in `others`. */
static double own_share(const struct sample *s, unsigned type, pii_set others)
{
    uint32_t all = 0, own = 0;
    for (uint32_t i = 0; i < s->used; i++) {
        if (!pii_has(s->at[i].pass, type))
            continue;
        all++;
        own += !(s->at[i].pass & others);
    }
    return all ? (double)own / all : 0;
}

/* Where the same values explain several types, only the strongest stays. */
static size_t drop_explained(const struct field *f, struct verdict *list, size_t count)
{
    pii_set whole = 0, text = 0;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct verdict *v = &list[i];
        bool subject = v->type == PII_POLICE || v->type == PII_MEDICAL || v->type == PII_PASSWORD;
        pii_set *seen = v->in_text ? &text : &whole;
        const struct sample *s = v->in_text ? &f->tokens : &f->distinct;
        if (!subject && *seen && !v->test_data && own_share(s, v->type, *seen) < 0.2)
            continue;
        if (!subject)
            *seen |= pii_bit(v->type);
        list[kept++] = *v;
    }
    return kept;
}

/* Of a column of passwords its first values were taken for settings, too. */
static size_t drop_settings(const struct field *f, struct verdict *list, size_t count)
{
    bool whole = false;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        whole = whole || (!list[i].in_text && list[i].state == VERDICT_CONFIRMED &&
                          (list[i].type == PII_PASSWORD || list[i].type == PII_PASSWORD_HASH));
    for (size_t i = 0; i < count; i++)
        if (!(whole && f->setting && list[i].in_text && list[i].type == PII_PASSWORD))
            list[kept++] = list[i];
    return kept;
}

/* The types of which the sample has a value at all; most fields have few. */
static pii_set shapes_of(const struct sample *s)
{
    pii_set all = 0;
    for (uint32_t i = 0; i < s->used; i++)
        all |= s->at[i].shape;
    return all;
}

/* What the name of the field says, of values that no rule is known for. */
static void judge_by_name(const struct profile *p, uint16_t field, struct verdict all[static VERDICTS_PER_FIELD_MAX],
                          size_t *count)
{
    const pii_set called = p->fields[field]->hint.strong;
    struct verdict v;
    if (pii_has(called, PII_PASSWORD) && !is_confirmed(all, *count, PII_PASSWORD_HASH)) {
        judge_password(p, field, &v);
        insert(all, count, &v);
    }
    if (pii_has(called, PII_SPECIAL)) {
        judge_special(p, field, PII_SPECIAL, &v);
        insert(all, count, &v);
    }
    if (pii_has(called, PII_SEX) && *count == 0) {
        judge_special(p, field, PII_SEX, &v);
        insert(all, count, &v);
    }
    if (pii_has(called, PII_CLOUD_KEY) && *count == 0) {
        judge_key(p, field, &v);
        insert(all, count, &v);
    }
}

size_t verdict_field(const struct profile *p, uint16_t field,
                     struct verdict ret[static VERDICTS_PER_FIELD_MAX])
{
    const struct field *f = p->fields[field];
    struct verdict all[VERDICTS_PER_FIELD_MAX] = { 0 }, v;
    size_t count = 0;
    bool company = false;
    const pii_set whole = shapes_of(&f->distinct), text = shapes_of(&f->tokens);
    for (pii_set left = whole | text; left;) {
        unsigned type = pii_pop(&left);
        if (pii_has(whole, type)) {
            judge_whole(p, field, type, &v);
            insert(all, &count, &v);
        }
        if (pii_has(text, type) && !(detectors_traits(p->d, type) & (T_TRACE | T_WHOLE))) {
            enum pii_category c = detectors_category(p->d, type);
            judge_tokens(p, field, type, false, &v);
            company = company || (v.state == VERDICT_CONFIRMED && (c == IDENTITY || c == CONTACT));
        }
    }
    for (pii_set left = text; left;) {
        unsigned type = pii_pop(&left);
        judge_tokens(p, field, type, company, &v);
        insert(all, &count, &v);
    }
    for (unsigned type = PII_MEDICAL; f->traits.texts && type <= PII_POLICE; type++) {
        judge_subject(p, field, type, &v);
        insert(all, &count, &v);
    }
    judge_by_name(p, field, all, &count);
    if (is_confirmed(all, count, PII_PASSWORD) || is_confirmed(all, count, PII_PASSWORD_HASH))
        count = drop_settings(f, all, count);
    count = drop_explained(f, all, count);
    for (size_t i = 0; i < count; i++)
        ret[i] = all[i];
    return count;
}

const char *verdict_type_name(const struct detectors *d, const struct verdict *v)
{
    return v->type == PII_NATIONAL ? NATIONAL_INFO[v->national].name : detectors_type_name(d, v->type);
}

const char *verdict_type_label(const struct detectors *d, const struct verdict *v)
{
    return v->type == PII_NATIONAL ? NATIONAL_INFO[v->national].label : detectors_type_label(d, v->type);
}

const char *verdict_state_name(enum verdict_state s)
{
    static const char *const NAMES[] = { "none", "suspected", "confirmed" };
    return NAMES[s];
}

uint64_t sample_size_to_see(double prevalence, double certainty)
{
    if (!(prevalence > 0 && prevalence < 1 && certainty > 0 && certainty < 1))
        return 0;
    return (uint64_t)ceil(log(1 - certainty) / log(1 - prevalence));
}

uint64_t sample_size_for_share(double margin)
{
    if (!(margin > 0 && margin < 1))
        return 0;
    return (uint64_t)ceil(1.96 * 1.96 * 0.25 / (margin * margin));
}

void wilson_interval(uint64_t k, uint64_t n, double *ret_low, double *ret_high)
{
    const double z2 = 1.96 * 1.96;
    double share = n ? (double)k / (double)n : 0, d = 1 + z2 / (double)(n ? n : 1);
    double middle = share + z2 / (2 * (double)(n ? n : 1));
    double width = 1.96 * sqrt(share * (1 - share) / (double)(n ? n : 1) +
                               z2 / (4.0 * (double)(n ? n : 1) * (double)(n ? n : 1)));
    *ret_low = n ? (middle - width) / d : 0;
    *ret_high = n ? (middle + width) / d : 1;
    if (*ret_low < 0)
        *ret_low = 0;
}
