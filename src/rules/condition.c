/* The conditions of a rule: all, any, not, and comparisons of one field with constants.
 *
 * A comparison with a fact that is not known is false, whichever operator it uses, `not` included;
 * only `exists: false` holds then. So no rule fires because a peer kept quiet. */
#include "rules/rule.h"

/* ---- patterns ---- */

bool glob_compile(struct arena *a, const struct place *p, const struct node *at, struct glob *ret)
{
    struct span text = at->kind == NODE_TEXT ? node_text(at) : SPAN_NONE;
    if (text.len == 0 || text.len > GLOB_BYTES_MAX)
        return place_error(p, at, "a pattern is text of 1 to %d bytes", GLOB_BYTES_MAX);
    uint8_t *lower = arena_alloc(a, text.len);
    if (!lower)
        return place_error(p, at, "out of memory");
    for (size_t i = 0; i < text.len; i++)
        lower[i] = ascii_lower(text.at[i]);
    bool wild = lower[0] == '*' || lower[0] == '?';
    *ret = (struct glob){ span_of(lower, text.len), wild ? 0 : lower[0] };
    return true;
}

/* Iterative with one point of return (the last star), so at worst pattern times name steps. */
bool glob_fits(const struct glob *p, struct span name)
{
    name = span_first(name, NAME_MATCHED_MAX);
    if (p->first && (name.len == 0 || ascii_lower(name.at[0]) != p->first))
        return false;
    size_t at = 0, n = 0, star = SIZE_MAX, star_n = 0;
    while (n < name.len) {
        if (at < p->text.len && p->text.at[at] == '*') {
            star = at++;
            star_n = n;
        } else if (at < p->text.len &&
                   (p->text.at[at] == '?' || p->text.at[at] == ascii_lower(name.at[n]))) {
            at++;
            n++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            n = ++star_n;
        } else {
            return false;
        }
    }
    while (at < p->text.len && p->text.at[at] == '*')
        at++;
    return at == p->text.len;
}

/* ---- compiling ---- */

struct op_name {
    const char *word;
    enum condition_op op;
};

static const struct op_name OPS[] = {
    { "is", CONDITION_IS },           { "not", CONDITION_IS_NOT },
    { "in", CONDITION_IN },           { "matches", CONDITION_MATCHES },
    { "above", CONDITION_ABOVE },     { "below", CONDITION_BELOW },
    { "at_least", CONDITION_AT_LEAST }, { "exists", CONDITION_EXISTS },
};

static bool constant(const struct place *p, const struct node *n, struct value *ret)
{
    switch (n->kind) {
    case NODE_TEXT:
        *ret = (struct value){ .type = VALUE_TEXT, .text = n->text };
        return true;
    case NODE_BOOL:
        *ret = (struct value){ .type = VALUE_BOOL, .number = n->integer };
        return true;
    case NODE_NUMBER:
        if (n->is_integer) {
            *ret = (struct value){ .type = VALUE_NUMBER, .number = n->integer };
            return true;
        }
        return place_error(p, n, "only whole numbers can be compared");
    default:
        return place_error(p, n, "'%.*s' takes a text, a number, true or false", SPAN_FMT(n->key));
    }
}

static bool constants(struct arena *a, const struct place *p, const struct node *n,
                      struct condition *c)
{
    bool list = c->op == CONDITION_IN;
    if (list && (n->kind != NODE_LIST || n->count == 0))
        return place_error(p, n, "'in' takes a list");
    c->count = list ? n->count : 1;
    c->values = arena_array(a, c->count, sizeof(*c->values));
    if (!c->values)
        return place_error(p, n, "out of memory");
    const struct node *item = list ? n->first : n;
    for (size_t i = 0; i < c->count; i++, item = item->next)
        if (!constant(p, item, &c->values[i]))
            return false;
    bool number = c->op == CONDITION_ABOVE || c->op == CONDITION_BELOW ||
        c->op == CONDITION_AT_LEAST;
    if (number && c->values[0].type != VALUE_NUMBER)
        return place_error(p, n, "'%.*s' takes a whole number", SPAN_FMT(n->key));
    if (c->op == CONDITION_EXISTS && c->values[0].type != VALUE_BOOL)
        return place_error(p, n, "'exists' takes true or false");
    return true;
}

static bool patterns(struct arena *a, const struct place *p, const struct node *n,
                     struct condition *c)
{
    bool list = n->kind == NODE_LIST;
    c->count = list ? n->count : 1;
    c->patterns = c->count ? arena_array(a, c->count, sizeof(*c->patterns)) : NULL;
    if (!c->patterns)
        return place_error(p, n,
                           c->count ? "out of memory" : "'matches' takes at least one pattern");
    const struct node *item = list ? n->first : n;
    for (size_t i = 0; i < c->count; i++, item = item->next)
        if (!glob_compile(a, p, item, &c->patterns[i]))
            return false;
    return true;
}

static struct condition *compile(struct arena *a, const struct place *p, const struct node *n,
                                 int depth);

static struct condition *fresh(struct arena *a, const struct place *p, const struct node *n,
                               enum condition_op op)
{
    struct condition *c = ARENA_NEW(a, struct condition);
    if (!c)
        place_error(p, n, "out of memory");
    else
        c->op = op;
    return c;
}

static struct condition *compile_group(struct arena *a, const struct place *p, const struct node *n,
                                       enum condition_op op, int depth)
{
    struct condition *c = fresh(a, p, n, op);
    if (!c)
        return NULL;
    if (op == CONDITION_NOT) {
        c->children = compile(a, p, n, depth + 1);
        return c->children ? c : NULL;
    }
    if (n->kind != NODE_LIST || n->count == 0) {
        place_error(p, n, "'%.*s' takes a list of conditions", SPAN_FMT(n->key));
        return NULL;
    }
    struct condition **tail = &c->children;
    for (const struct node *item = n->first; item; item = item->next) {
        *tail = compile(a, p, item, depth + 1);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
    }
    return c;
}

/* {fact: x, above: 1, below: 9}: every operator of the map must hold. */
static struct condition *compile_comparison(struct arena *a, const struct place *p,
                                            const struct node *n,
                                            const struct node *fact)
{
    struct field field;
    if (!field_compile(a, p, fact, node_text(fact), &field))
        return NULL;
    struct condition *all = fresh(a, p, n, CONDITION_ALL);
    if (!all)
        return NULL;
    struct condition **tail = &all->children;
    for (const struct node *child = n->first; child; child = child->next) {
        if (child == fact)
            continue;
        size_t i = 0, known = sizeof(OPS) / sizeof(*OPS);
        while (i < known && !span_is(child->key, OPS[i].word))
            i++;
        if (i == known) {
            place_error(p, child,
                        "unknown key '%.*s' beside 'fact'; known: is, not, in, matches, above, "
                                  "below, at_least, exists", SPAN_FMT(child->key));
            return NULL;
        }
        struct condition *c = fresh(a, p, child, OPS[i].op);
        if (!c)
            return NULL;
        c->field = field;
        if (!(c->op == CONDITION_MATCHES ? patterns(a, p, child, c) : constants(a, p, child, c)))
            return NULL;
        *tail = c;
        tail = &c->next;
    }
    if (!all->children)
        place_error(p, n, "'fact' needs an operator, such as 'is'");
    return !all->children ? NULL : all->children->next ? all : all->children;
}

static struct condition *compile(struct arena *a, const struct place *p, const struct node *n,
                                 int depth)
{
    if (depth > CONDITION_DEPTH_MAX) {
        place_error(p, n, "conditions nest deeper than %d", CONDITION_DEPTH_MAX);
        return NULL;
    }
    if (n->kind != NODE_MAP || n->count == 0) {
        place_error(p, n, "a condition is a map: all, any, not, or fact with an operator");
        return NULL;
    }
    const struct node *fact = node_get(n, "fact");
    if (fact)
        return compile_comparison(a, p, n, fact);
    if (n->count != 1) {
        place_error(p, n, "a condition holds one of all, any, not, or 'fact' with operators");
        return NULL;
    }
    if (span_is(n->first->key, "all"))
        return compile_group(a, p, n->first, CONDITION_ALL, depth);
    if (span_is(n->first->key, "any"))
        return compile_group(a, p, n->first, CONDITION_ANY, depth);
    if (span_is(n->first->key, "not"))
        return compile_group(a, p, n->first, CONDITION_NOT, depth);
    place_error(p, n->first, "unknown key '%.*s' in a condition; known: all, any, not, fact",
                SPAN_FMT(n->first->key));
    return NULL;
}

struct condition *condition_compile(struct arena *a, const struct place *p, const struct node *n)
{
    return compile(a, p, n, 1);
}

/* ---- judging ---- */

static bool same(const struct value *v, const struct value *constant_value)
{
    if (v->type == VALUE_TEXT)
        return constant_value->type == VALUE_TEXT && span_eq(v->text, constant_value->text);
    return v->type == constant_value->type && v->number == constant_value->number;
}

static bool compare(const struct condition *c, const struct value *v)
{
    switch (c->op) {
    case CONDITION_IS:
    case CONDITION_IN:
        for (size_t i = 0; i < c->count; i++)
            if (same(v, &c->values[i]))
                return true;
        return false;
    case CONDITION_IS_NOT:
        return !same(v, &c->values[0]);
    case CONDITION_MATCHES:
        for (size_t i = 0; v->type == VALUE_TEXT && i < c->count; i++)
            if (glob_fits(&c->patterns[i], v->text))
                return true;
        return false;
    case CONDITION_ABOVE:
        return v->type == VALUE_NUMBER && v->number > c->values[0].number;
    case CONDITION_BELOW:
        return v->type == VALUE_NUMBER && v->number < c->values[0].number;
    case CONDITION_AT_LEAST:
        return v->type == VALUE_NUMBER && v->number >= c->values[0].number;
    default:
        return false;
    }
}

/* Many names: the comparison holds where it holds for one of them. */
static bool compare_names(const struct condition *c, const struct observation *o)
{
    for (size_t i = 0; i < o->collections.len; i++) {
        struct value v = { .type = VALUE_TEXT, .text = o->collections.at[i].name };
        if (compare(c, &v))
            return true;
    }
    return false;
}

static bool holds_comparison(const struct condition *c, const struct subject *s)
{
    char scratch[ENDPOINT_TEXT_MAX];
    struct value v = field_value(&c->field, s, scratch);
    if (c->op == CONDITION_EXISTS)
        return (v.type != VALUE_NONE) == (c->values[0].number != 0);
    if (v.type == VALUE_NONE)
        return false;
    return v.type == VALUE_NAMES ? compare_names(c, s->seen) : compare(c, &v);
}

/* Recursion is bounded by CONDITION_DEPTH_MAX, checked when the rule was loaded. */
bool condition_holds(const struct condition *c, const struct subject *s)
{
    const struct condition *child;
    switch (c->op) {
    case CONDITION_ALL:
        for (child = c->children; child; child = child->next)
            if (!condition_holds(child, s))
                return false;
        return true;
    case CONDITION_ANY:
        for (child = c->children; child; child = child->next)
            if (condition_holds(child, s))
                return true;
        return false;
    case CONDITION_NOT:
        return !condition_holds(c->children, s);
    default:
        return holds_comparison(c, s);
    }
}

size_t condition_names(const struct condition *c, const char **keys, size_t len, size_t max)
{
    for (const struct condition *child = c->children; child; child = child->next)
        len = condition_names(child, keys, len, max);
    if (c->field.key && len < max)
        keys[len++] = c->field.key;
    return len;
}
