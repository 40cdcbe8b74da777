#include "base/io.h"

#include <errno.h>
#include <unistd.h>

bool io_write_all(int fd, struct span s)
{
    while (s.len) {
        ssize_t n = write(fd, s.at, s.len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            s = span_from(s, (size_t)n);
    }
    return true;
}
