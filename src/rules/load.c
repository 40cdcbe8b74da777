/* YAML -> struct rule, strictly: an unknown key, a missing one or a word out of place is an error
 * that names file, line and key, because a rule that is silently ignored is a store that stays
 * open.
 * The format is doc/rules.md. */
#include "rules/rule.h"

#include "base/file.h"
#include "base/random.h"
#include "base/table.h"
#include "record/words.h"

/* ---- on: ---- */

static bool take_observation(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "service", "certificate", "behind", "any", NULL };
    static const unsigned ON[] = { ON_SERVICE, ON_CERTIFICATE, ON_BEHIND, ON_SERVICE | ON_CERTIFICATE | ON_BEHIND };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(unsigned *)to = ON[which];
    return true;
}

static bool take_kinds(struct mapper *m, const struct node *n, void *to)
{
    unsigned *ret = to;
    if (!map_list(m, n))
        return false;
    for (const struct node *item = n->first; item; item = item->next) {
        enum kind kind;
        if (!take_kind(m, item, &kind))
            return false;
        *ret |= 1u << kind;
    }
    return true;
}

static bool take_outcomes(struct mapper *m, const struct node *n, void *to)
{
    unsigned *ret = to;
    if (!map_list(m, n))
        return false;
    for (const struct node *item = n->first; item; item = item->next) {
        enum outcome outcome;
        if (!take_outcome(m, item, &outcome))
            return false;
        *ret |= 1u << outcome;
    }
    return true;
}

static bool take_products(struct mapper *m, const struct node *n, void *to)
{
    struct rule *r = to;
    if (!map_list(m, n))
        return false;
    r->products = arena_array(m->arena, n->count, sizeof(*r->products));
    if (!r->products)
        return map_no_memory(m);
    for (const struct node *item = n->first; item; item = item->next)
        if (!glob_compile(m, item, &r->products[r->product_count++]))
            return false;
    return true;
}

static bool take_on(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "observation", take_observation, offsetof(struct rule, on), "" },
        { "kinds", take_kinds, offsetof(struct rule, kinds), NULL },
        { "outcomes", take_outcomes, offsetof(struct rule, outcomes), NULL },
        { "products", take_products, 0, NULL },
        { NULL, NULL, 0, NULL },
    };
    struct rule *r = to;
    if (!map_keys(m, n, KEYS, r))
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

static bool take_condition(struct mapper *m, const struct node *n, void *to)
{
    struct condition **ret = to;
    return (*ret = condition_compile(m, n)) != NULL;
}

static bool take_steps_by(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_NUMBER || !n->is_integer || n->integer < 1 || n->integer > 4)
        return map_wrong(m, n, "expected a number of steps from 1 to 4");
    *(int *)to = (int)n->integer;
    return true;
}

static bool take_steps(struct mapper *m, const struct node *n, struct severity_rule *s, bool raises)
{
    static const struct map_key KEYS[] = {
        { "when", take_condition, offsetof(struct step, when), "" },
        { "by", take_steps_by, offsetof(struct step, by), NULL },
        { "to", take_severity, offsetof(struct step, to), NULL },
        { NULL, NULL, 0, NULL },
    };
    if (!map_list(m, n))
        return false;
    for (const struct node *item = n->first; item; item = item->next) {
        struct step *step = list_add(m->arena, &s->steps);
        if (!step)
            return map_no_memory(m);
        if (!map_keys(m, item, KEYS, step))
            return false;
        if (!node_get(item, "by") == !node_get(item, "to"))
            return map_wrong(m, item, "a step holds \"when\" and one of \"by\" and \"to\"");
        step->raises = raises;
        step->by = raises ? step->by : -step->by;
    }
    return true;
}

static bool take_raises(struct mapper *m, const struct node *n, void *to)
{
    return take_steps(m, n, to, true);
}

static bool take_lowers(struct mapper *m, const struct node *n, void *to)
{
    return take_steps(m, n, to, false);
}

static bool take_weighing(struct mapper *m, const struct node *n, void *to)
{
    static const char *const WORDS[] = { "place", "data", NULL };
    int which;
    if (!map_word(m, n, WORDS, &which))
        return false;
    *(enum weighing *)to = which ? WEIGH_DATA : WEIGH_PLACE;
    return true;
}

static bool take_scale(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "base", take_severity, offsetof(struct severity_rule, base), "" },
        { "weigh", take_weighing, offsetof(struct severity_rule, weigh), NULL },
        { "raise", take_raises, 0, NULL },
        { "lower", take_lowers, 0, NULL },
        { NULL, NULL, 0, NULL },
    };
    return map_keys(m, n, KEYS, to);
}

static bool take_sentence(struct mapper *m, const struct node *n, void *to)
{
    return template_compile(m, n, to);
}

/* ---- fix: ---- */

/* "redis, valkey: text" is one block for each of the products. */
static bool take_fixes(struct mapper *m, const struct node *n, void *to)
{
    struct rule *r = to;
    bool has_default = false;
    if (n->kind != NODE_MAP)
        return map_wrong(m, n, "expected a map of product to text");
    for (const struct node *child = n->first; child; child = child->next) {
        struct span text = span_trim(node_text(child)), products = child->key;
        if (text.len == 0)
            return map_wrong(m, child, "the text is empty");
        while (products.len) {
            struct span product = span_trim(span_cut(&products, ','));
            struct fix *fix = list_add(m->arena, &r->fixes);
            if (!fix)
                return map_no_memory(m);
            bool is_default = span_is(product, "default");
            has_default = has_default || is_default;
            *fix = (struct fix){ is_default ? SPAN_NONE : product, text, fix_is_live(text) };
        }
    }
    return has_default || map_wrong(m, n, "the block \"default\" is missing: what to do for all other products");
}

/* ---- a file ---- */

static bool gather_named(struct mapper *m, struct rule *r)
{
    const char *all[NAMED_MAX];
    size_t len = r->when ? condition_names(r->when, all, 0, NAMED_MAX) : 0;
    for (size_t i = 0; i < r->severity.steps.len; i++)
        len = condition_names(r->severity.steps.at[i].when, all, len, NAMED_MAX);
    len = template_names(&r->why, all, len, NAMED_MAX);
    r->named = len ? arena_array(m->arena, len, sizeof(*r->named)) : NULL;
    if (len && !r->named)
        return map_no_memory(m);
    for (size_t i = 0; i < len; i++) {
        size_t k = 0;
        while (k < r->named_count && strcmp(r->named[k], all[i]) != 0)
            k++;
        if (k == r->named_count)
            r->named[r->named_count++] = all[i];
    }
    return true;
}

static bool take_examples(struct mapper *m, const struct node *n, void *to)
{
    if (n->kind != NODE_LIST || n->count < 2)
        return map_wrong(m, n, "expected a list with a finding and an \"expect: none\"");
    *(const struct node **)to = n;
    return true;
}

static const struct map_key RULE[] = {
    { "id", map_str, offsetof(struct rule, id), "" },
    { "title", map_str, offsetof(struct rule, title), "" },
    { "on", take_on, 0, "" },
    { "when", take_condition, offsetof(struct rule, when), NULL },
    { "severity", take_scale, offsetof(struct rule, severity), "" },
    { "why", take_sentence, offsetof(struct rule, why), "" },
    { "fix", take_fixes, 0, ": a map of product to text" },
    { "examples", take_examples, offsetof(struct rule, examples), ": a finding and an \"expect: none\"" },
    { NULL, NULL, 0, NULL },
};

static bool compile(struct arena *a, const char *file, struct span yaml, const struct providers *p, const char *skip,
                    struct rule *ret, struct error *e)
{
    struct mapper m = { .arena = a, .error = e, .file = file, .self = (void *)(uintptr_t)p, .skip = skip };
    *ret = (struct rule){ .file = file };
    const struct node *root = map_parse(&m, yaml);
    return root && map_keys(&m, root, RULE, ret) && gather_named(&m, ret);
}

bool rule_compile(struct arena *a, const char *file, struct span yaml, const struct providers *p, struct rule *ret,
                  struct error *e)
{
    return compile(a, file, yaml, p, NULL, ret, e);
}

/* ---- a directory ---- */

static bool load_file(struct arena *a, const char *path, const char *skip, struct rules *r, struct table *ids,
                      struct error *e)
{
    struct span text;
    if (!file_read(a, path, YAML_BYTES_MAX, &text, e))
        return false;
    struct rule *rule = list_add(a, &r->list);
    if (!rule)
        return error_set(e, "%s: out of memory", path);
    if (!compile(a, path, text, r->providers, skip, rule, e))
        return false;
    const char *other = table_get(ids, span_str(rule->id));
    if (other)
        return error_set(e, "%s: id: '%s' is already the id of %s", path, rule->id, other);
    return table_put(ids, span_str(rule->id), (void *)(uintptr_t)path) ||
           error_set(e, "%s: out of memory", path);
}

static struct rules *load(struct arena *a, const char *dir, const struct providers *p, const char *skip,
                          struct error *e)
{
    struct rules *r = ARENA_NEW(a, struct rules);
    struct paths files;
    struct table ids;
    if (!r) {
        error_set(e, "%s: out of memory", dir);
        return NULL;
    }
    r->providers = p;
    table_init(&ids, a, random_seed());
    bool ok = folder_list(a, dir, SPAN(".yaml"), RULES_MAX, &files, e);
    if (ok && files.list.len == 0)
        ok = error_set(e, "%s: holds no *.yaml file", dir);
    for (size_t i = 0; ok && i < files.list.len; i++)
        ok = load_file(a, files.list.at[i], skip, r, &ids, e);
    if (ok && !rules_index(a, r))
        ok = error_set(e, "%s: out of memory", dir);
    return ok ? r : NULL;
}

struct rules *rules_load(struct arena *a, const char *dir, const struct providers *p, struct error *e)
{
    return load(a, dir, p, NULL, e);
}

struct rules *rules_load_to_judge(struct arena *a, const char *dir, const struct providers *p, struct error *e)
{
    return load(a, dir, p, "examples", e);
}

size_t rules_count(const struct rules *r)
{
    return r->list.len;
}

const char *rules_id(const struct rules *r, size_t i)
{
    return i < r->list.len ? r->list.at[i].id : NULL;
}
