/* Loads what may have been left behind on a site: `leavings` of the entry "web" (leavings.h). */
#include "http/load.h"

#include "http/match.h"

enum { LEAVINGS_MAX = 64 };

/* A request whose answer is read up to `first` bytes: const struct request *. */
static bool take_front(struct mapper *m, const struct node *n, void *to)
{
    const struct request **ret = to;
    struct span name;
    char word[MAP_SHOWN_MAX];
    if (!map_text(m, n, &name))
        return false;
    *ret = entry_request(loader_of(m)->entry, name);
    return (*ret && (*ret)->first) ||
           map_wrong(m, n, "no request with \"first\" is named \"%s\"", map_shown(name, word));
}

static bool take_form(struct mapper *m, const struct node *n, void *to)
{
    int which;
    if (!map_word(m, n, FORM_NAMES, &which))
        return false;
    *(enum form *)to = (enum form)which;
    return true;
}

/* "left.git": what is asked for is told by that word (leavings.c), and what ends a finding looks for it. */
static bool take_fact(struct mapper *m, const struct node *n, void *to)
{
    struct leaving *l = to;
    struct span key;
    if (!map_text(m, n, &key))
        return false;
    if (!span_starts(key, SPAN("left.")) || !fact_key_ok(key))
        return map_wrong(m, n, "its fact is \"left.\" and a word");
    l->fact = arena_str(m->arena, key);
    l->bytes = arena_printf(m->arena, "%.*s.bytes", SPAN_FMT(key));
    return (l->fact && l->bytes) || map_no_memory(m);
}

static bool take_when(struct mapper *m, const struct node *n, void *to)
{
    const struct condition **ret = to;
    return load_condition(m, n, ret) &&
           (condition_root_only(*ret) || map_wrong(m, n, "it looks at the answer to \"root\" and no other"));
}

static bool take_list(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "request", take_front, offsetof(struct leaving, request), "" },
        { "form", take_form, offsetof(struct leaving, form), "" },
        { "fact", take_fact, 0, "" },
        { "always", map_bool, offsetof(struct leaving, always), NULL },
        { "when", take_when, offsetof(struct leaving, when), NULL },
        { NULL, NULL, 0, NULL },
    };
    struct entry *e = to;
    if (!map_list(m, n))
        return false;
    for (const struct node *k = n->first; k; k = k->next) {
        if (e->leavings.len == LEAVINGS_MAX)
            return map_wrong(m, k, "at most %d of them", LEAVINGS_MAX);
        struct leaving *l = list_add(m->arena, &e->leavings);
        if (!l)
            return map_no_memory(m);
        if (!map_keys(m, k, KEYS, l))
            return false;
        l->path = span_first(l->request->path, span_index(l->request->path, '?'));
    }
    return true;
}

bool load_leavings(struct mapper *m, const struct node *n, void *to)
{
    static const struct map_key KEYS[] = {
        { "nowhere", take_front, offsetof(struct entry, nowhere), "" },
        { "keeps", take_when, offsetof(struct entry, keeps), "" },
        { "list", take_list, 0, "" },
        { NULL, NULL, 0, NULL },
    };
    struct entry *e = to;
    if (strcmp(e->product.name, "web") != 0)
        return map_wrong(m, n, "\"leavings\" belong to the product \"web\"");
    return map_keys(m, n, KEYS, e);
}
