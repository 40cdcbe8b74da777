#include "text/nearest.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 32, NEAR_EDITS = 2 };

/* Levenshtein distance with one row of memory; words longer than WORD_MAX are far from all. */
static size_t edits(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], m = strlen(a), n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = corner + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

const char *nearest_word(const char *const *words, const char *typed)
{
    const char *best = NULL;
    size_t best_edits = NEAR_EDITS + 1;
    for (; *words; words++) {
        size_t d = edits(*words, typed);
        if (d < best_edits) {
            best_edits = d;
            best = *words;
        }
    }
    return best;
}
