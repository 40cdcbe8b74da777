/* Containers (archives, workbooks, documents, databases), which `ajar-unpack` takes apart in a process that has
 * neither disk nor network; PDF documents, `ajar-pdf`, where that is there. */
#ifndef AJAR_CMD_CONTAINER_H
#define AJAR_CMD_CONTAINER_H

#include "base/error.h"
#include "base/span.h"

/* What is done with the parts, in their order. */
struct container_visitor {
    void (*begin)(void *self, const char *kind); /* "csv", "sheet": letters, at most seven */
    void (*data)(void *self, struct span bytes);
    void (*end)(void *self);
    void (*fault)(void *self, const char *sentence);
    void *self;
};

/* Does the file on the descriptor begin as one? It must be able to seek; nothing is read away. */
bool container_is(int fd);
/* A PDF document, of which text in the clear can be found without taking it apart. */
bool container_is_document(int fd);
/* False and a sentence where the program is missing, died or said what it may not; parts that came count. */
bool container_visit(int fd, const struct container_visitor *v, struct error *e);

#endif
