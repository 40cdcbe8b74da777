#include "text/host.h"

bool host_name_ok(struct span name)
{
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len == 0 || name.len > HOST_NAME_MAX_BYTES)
        return false;
    size_t label = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = ascii_lower(name.at[i]);
        bool dot = c == '.';
        if ((dot && label == 0) ||
            (!dot && !(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '-' && c != '_'))
            return false;
        label = dot ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return label > 0;
}
