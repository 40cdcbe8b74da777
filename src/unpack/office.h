/* Workbooks and documents: the XML files inside of xlsx, docx, pptx, ods, odt and odp archives, by expat. */
#ifndef AJAR_UNPACK_OFFICE_H
#define AJAR_UNPACK_OFFICE_H

#include "unpack/unpack.h"

enum office_kind { OFFICE_NOT, OFFICE_STRINGS, OFFICE_SHEET, OFFICE_TEXT, OFFICE_TABLES };

/* What the member of that name is, in an archive that holds an office document; its path never leaves. */
enum office_kind office_kind_of(struct span path);

/* The strings that the sheets of a workbook share, side by side. */
struct office_strings {
    struct buf text;
    struct buf ends; /* a size_t each */
    bool full;
};
void office_strings_init(struct office_strings *o);
void office_strings_release(struct office_strings *o);

struct office_reader;
/* A sheet needs the strings; strings fill them. NULL where there is no memory. */
struct office_reader *office_reader_new(enum office_kind kind, struct office_strings *strings, struct sink *s);
/* False where the XML is broken, or nothing more is wanted. */
bool office_reader_write(struct office_reader *r, struct span xml, bool last);
void office_reader_free(struct office_reader *r);

#endif
