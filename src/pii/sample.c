/* See sample.h. The entries lie side by side; a small open-addressing index finds them. */
#include "pii/sample.h"

#include <stdlib.h>

void sample_release(struct sample *s, struct sample_budget *budget)
{
    budget->left_bytes += sample_bytes(s->cap);
    free(s->at);
    free(s->index);
    *s = (struct sample){ 0 };
}

static void enter(struct sample *s, uint32_t entry)
{
    uint32_t mask = 2 * s->cap - 1, slot = (uint32_t)s->at[entry].hash & mask;
    while (s->index[slot])
        slot = (slot + 1) & mask;
    s->index[slot] = (uint16_t)(entry + 1);
}

static void enter_all(struct sample *s)
{
    for (uint32_t i = 0; i < 2 * s->cap; i++)
        s->index[i] = 0;
    for (uint32_t i = 0; i < s->used; i++)
        enter(s, i);
}

static bool grow(struct sample *s, struct sample_budget *budget)
{
    uint32_t cap = s->cap ? s->cap * 2 : SAMPLE_FIRST;
    size_t more = sample_bytes(cap) - sample_bytes(s->cap);
    if (cap > SAMPLE_MAX)
        return false;
    if (more > budget->left_bytes) {
        budget->tight = true;
        return false;
    }
    struct sample_entry *at = realloc(s->at, cap * sizeof(*at));
    if (!at)
        return false;
    s->at = at;
    uint16_t *index = realloc(s->index, 2 * cap * sizeof(*index));
    if (!index)
        return false;
    s->index = index;
    s->cap = cap;
    budget->left_bytes -= more;
    enter_all(s);
    return true;
}

static void raise(struct sample *s)
{
    uint32_t kept = 0;
    s->level++;
    for (uint32_t i = 0; i < s->used; i++)
        if (sample_wants(s, s->at[i].hash))
            s->at[kept++] = s->at[i];
    s->used = kept;
    enter_all(s);
}

struct sample_entry *sample_add(struct sample *s, struct sample_budget *budget, uint64_t hash,
                                bool *ret_new)
{
    *ret_new = false;
    if (!sample_wants(s, hash))
        return NULL;
    struct sample_entry *known = sample_find(s, hash);
    if (known)
        return known;
    while (s->used == s->cap && !grow(s, budget)) {
        if (s->cap == 0 || s->level >= 63)
            return NULL;
        raise(s);
        if (!sample_wants(s, hash))
            return NULL;
    }
    *ret_new = true;
    s->at[s->used] = (struct sample_entry){ .hash = hash };
    enter(s, s->used);
    return &s->at[s->used++];
}

static void join(struct sample_entry *e, const struct sample_entry *from)
{
    e->count += from->count;
    if (from->line && (!e->line || from->line < e->line))
        e->line = from->line;
}

void sample_merge(struct sample *s, struct sample_budget *budget, const struct sample *part)
{
    bool is_new;
    while (s->level < part->level)
        raise(s);
    for (uint32_t i = 0; i < part->used; i++) {
        const struct sample_entry *from = &part->at[i];
        struct sample_entry *e = sample_add(s, budget, from->hash, &is_new);
        if (e && is_new)
            *e = *from;
        else if (e)
            join(e, from);
    }
}

size_t sample_bytes_left(const struct sample *s)
{
    return sample_bytes(SAMPLE_MAX) - sample_bytes(s->cap);
}
