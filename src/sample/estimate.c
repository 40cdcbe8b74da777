/* Invariants: low <= value <= high, and everything stays within what was seen and what can be. */
#include "sample/estimate.h"

#include <math.h>

static const double Z = 1.959964; /* 95 % */
enum { HALVINGS = 60 };

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

struct estimate estimate_records(uint64_t hits, uint64_t drawn, uint64_t total)
{
    if (drawn == 0 || total == 0)
        return (struct estimate){ 0, 0, (double)total };
    if (drawn > total)
        total = drawn;
    if (hits > drawn)
        hits = drawn;
    double n = (double)drawn, all = (double)total, k = (double)hits;
    double left = all > 1 ? (all - n) / (all - 1) : 0; /* what is uncertain still */
    double z2 = Z * Z * left, p = k / n;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n);
    double most = all - (n - k);
    return (struct estimate){ .low = clamp(floor((middle - half) * all + 1e-6), k, most),
                              .value = clamp(round(p * all), k, most),
                              .high = clamp(ceil((middle + half) * all - 1e-6), k, most) };
}

/* How many of D persons with M records are seen when `hits` of the records are drawn. */
static double seen_of(double persons, double records, double hits)
{
    return hits < records ? persons * -expm1(records / persons * log1p(-hits / records)) : persons;
}

/* The D in [least, records] of whom `distinct` are seen; seen_of() grows with D. */
static double persons_for(double distinct, double least, double records, double hits)
{
    double low = least, high = records;
    if (seen_of(high, records, hits) <= distinct + 1e-9)
        return high;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = low + (high - low) / 2;
        if (seen_of(middle, records, hits) < distinct)
            low = middle;
        else
            high = middle;
    }
    return clamp(high, least, records);
}

/* 95 % interval of the mean of a Poisson count (Wilson and Hilferty's cube, close to exact). */
static void poisson_interval(double count, double *ret_low, double *ret_high)
{
    double up = count + 1;
    double root = 1 - 1 / (9 * up) + Z / (3 * sqrt(up));
    *ret_high = up * root * root * root;
    *ret_low = 0;
    if (count >= 1) {
        root = 1 - 1 / (9 * count) - Z / (3 * sqrt(count));
        *ret_low = count * root * root * root;
    }
}

struct estimate estimate_persons(uint64_t hits, double distinct, uint64_t drawn, uint64_t total)
{
    if (drawn > total)
        total = drawn;
    if (hits > drawn)
        hits = drawn;
    double k = (double)hits, d = clamp(distinct, hits ? 1 : 0, k);
    struct estimate records = estimate_records(hits, drawn, total);
    if (hits == 0 || drawn == total)
        return (struct estimate){ d, d, d };
    double low, high;
    poisson_interval(k - d, &low, &high);
    struct estimate e = {
        .low = persons_for(clamp(k - high, 1, k), d, records.low, k),
        .value = persons_for(d, d, records.value, k),
        .high = persons_for(clamp(k - low, 1, k), d, records.high, k),
    };
    e.value = floor(e.value + 0.5);
    e.low = clamp(floor(e.low), d, e.value);
    e.high = e.high < e.value ? e.value : ceil(e.high);
    return e;
}

void estimate_allot(const uint64_t *sizes, uint32_t *ret, uint32_t count, uint32_t wanted)
{
    uint32_t left = wanted;
    for (uint32_t i = 0; i < count; i++) {
        ret[i] = sizes[i] && left ? 1 : 0;
        left -= ret[i];
    }
    /* Those that are full drop out, and the rest share what they leave. */
    for (uint32_t round = 0; left && round <= count; round++) {
        double roots = 0;
        uint32_t given = 0, open = 0;
        for (uint32_t i = 0; i < count; i++)
            if (ret[i] < sizes[i]) {
                roots += sqrt((double)sizes[i]);
                open++;
            }
        if (open == 0)
            return;
        for (uint32_t i = 0; i < count && given < left; i++) {
            if (ret[i] >= sizes[i])
                continue;
            uint64_t room = sizes[i] - ret[i];
            double share = (double)left * sqrt((double)sizes[i]) / roots;
            uint64_t more = share < 1 ? 1 : (uint64_t)share;
            more = more < room ? more : room;
            if (more > left - given)
                more = left - given;
            ret[i] += (uint32_t)more;
            given += (uint32_t)more;
        }
        left -= given;
    }
}
