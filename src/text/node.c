/* Looking things up in a document tree. Every accessor takes NULL and the wrong kind of node and
 * answers "nothing", so that a reader walks a foreign document straight through. */
#include "text/node.h"

const struct node *node_get_span(const struct node *n, struct span key)
{
    if (!n || n->kind != NODE_MAP)
        return NULL;
    for (const struct node *child = n->first; child; child = child->next)
        if (span_eq(child->key, key))
            return child;
    return NULL;
}

const struct node *node_get(const struct node *n, const char *key)
{
    return node_get_span(n, span_str(key));
}

static const struct node *list_item(const struct node *n, struct span index)
{
    uint64_t i;
    if (n->count == 0 || !span_u64(index, n->count - 1, &i))
        return NULL;
    const struct node *child = n->first;
    while (i-- > 0)
        child = child->next;
    return child;
}

/* The longest key at the front of *path that ends at a dot or at the end; *path moves past it. */
static const struct node *map_step(const struct node *n, struct span *path)
{
    for (size_t len = path->len; len > 0; len--) {
        if (len < path->len && path->at[len] != '.')
            continue;
        const struct node *child = node_get_span(n, span_first(*path, len));
        if (child) {
            *path = span_from(*path, len + 1);
            return child;
        }
    }
    return NULL;
}

const struct node *node_path(const struct node *n, struct span path)
{
    while (n && path.len) {
        if (n->kind == NODE_LIST) {
            n = list_item(n, span_cut(&path, '.'));
        } else {
            n = map_step(n, &path);
        }
    }
    return n;
}

struct span node_text(const struct node *n)
{
    return n && n->kind == NODE_TEXT ? n->text : SPAN_NONE;
}

static bool decimal_i64(struct span s, int64_t *ret)
{
    bool negative = s.len && s.at[0] == '-';
    uint64_t value;
    if (!span_u64(span_from(s, negative), (uint64_t)INT64_MAX + negative, &value))
        return false;
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool node_i64(const struct node *n, int64_t *ret)
{
    if (n && n->kind == NODE_NUMBER && n->is_integer) {
        *ret = n->integer;
        return true;
    }
    return n && n->kind == NODE_TEXT && decimal_i64(n->text, ret);
}
