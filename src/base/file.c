#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

enum { CHUNK = 64 * 1024, MEBI = 1024 * 1024 };

static bool failed(const char *path, struct error *e)
{
    return error_set(e, "%s: %s", path, strerror(errno));
}

static bool too_large(const char *path, size_t max, struct error *e)
{
    if (max >= MEBI && max % MEBI == 0)
        return error_set(e, "%s: larger than %zu MiB", path, max / MEBI);
    return error_set(e, "%s: larger than %zu bytes", path, max);
}

/* The next bytes, at most as many as fit below the ceiling. At the ceiling one more is asked for, to
 * know whether the file ends there. 0 at the end, -1 where reading failed. */
static ssize_t read_some(struct buf *to, int fd, size_t want, bool *ret_more)
{
    uint8_t beyond;
    size_t left = to->max - to->len;
    uint8_t *room = left ? buf_room(to, want < left ? want : left) : &beyond;
    ssize_t n = -1;
    errno = ENOMEM;
    if (room)
        do
            n = read(fd, room, left ? (want < left ? want : left) : 1);
        while (n < 0 && errno == EINTR);
    *ret_more = !left && n > 0;
    if (left && n > 0)
        to->len += (size_t)n;
    return n;
}

static bool append(struct buf *to, int fd, const char *name, struct error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return failed(name, e);
    /* One read where the size is known; what has none, or grows, is read on in chunks. */
    size_t want = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : CHUNK;
    for (;; want = CHUNK) {
        bool more;
        ssize_t n = read_some(to, fd, want, &more);
        if (more)
            return too_large(name, to->max, e);
        if (n <= 0)
            return n == 0 || failed(name, e);
    }
}

bool file_append(struct buf *to, const char *path, bool *ret_missing, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool missing = fd < 0 && errno == ENOENT;
    if (ret_missing)
        *ret_missing = missing;
    if (fd < 0)
        return (missing && ret_missing) || failed(path, e);
    bool ok = append(to, fd, path, e);
    close(fd);
    return ok;
}

/* Copied at its real length, once that is known. */
static bool keep(struct arena *a, struct buf *all, bool ok, const char *name, struct span *ret, struct error *e)
{
    if (ok) {
        *ret = arena_copy(a, buf_span(all));
        ok = ret->len == all->len || error_set(e, "%s: not enough memory", name);
    }
    buf_release(all);
    return ok;
}

bool file_read(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e)
{
    struct buf all;
    buf_init(&all, max);
    return keep(a, &all, file_append(&all, path, NULL, e), path, ret, e);
}

bool file_read_optional(struct arena *a, const char *path, size_t max, struct span *ret, bool *ret_missing,
                        struct error *e)
{
    struct buf all;
    buf_init(&all, max);
    return keep(a, &all, file_append(&all, path, ret_missing, e), path, ret, e);
}

bool file_read_or_stdin(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e)
{
    static const char NAME[] = "standard input";
    struct buf all;
    if (strcmp(path, "-") != 0)
        return file_read(a, path, max, ret, e);
    buf_init(&all, max);
    return keep(a, &all, append(&all, STDIN_FILENO, NAME, e), NAME, ret, e);
}

bool file_read_line(struct arena *a, const char *path, struct span *ret, struct error *e)
{
    struct span text;
    if (!file_read(a, path, FILE_LINE_MAX, &text, e))
        return false;
    *ret = span_trim(span_cut(&text, '\n'));
    return ret->len > 0 || error_set(e, "%s: its first line is empty", path);
}

bool file_replace(const char *dir, const char *name, struct span content, unsigned mode, struct error *e)
{
    char path[FILE_PATH_MAX], fresh[FILE_PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
    snprintf(fresh, sizeof(fresh), "%s/.%s.new", dir, name);
    if (n < 0 || (size_t)n + 8 >= sizeof(path))
        return error_set(e, "%.100s: the path is too long", name);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return failed(fresh, e);
    bool ok = io_write_all(fd, content) && fsync(fd) == 0;
    if (!ok)
        failed(fresh, e);
    close(fd);
    if (ok && rename(fresh, path) != 0)
        ok = failed(path, e);
    if (!ok)
        unlink(fresh);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool folder_list(struct arena *a, const char *dir, struct span suffix, size_t max, struct paths *ret, struct error *e)
{
    DIR *d = opendir(dir);
    bool ok = d || failed(dir, e);
    *ret = (struct paths){ 0 };
    for (const struct dirent *f; ok && (errno = 0, f = readdir(d));) {
        if (f->d_name[0] == '.' || !span_ends(span_str(f->d_name), suffix))
            continue;
        const char **path = ret->list.len < max ? list_add(a, &ret->list) : NULL;
        if (path)
            *path = arena_printf(a, "%s/%s", dir, f->d_name);
        if (ret->list.len == max && !path)
            ok = error_set(e, "%s: more than %zu files", dir, max);
        else if (!path || !*path)
            ok = error_set(e, "%s: not enough memory", dir);
    }
    ok = ok && (errno == 0 || failed(dir, e));
    if (d)
        closedir(d);
    if (ret->list.len)
        qsort(ret->list.at, ret->list.len, sizeof(*ret->list.at), by_name);
    return ok;
}

bool folder_sync(const char *dir, struct error *e)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = (fd >= 0 && fsync(fd) == 0) || failed(dir, e);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Makes each folder that ends before a slash of `path`, which is as it was afterwards. */
static bool make_above(char *path, struct error *e)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool ok = mkdir(path, 0700) == 0 || errno == EEXIST ||
                  error_set(e, "%s: cannot make the folder: %s", path, strerror(errno));
        *slash = '/';
        if (!ok)
            return false;
    }
    return true;
}

static bool make(const char *path, const char *end, struct error *e)
{
    char whole[FILE_PATH_MAX];
    int n = snprintf(whole, sizeof(whole), "%s%s", path, end);
    if (path[0] == '\0' || n < 0 || (size_t)n >= sizeof(whole))
        return error_set(e, "%.100s: the path is empty or too long", path);
    return make_above(whole, e);
}

bool folder_make(const char *dir, struct error *e)
{
    return make(dir, "/", e);
}

bool folder_make_for(const char *path, struct error *e)
{
    return make(path, "", e);
}

bool program_find(const char *name, char path[static FILE_PATH_MAX], struct error *e)
{
    static const char *const PLACES[] = { "", "../libexec/" };
    char own[FILE_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(own, '/');
    for (size_t i = 0; slash && i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
        slash[1] = '\0';
        int len = snprintf(path, FILE_PATH_MAX, "%s%s%s", own, PLACES[i], name);
        if (len > 0 && len < FILE_PATH_MAX && access(path, X_OK) == 0)
            return true;
    }
    return error_set(e, "the program %s is missing beside ajar; install Ajar whole", name);
}
