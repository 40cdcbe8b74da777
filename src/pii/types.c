/* The table of types, made from types.def. */
#include "pii/types.h"

const struct pii_type_info PII_TYPES[PII_BUILT_IN] = {
#define PII_TYPE(id, name_, label_, category_, chance_, traits_) \
    [PII_##id] = { .name = name_, \
                   .label = label_, \
                   .category = category_, \
                   .chance = chance_, \
                   .traits = traits_ },
#include "pii/types.def"
#undef PII_TYPE
};

const char *pii_category_name(enum pii_category c)
{
    static const char *const NAMES[] = {
        [IDENTITY] = "identity",   [CONTACT] = "contact", [LOCATION] = "location",
        [FINANCE] = "finance",     [HEALTH] = "health",   [JUSTICE] = "justice",
        [SECRET] = "secret",       [DEVICE] = "device",   [ORGANISATION] = "organisation",
        [ATTRIBUTE] = "attribute",
    };
    return NAMES[c];
}
