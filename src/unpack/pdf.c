/* ajar-pdf: the text of the PDF document on standard input, page by page, by poppler; in frames (frames.h), behind the
 * fence of ajar-unpack. A program of its own, since poppler is under the GPL and large; where it is not built, PDF
 * documents are named and not read. Pictures of pages are no text. */
#include <fcntl.h>
#include <poppler.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "unpack/fence.h"
#include "unpack/unpack.h"

enum { DOCUMENT_BYTES_MAX = 256 << 20, PAGES_MAX = 50000 };

static bool to_stdout(void *self, struct span bytes)
{
    (void)self;
    return io_write_all(STDOUT_FILENO, bytes);
}

static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer self)
{
    (void)domain, (void)level, (void)message, (void)self;
}

/* All of the descriptor; NULL where it is too large or cannot be read. */
static GBytes *read_document(int fd, size_t size)
{
    uint8_t *bytes = size && size <= DOCUMENT_BYTES_MAX ? malloc(size) : NULL;
    size_t have = 0;
    while (bytes && have < size) {
        ssize_t got = pread(fd, bytes + have, size - have, (off_t)have);
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    if (bytes && have == size)
        return g_bytes_new_with_free_func(bytes, size, free, bytes);
    free(bytes);
    return NULL;
}

static void put_line(struct sink *s, const char *name, char *text)
{
    if (text && *text) {
        (void)sink_data(s, span_str(name));
        (void)sink_data(s, span_str(text));
        (void)sink_data(s, SPAN("\n"));
    }
    g_free(text);
}

/* False where no page holds text. */
static bool put_pages(PopplerDocument *document, struct sink *s)
{
    int pages = poppler_document_get_n_pages(document);
    bool any = false;
    put_line(s, "Title: ", poppler_document_get_title(document));
    put_line(s, "Author: ", poppler_document_get_author(document));
    for (int i = 0; i < pages && i < PAGES_MAX && !s->over; i++) {
        PopplerPage *page = poppler_document_get_page(document, i);
        char *text = page ? poppler_page_get_text(page) : NULL;
        any = any || (text && *text);
        put_line(s, "", text);
        if (page)
            g_object_unref(page);
    }
    if (pages > PAGES_MAX)
        sink_fault(s, "it has more than 50,000 pages; the others were not read");
    return any;
}

int main(void)
{
    struct stat st;
    struct sink s;
    GError *why = NULL;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0 || fstat(STDIN_FILENO, &st) != 0)
        return 2;
    g_log_set_default_handler(say_nothing, NULL);
    if (!fence_enter())
        return 3;
    sink_init(&s, (uint64_t)st.st_size, to_stdout, NULL);
    GBytes *bytes = read_document(STDIN_FILENO, (size_t)st.st_size);
    PopplerDocument *document = bytes ? poppler_document_new_from_bytes(bytes, NULL, &why) : NULL;
    if (document) {
        bool any = sink_begin(&s, "text") && put_pages(document, &s);
        sink_end(&s);
        if (!any)
            sink_fault(&s, "it holds no text; pictures of pages are not read");
        g_object_unref(document);
    } else if (why && why->code == POPPLER_ERROR_ENCRYPTED) {
        sink_fault(&s, "it is encrypted; it was not read");
    } else {
        sink_fault(&s, bytes ? "it is damaged; nothing of it could be read"
                                 : "it is larger than 256 MiB; it was not read");
    }
    sink_release(&s);
    return 0;
}
