#include "text/nearest.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 32, NEAR_EDITS = 2, SHORT_WORD = 3 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many slips make b of a: a byte changed, added or dropped, or two neighbours swapped. Words longer
 * than WORD_MAX are far from all. */
static size_t slips(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], m = strlen(a), n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

const char *nearest_word(const char *const *words, const char *typed)
{
    const char *best = NULL;
    size_t best_slips = strlen(typed) > SHORT_WORD ? NEAR_EDITS + 1 : NEAR_EDITS;
    for (; *words; words++) {
        size_t d = slips(*words, typed);
        if (d < best_slips) {
            best_slips = d;
            best = *words;
        }
    }
    return best;
}
