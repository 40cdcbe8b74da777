#include "rules/glob.h"

bool glob_compile(struct mapper *m, const struct node *at, struct glob *ret)
{
    struct span text = at->kind == NODE_TEXT ? node_text(at) : SPAN_NONE;
    if (text.len == 0 || text.len > GLOB_BYTES_MAX)
        return map_wrong(m, at, "a pattern is text of 1 to %d bytes", GLOB_BYTES_MAX);
    uint8_t *lower = arena_alloc(m->arena, text.len);
    if (!lower)
        return map_no_memory(m);
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
