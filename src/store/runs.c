/* Sorted runs in one array; adding is a binary search and at most one move. */
#include "store/runs.h"

#include <stdlib.h>

#include "store/pack.h"

enum { RUNS_MAX = 1 << 26 };

void runs_release(struct runs *r)
{
    free(r->at);
    *r = (struct runs){ 0 };
}

/* The first run that ends after n, or len. */
static size_t run_after(const struct runs *r, uint64_t n)
{
    size_t low = 0, high = r->len;
    /* Nearly always the end, or the first hole. */
    if (high && r->at[high - 1].end <= n)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->at[middle].end <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool runs_has(const struct runs *r, uint64_t n)
{
    size_t i = run_after(r, n);
    return i < r->len && r->at[i].first <= n;
}

static bool runs_insert(struct runs *r, size_t i, struct run run)
{
    if (r->len == r->cap) {
        size_t wider = r->cap ? r->cap * 2 : 64;
        struct run *moved = wider > RUNS_MAX ? NULL : realloc(r->at, wider * sizeof(*moved));
        if (!moved)
            return false;
        r->at = moved;
        r->cap = wider;
    }
    memmove(r->at + i + 1, r->at + i, (r->len - i) * sizeof(*r->at));
    r->at[i] = run;
    r->len++;
    return true;
}

bool runs_add(struct runs *r, uint64_t n)
{
    return runs_has(r, n) || runs_add_run(r, n, 1);
}

bool runs_add_run(struct runs *r, uint64_t first, uint64_t count)
{
    uint64_t end = first + count;
    size_t i = run_after(r, first);
    if (i < r->len && r->at[i].first < end)
        return false;
    bool joins_left = i > 0 && r->at[i - 1].end == first;
    bool joins_right = i < r->len && r->at[i].first == end;
    if (joins_left && joins_right) {
        r->at[i - 1].end = r->at[i].end;
        memmove(r->at + i, r->at + i + 1, (r->len - i - 1) * sizeof(*r->at));
        r->len--;
        return true;
    }
    if (joins_left)
        r->at[i - 1].end = end;
    else if (joins_right)
        r->at[i].first = first;
    else
        return runs_insert(r, i, (struct run){ first, end });
    return true;
}

uint64_t runs_count(const struct runs *r)
{
    uint64_t count = 0;
    for (size_t i = 0; i < r->len; i++)
        count += r->at[i].end - r->at[i].first;
    return count;
}

uint64_t runs_count_below(const struct runs *r, uint64_t n)
{
    uint64_t count = 0;
    for (size_t i = 0; i < r->len && r->at[i].first < n; i++)
        count += (r->at[i].end < n ? r->at[i].end : n) - r->at[i].first;
    return count;
}

uint64_t runs_gap(const struct runs *r, uint64_t from)
{
    size_t i = run_after(r, from);
    return i < r->len && r->at[i].first <= from ? r->at[i].end : from;
}

void runs_encode(const struct runs *r, struct buf *out)
{
    uint64_t at = 0;
    for (size_t i = 0; i < r->len; i++) {
        pack_uint(out, r->at[i].first - at);
        pack_uint(out, r->at[i].end - r->at[i].first);
        at = r->at[i].end;
    }
}

bool runs_decode(struct reader *in, struct runs *ret)
{
    uint64_t at = 0;
    *ret = (struct runs){ 0 };
    while (reader_more(in)) {
        uint64_t gap = unpack_uint(in), length = unpack_uint(in);
        struct run run = { at + gap, at + gap + length };
        if (!reader_ok(in))
            break;
        if (run.first < at || run.end <= run.first || (ret->len && gap == 0)) {
            reader_fail(in, "a run that is empty, or joins another");
        } else if (!runs_insert(ret, ret->len, run)) {
            reader_fail(in, "no memory");
        }
        at = run.end;
    }
    if (!reader_ok(in))
        runs_release(ret);
    return reader_ok(in);
}
