/* Reading with a ceiling; replacing by write, fsync, rename, fsync of the folder. */
#include "watch/files.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES_MAX = 4096 };

static bool failed(const char *what, const char *path, struct error *e)
{
    return error_set(e, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool read_all(int fd, uint8_t *at, size_t max, size_t *ret_len)
{
    *ret_len = 0;
    while (*ret_len < max) {
        ssize_t n = read(fd, at + *ret_len, max - *ret_len);
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        *ret_len += n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool file_read(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e)
{
    struct stat st;
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        failed("read", path, e);
        if (fd >= 0)
            close(fd);
        return false;
    }
    /* A pipe has no size; a file may grow while it is read. */
    size_t room = S_ISREG(st.st_mode) && (uint64_t)st.st_size <= max ? (size_t)st.st_size + 1 : max + 1;
    uint8_t *at = arena_alloc(a, room);
    bool ok = at && read_all(fd, at, room, &len);
    if (!at)
        error_set(e, "no memory to read %s", path);
    else if (!ok)
        failed("read", path, e);
    close(fd);
    if (ok && len == room)
        return error_set(e, "%s holds more than %zu bytes, or grows", path, room - 1);
    if (ok)
        *ret = span_of(at, len);
    return ok;
}

bool file_secret(struct arena *a, const char *path, struct span *ret, struct error *e)
{
    struct span text;
    if (!file_read(a, path, SECRET_BYTES_MAX, &text, e))
        return false;
    *ret = span_trim(span_cut(&text, '\n'));
    return ret->len > 0 || error_set(e, "%s holds no secret in its first line", path);
}

bool folder_sync(const char *dir, struct error *e)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        failed("write", dir, e);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool file_replace(const char *dir, const char *name, struct span content, unsigned mode, struct error *e)
{
    char path[FILE_PATH_MAX], fresh[FILE_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
    snprintf(fresh, sizeof(fresh), "%s/.%s.new", dir, name);
    if (n < 0 || (size_t)n + 8 >= sizeof(path))
        return error_set(e, "the path of %.100s is too long", name);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return failed("write", fresh, e);
    bool ok = io_write_all(fd, content) && fsync(fd) == 0;
    if (!ok)
        failed("write", fresh, e);
    close(fd);
    if (ok && rename(fresh, path) != 0)
        ok = failed("write", path, e);
    if (!ok)
        unlink(fresh);
    return ok;
}

bool folder_make(const char *dir, struct error *e)
{
    char path[FILE_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s", dir);
    if (n <= 0 || (size_t)n >= sizeof(path))
        return error_set(e, "the path of a folder is empty or too long");
    for (char *at = path + 1; ; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char was = *at;
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return failed("make", path, e);
        *at = was;
        if (!was)
            return true;
    }
}
