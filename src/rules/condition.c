/* The conditions of a rule: all, any, not, and comparisons of one field with constants.
 *
 * A comparison with a fact that is not known is false, whichever operator it uses, `not` included;
 * only `exists: false` holds then. So no rule fires because a peer kept quiet. */
#include "rules/condition.h"

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

static bool constant(struct mapper *m, const struct node *n, struct value *ret)
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
        return map_wrong(m, n, "only whole numbers can be compared");
    default:
        return map_wrong(m, n, "'%.*s' takes a text, a number, true or false", SPAN_FMT(n->key));
    }
}

static bool constants(struct mapper *m, const struct node *n,
                      struct condition *c)
{
    bool list = c->op == CONDITION_IN;
    if (list && (n->kind != NODE_LIST || n->count == 0))
        return map_wrong(m, n, "'in' takes a list");
    c->count = list ? n->count : 1;
    c->values = arena_array(m->arena, c->count, sizeof(*c->values));
    if (!c->values)
        return map_no_memory(m);
    const struct node *item = list ? n->first : n;
    for (size_t i = 0; i < c->count; i++, item = item->next)
        if (!constant(m, item, &c->values[i]))
            return false;
    bool number = c->op == CONDITION_ABOVE || c->op == CONDITION_BELOW ||
        c->op == CONDITION_AT_LEAST;
    if (number && c->values[0].type != VALUE_NUMBER)
        return map_wrong(m, n, "'%.*s' takes a whole number", SPAN_FMT(n->key));
    if (c->op == CONDITION_EXISTS && c->values[0].type != VALUE_BOOL)
        return map_wrong(m, n, "'exists' takes true or false");
    return true;
}

static bool patterns(struct mapper *m, const struct node *n,
                     struct condition *c)
{
    bool list = n->kind == NODE_LIST;
    c->count = list ? n->count : 1;
    c->patterns = c->count ? arena_array(m->arena, c->count, sizeof(*c->patterns)) : NULL;
    if (!c->patterns)
        return map_wrong(m, n,
                           c->count ? "out of memory" : "'matches' takes at least one pattern");
    const struct node *item = list ? n->first : n;
    for (size_t i = 0; i < c->count; i++, item = item->next)
        if (!glob_compile(m, item, &c->patterns[i]))
            return false;
    return true;
}

static struct condition *compile(struct mapper *m, const struct node *n,
                                 int depth);

static struct condition *fresh(struct mapper *m, enum condition_op op)
{
    struct condition *c = ARENA_NEW(m->arena, struct condition);
    if (!c)
        map_no_memory(m);
    else
        c->op = op;
    return c;
}

static struct condition *compile_group(struct mapper *m, const struct node *n,
                                       enum condition_op op, int depth)
{
    struct condition *c = fresh(m, op);
    if (!c)
        return NULL;
    if (op == CONDITION_NOT) {
        c->children = compile(m, n, depth + 1);
        return c->children ? c : NULL;
    }
    if (n->kind != NODE_LIST || n->count == 0) {
        map_wrong(m, n, "'%.*s' takes a list of conditions", SPAN_FMT(n->key));
        return NULL;
    }
    struct condition **tail = &c->children;
    for (const struct node *item = n->first; item; item = item->next) {
        *tail = compile(m, item, depth + 1);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
    }
    return c;
}

/* {fact: x, above: 1, below: 9}: every operator of the map must hold. */
static struct condition *compile_comparison(struct mapper *m,
                                            const struct node *n,
                                            const struct node *fact)
{
    static const struct map_key KEYS[] = {
        { "fact", NULL, 0, NULL },     { "is", NULL, 0, NULL },      { "not", NULL, 0, NULL },
        { "in", NULL, 0, NULL },       { "matches", NULL, 0, NULL }, { "above", NULL, 0, NULL },
        { "below", NULL, 0, NULL },    { "at_least", NULL, 0, NULL }, { "exists", NULL, 0, NULL },
        { NULL, NULL, 0, NULL },
    };
    struct field field;
    if (!map_keys(m, n, KEYS, NULL) || !field_compile(m, fact, node_text(fact), &field))
        return NULL;
    struct condition *all = fresh(m, CONDITION_ALL);
    if (!all)
        return NULL;
    struct condition **tail = &all->children;
    for (const struct node *child = n->first; child; child = child->next) {
        if (child == fact)
            continue;
        size_t i = 0;
        while (!span_is(child->key, OPS[i].word))
            i++;
        struct condition *c = fresh(m, OPS[i].op);
        if (!c)
            return NULL;
        c->field = field;
        if (!(c->op == CONDITION_MATCHES ? patterns(m, child, c) : constants(m, child, c)))
            return NULL;
        *tail = c;
        tail = &c->next;
    }
    if (!all->children)
        map_wrong(m, n, "'fact' needs an operator, such as 'is'");
    return !all->children ? NULL : all->children->next ? all : all->children;
}

static struct condition *compile(struct mapper *m, const struct node *n,
                                 int depth)
{
    static const struct map_key GROUPS[] = {
        { "all", NULL, 0, NULL }, { "any", NULL, 0, NULL }, { "not", NULL, 0, NULL }, { "fact", NULL, 0, NULL },
        { NULL, NULL, 0, NULL },
    };
    if (depth > CONDITION_DEPTH_MAX) {
        map_wrong(m, n, "conditions nest deeper than %d", CONDITION_DEPTH_MAX);
        return NULL;
    }
    if (n->kind != NODE_MAP || n->count == 0) {
        map_wrong(m, n, "a condition is a map: all, any, not, or fact with an operator");
        return NULL;
    }
    const struct node *fact = node_get(n, "fact");
    if (fact)
        return compile_comparison(m, n, fact);
    if (!map_keys(m, n, GROUPS, NULL))
        return NULL;
    if (n->count != 1) {
        map_wrong(m, n, "a condition holds one of all, any, not, or 'fact' with operators");
        return NULL;
    }
    if (span_is(n->first->key, "not"))
        return compile_group(m, n->first, CONDITION_NOT, depth);
    return compile_group(m, n->first, span_is(n->first->key, "all") ? CONDITION_ALL : CONDITION_ANY, depth);
}

struct condition *condition_compile(struct mapper *m, const struct node *n)
{
    return compile(m, n, 1);
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
