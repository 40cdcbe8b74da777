#include "record/sighting.h"

#include <stdlib.h>

static int compare_place(const struct sighting *a, const struct address *address, uint32_t port)
{
    int order = a->address.family - address->family;
    order = order ? order : memcmp(a->address.bytes, address->bytes, address->family == 4 ? 4 : 16);
    return order ? order : a->port < port ? -1 : a->port > port;
}

static int compare(const void *a, const void *b)
{
    const struct sighting *one = a, *two = b;
    int order = compare_place(one, &two->address, two->port);
    return order ? order : one->at_ms < two->at_ms ? -1 : one->at_ms > two->at_ms;
}

void sightings_sort(struct sighting *at, size_t len)
{
    if (len)
        qsort(at, len, sizeof(*at), compare);
}

const struct sighting *sightings_at(const struct sighting *at, size_t len, const struct endpoint *e, size_t *ret_len)
{
    size_t low = 0, high = len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_place(&at[middle], &e->address, endpoint_port(e)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < len && compare_place(&at[high], &e->address, endpoint_port(e)) == 0;)
        high++;
    *ret_len = high - low;
    return high > low ? &at[low] : NULL;
}
