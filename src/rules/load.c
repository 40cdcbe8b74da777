/* YAML -> struct rule, strictly: an unknown key, a missing one or a word out of place is an error
 * that names file, line and key, because a rule that is silently ignored is a store that stays
 * open.
 * The format is doc/rules.md. */
#include "rules/rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/random.h"
#include "base/table.h"

bool place_error(const struct place *p, const struct node *at, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (at && at->key.len)
        return error_set(p->error, "%s:%u: %.*s: %s", p->file, at->line,
                         SPAN_FMT(span_first(at->key, 60)), text);
    return error_set(p->error, "%s:%u: %s", p->file, at ? at->line : 1, text);
}

/* Every key of the map must be in the NULL-ended list. */
static bool known_keys(const struct place *p, const struct node *n, const char *const *known)
{
    if (n->kind != NODE_MAP)
        return place_error(p, n, "a map is wanted here");
    for (const struct node *child = n->first; child; child = child->next) {
        size_t i = 0;
        while (known[i] && !span_is(child->key, known[i]))
            i++;
        if (!known[i])
            return place_error(p, child, "unknown key");
    }
    return true;
}

static const char *word_of(struct arena *a, const struct place *p, const struct node *root,
                           const char *key)
{
    const struct node *n = node_get(root, key);
    if (node_text(n).len == 0) {
        place_error(p, n ? n : root, "'%s' with a text is missing", key);
        return NULL;
    }
    const char *word = arena_str(a, node_text(n));
    if (!word)
        place_error(p, n, "out of memory");
    return word;
}

/* ---- on: ---- */

static bool load_observation(const struct place *p, const struct node *n, struct rule *r)
{
    struct span word = node_text(n);
    if (span_is(word, "service"))
        r->on = ON_SERVICE;
    else if (span_is(word, "certificate"))
        r->on = ON_CERTIFICATE;
    else if (span_is(word, "behind"))
        r->on = ON_BEHIND;
    else if (span_is(word, "any"))
        r->on = ON_SERVICE | ON_CERTIFICATE | ON_BEHIND;
    else
        return place_error(p, n, "one of service, certificate, behind, any is wanted");
    return true;
}

static bool want_list(const struct place *p, const struct node *n)
{
    return (n->kind == NODE_LIST && n->count) ||
           place_error(p, n, "a list with at least one word is wanted");
}

static bool load_kinds(const struct place *p, const struct node *n, struct rule *r)
{
    if (!want_list(p, n))
        return false;
    for (const struct node *item = n->first; item; item = item->next) {
        enum kind kind;
        if (!kind_parse(node_text(item), &kind))
            return place_error(p, item, "'%.*s' is no kind",
                               SPAN_FMT(span_first(node_text(item), 40)));
        r->kinds |= 1u << kind;
    }
    return true;
}

static bool outcome_of(struct span word, enum outcome *ret)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (span_is(word, outcome_name((enum outcome)i))) {
            *ret = (enum outcome)i;
            return true;
        }
    return false;
}

static bool load_outcomes(const struct place *p, const struct node *n, struct rule *r)
{
    if (!want_list(p, n))
        return false;
    for (const struct node *item = n->first; item; item = item->next) {
        enum outcome outcome;
        if (!outcome_of(node_text(item), &outcome))
            return place_error(p, item, "'%.*s' is no outcome",
                               SPAN_FMT(span_first(node_text(item), 40)));
        r->outcomes |= 1u << outcome;
    }
    return true;
}

static bool load_products(struct arena *a, const struct place *p, const struct node *n,
                          struct rule *r)
{
    if (!want_list(p, n))
        return false;
    r->products = arena_array(a, n->count, sizeof(*r->products));
    if (!r->products)
        return place_error(p, n, "out of memory");
    for (const struct node *item = n->first; item; item = item->next)
        if (!glob_compile(a, p, item, &r->products[r->product_count++]))
            return false;
    return true;
}

static bool load_on(struct arena *a, const struct place *p, const struct node *root, struct rule *r)
{
    static const char *const KEYS[] = { "observation", "kinds", "outcomes", "products", NULL };
    const struct node *on = node_get(root, "on");
    const struct node *n;
    if (!on)
        return place_error(p, root, "'on' is missing");
    if (!known_keys(p, on, KEYS))
        return false;
    n = node_get(on, "observation");
    if (!n)
        return place_error(p, on, "'observation' is missing");
    if (!load_observation(p, n, r))
        return false;
    n = node_get(on, "kinds");
    if (n && !load_kinds(p, n, r))
        return false;
    n = node_get(on, "outcomes");
    if (n && !load_outcomes(p, n, r))
        return false;
    n = node_get(on, "products");
    if (n && !load_products(a, p, n, r))
        return false;
    /* What nobody knows is judged only by a rule that says so. */
    if (!r->kinds)
        r->kinds = ((1u << KIND_COUNT) - 1) & ~(1u << KIND_UNKNOWN);
    if (!r->outcomes)
        r->outcomes = (1u << OUTCOME_COUNT) - 1;
    /* A certificate is KIND_TLS and nothing else is: the index then keeps the two apart. */
    if (r->on == ON_CERTIFICATE)
        r->kinds = 1u << KIND_TLS;
    if (!(r->on & ON_CERTIFICATE))
        r->kinds &= ~(1u << KIND_TLS);
    return true;
}

/* ---- severity: ---- */

static bool load_step(struct arena *a, const struct place *p, const struct node *n, bool raises,
                      struct severity_rule *s)
{
    static const char *const KEYS[] = { "when", "by", "to", NULL };
    if (!known_keys(p, n, KEYS))
        return false;
    const struct node *when = node_get(n, "when"), *by = node_get(n, "by"), *to = node_get(n, "to");
    if (!when || !by == !to)
        return place_error(p, n, "a step holds 'when' and one of 'by' and 'to'");
    struct step *step = list_add(a, &s->steps);
    if (!step)
        return place_error(p, n, "out of memory");
    step->raises = raises;
    if (to && !severity_parse(node_text(to), &step->to))
        return place_error(p, to, "one of info, low, medium, high, critical is wanted");
    if (by && (by->kind != NODE_NUMBER || !by->is_integer || by->integer < 1 || by->integer > 4))
        return place_error(p, by, "a number of steps from 1 to 4 is wanted");
    if (by)
        step->by = raises ? (int)by->integer : -(int)by->integer;
    step->when = condition_compile(a, p, when);
    return step->when != NULL;
}

static bool load_severity(struct arena *a, const struct place *p, const struct node *root,
                          struct severity_rule *s)
{
    static const char *const KEYS[] = { "base", "weigh", "raise", "lower", NULL };
    const struct node *n = node_get(root, "severity");
    if (!n)
        return place_error(p, root, "'severity' is missing");
    if (!known_keys(p, n, KEYS))
        return false;
    const struct node *base = node_get(n, "base"), *weigh = node_get(n, "weigh");
    if (!severity_parse(node_text(base), &s->base))
        return place_error(p, base ? base : n,
                           "'base' is one of info, low, medium, high, critical");
    if (weigh && span_is(node_text(weigh), "place"))
        s->weigh = WEIGH_PLACE;
    else if (weigh && span_is(node_text(weigh), "data"))
        s->weigh = WEIGH_DATA;
    else if (weigh)
        return place_error(p, weigh, "one of place, data is wanted");
    for (int raises = 1; raises >= 0; raises--) {
        const struct node *list = node_get(n, raises ? "raise" : "lower");
        if (list && !want_list(p, list))
            return false;
        for (const struct node *item = list ? list->first : NULL; item; item = item->next)
            if (!load_step(a, p, item, raises, s))
                return false;
    }
    return true;
}

/* ---- fix: ---- */

static bool is_live(struct span text)
{
    return span_has(text, "{port}") || span_has(text, "{address}") || span_has(text, "{name}") ||
           span_has(text, "{product}") || span_has(text, "{firewall}");
}

/* "redis, valkey: text" is one block for each of the products. */
static bool load_fixes(struct arena *a, const struct place *p, const struct node *root,
                       struct rule *r)
{
    const struct node *n = node_get(root, "fix");
    bool has_default = false;
    if (!n || n->kind != NODE_MAP)
        return place_error(p, n ? n : root, "'fix' with a map of product to text is missing");
    for (const struct node *child = n->first; child; child = child->next) {
        struct span text = span_trim(node_text(child)), products = child->key;
        if (text.len == 0)
            return place_error(p, child, "the text is empty");
        while (products.len) {
            struct span product = span_trim(span_cut(&products, ','));
            struct fix *fix = list_add(a, &r->fixes);
            if (!fix)
                return place_error(p, child, "out of memory");
            bool is_default = span_is(product, "default");
            has_default = has_default || is_default;
            *fix = (struct fix){ is_default ? SPAN_NONE : product, text, is_live(text) };
        }
    }
    return has_default || place_error(p, n, "a 'default' block is missing");
}

/* ---- a file ---- */

static bool gather_named(struct arena *a, const struct place *p, const struct node *root,
                         struct rule *r)
{
    const char *all[NAMED_MAX];
    size_t len = r->when ? condition_names(r->when, all, 0, NAMED_MAX) : 0;
    for (size_t i = 0; i < r->severity.steps.len; i++)
        len = condition_names(r->severity.steps.at[i].when, all, len, NAMED_MAX);
    len = template_names(&r->why, all, len, NAMED_MAX);
    r->named = len ? arena_array(a, len, sizeof(*r->named)) : NULL;
    if (len && !r->named)
        return place_error(p, root, "out of memory");
    for (size_t i = 0; i < len; i++) {
        size_t k = 0;
        while (k < r->named_count && strcmp(r->named[k], all[i]) != 0)
            k++;
        if (k == r->named_count)
            r->named[r->named_count++] = all[i];
    }
    return true;
}

static bool load_examples(const struct place *p, const struct node *root, struct rule *r)
{
    r->examples = node_get(root, "examples");
    if (!r->examples || r->examples->kind != NODE_LIST || r->examples->count < 2)
        return place_error(p, r->examples ? r->examples : root,
                           "'examples' with a finding and an 'expect: none' is missing");
    return true;
}

static bool load_root(struct arena *a, const struct place *p, const struct node *root,
                      struct rule *r)
{
    static const char *const KEYS[] = { "id", "title", "on", "when", "severity",
                                        "why", "fix", "examples", NULL };
    if (!known_keys(p, root, KEYS))
        return false;
    r->id = word_of(a, p, root, "id");
    r->title = r->id ? word_of(a, p, root, "title") : NULL;
    if (!r->title || !load_on(a, p, root, r))
        return false;
    const struct node *when = node_get(root, "when");
    if (when) {
        r->when = condition_compile(a, p, when);
        if (!r->when)
            return false;
    }
    if (!load_severity(a, p, root, &r->severity))
        return false;
    const struct node *why = node_get(root, "why");
    if (!why)
        return place_error(p, root, "'why' is missing");
    return template_compile(a, p, why, &r->why) && load_fixes(a, p, root, r) &&
           gather_named(a, p, root, r) && load_examples(p, root, r);
}

bool rule_compile(struct arena *a, const char *file, struct span yaml, struct rule *ret,
                  struct error *e)
{
    struct place p = { .file = file, .error = e };
    *ret = (struct rule){ .file = file };
    struct node *root = yaml_parse(a, yaml, e);
    if (!root)
        return error_in(e, "%s", file);
    return load_root(a, &p, root, ret);
}

/* ---- a directory ---- */

static bool load_file(struct arena *a, const char *path, struct rules *r, struct table *ids, struct error *e)
{
    struct span text;
    if (!file_read(a, path, YAML_BYTES_MAX, &text, e))
        return false;
    struct rule *rule = list_add(a, &r->list);
    if (!rule)
        return error_set(e, "%s: out of memory", path);
    if (!rule_compile(a, path, text, rule, e))
        return false;
    const char *other = table_get(ids, span_str(rule->id));
    if (other)
        return error_set(e, "%s: id: '%s' is already the id of %s", path, rule->id, other);
    return table_put(ids, span_str(rule->id), (void *)(uintptr_t)path) ||
           error_set(e, "%s: out of memory", path);
}

struct rules *rules_load(struct arena *a, const char *dir, struct error *e)
{
    struct rules *r = ARENA_NEW(a, struct rules);
    struct paths files;
    struct table ids;
    if (!r) {
        error_set(e, "%s: out of memory", dir);
        return NULL;
    }
    table_init(&ids, a, random_seed());
    bool ok = folder_list(a, dir, SPAN(".yaml"), RULES_MAX, &files, e);
    if (ok && files.list.len == 0)
        ok = error_set(e, "%s: holds no *.yaml file", dir);
    for (size_t i = 0; ok && i < files.list.len; i++)
        ok = load_file(a, files.list.at[i], r, &ids, e);
    if (ok && !rules_index(a, r))
        ok = error_set(e, "%s: out of memory", dir);
    return ok ? r : NULL;
}

size_t rules_count(const struct rules *r)
{
    return r->list.len;
}

const char *rules_id(const struct rules *r, size_t i)
{
    return i < r->list.len ? r->list.at[i].id : NULL;
}
