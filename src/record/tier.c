#include "record/tier.h"

bool tier_raises(struct span tier)
{
    static const char *const WORDS[] = { "government", "finance", "health", "infrastructure" };
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (span_eq_nocase(tier, span_str(WORDS[i])))
            return true;
    return false;
}

static int tier_rank(struct span tier)
{
    return tier_raises(tier) ? 2 : tier.len ? 1 : 0;
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

int finding_order(const struct finding *a, const struct finding *b)
{
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    int tier = tier_rank(b->tier) - tier_rank(a->tier);
    if (tier)
        return tier;
    const struct address *x = &a->endpoint.address, *y = &b->endpoint.address;
    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    int address = memcmp(x->bytes, y->bytes, sizeof(x->bytes));
    if (address)
        return address;
    uint32_t one = endpoint_port(&a->endpoint), other = endpoint_port(&b->endpoint);
    if (one != other)
        return one < other ? -1 : 1;
    int product = compare_text(a->product, b->product);
    return product ? product : compare_text(a->rule, b->rule);
}
