#include "keep/baseline.h"

#include "base/clock.h"
#include "base/hex.h"
#include "text/mapper.h"

static const int64_t DAY_MS = 86400000;

/* "2027-01-31": the last day of it. */
static bool take_until(struct mapper *m, const struct node *n, void *to)
{
    int64_t day_ms;
    const char *text = NULL;
    if (!map_str(m, n, &text))
        return false;
    if (!time_parse(text, &day_ms))
        return map_wrong(m, n, "write the last day of it, as in 2027-01-31");
    *(int64_t *)to = day_ms + DAY_MS;
    return true;
}

static bool take_finding(struct mapper *m, const struct node *n, void *to)
{
    const char *text = NULL;
    if (!map_str(m, n, &text))
        return false;
    if (strlen(text) < BASELINE_DIGITS_MIN || strlen(text) >= FINGERPRINT_MAX || !span_is_hex(span_str(text)))
        return map_wrong(m, n, "write the first digits of a finding, at least %d, as `ajar show` prints them",
                         BASELINE_DIGITS_MIN);
    *(const char **)to = text;
    return true;
}

static bool take_entry(struct mapper *m, const struct node *n, struct baseline *b)
{
    static const char DATED[] = ": an accepted risk says until when, as in until: 2027-01-31";
    static const char REASONED[] = ": an accepted risk says why: to those who come after you";
    static const char SIGNED[] = ": an accepted risk says who carries it";
    static const struct map_key KEYS[] = {
        { "finding", take_finding, offsetof(struct baseline_entry, finding), NULL },
        { "rule", map_str, offsetof(struct baseline_entry, rule), NULL },
        { "product", map_str, offsetof(struct baseline_entry, product), NULL },
        { "endpoint", map_str, offsetof(struct baseline_entry, endpoint), NULL },
        { "until", take_until, offsetof(struct baseline_entry, until_ms), DATED },
        { "why", map_str, offsetof(struct baseline_entry, why), REASONED },
        { "who", map_str, offsetof(struct baseline_entry, who), SIGNED },
        { NULL, NULL, 0, NULL },
    };
    struct baseline_entry *x = list_add(m->arena, &b->entries);
    if (!x)
        return map_no_memory(m);
    *x = (struct baseline_entry){ .line = n->line };
    if (!map_keys(m, n, KEYS, x))
        return false;
    if ((x->finding != NULL) == (x->rule || x->endpoint))
        return map_wrong(m, n, "write either finding: DIGITS, or rule: and endpoint: (product: narrows them)");
    if (!x->finding && (!x->rule || !x->endpoint))
        return map_wrong(m, n, "rule: and endpoint: belong together; one alone would accept too much");
    return true;
}

static bool take_entries(struct mapper *m, const struct node *n, void *to)
{
    if (!map_list(m, n))
        return false;
    for (const struct node *c = n->first; c; c = c->next)
        if (!take_entry(m, c, to))
            return false;
    return true;
}

bool baseline_parse(struct arena *a, const char *file, struct span text, struct baseline *ret, struct error *e)
{
    static const struct map_key KEYS[] = {
        { "accepted", take_entries, 0,
          ", as in accepted: [{finding: 0123abcd, until: 2027-01-31, why: TEXT, who: NAME}]" },
        { NULL, NULL, 0, NULL },
    };
    struct mapper m = { .arena = a, .error = e, .file = file };
    *ret = (struct baseline){ .file = file };
    struct node *root = map_parse(&m, text);
    return root && map_keys(&m, root, KEYS, ret);
}

static bool fits(const struct baseline_entry *x, const struct finding *f)
{
    char where[ENDPOINT_CALLED_MAX];
    if (x->finding)
        return strncmp(f->fingerprint, x->finding, strlen(x->finding)) == 0;
    return strcmp(x->rule, f->rule) == 0 && (!x->product || strcmp(x->product, f->product) == 0) &&
           strcmp(x->endpoint, endpoint_called(&f->endpoint, where)) == 0;
}

const struct baseline_entry *baseline_find(const struct baseline *b, const struct finding *f, int64_t now_ms)
{
    for (size_t i = 0; b && i < b->entries.len; i++)
        if (b->entries.at[i].until_ms > now_ms && fits(&b->entries.at[i], f))
            return &b->entries.at[i];
    return NULL;
}
