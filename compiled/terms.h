/* Texts to hashed word stems; see moderation/context/terms.py. */
#ifndef TERMS_H
#define TERMS_H

#include "arrays.h"

enum {
    BITS = 18,    /* of a bucket */
    N_BUCKETS = 1 << BITS,
    N_SHAPE = 5,
    GROUP = 8,
    N_MARKED = N_BUCKETS / GROUP / 8, /* bytes */
};

/* What the words of texts are found with. */
typedef struct {
    Ints fold;     /* by code point: letter or digit, 0 = separator, -1 = skip */
    Bytes lexicon; /* by bucket: a bit per class of words */
    Bytes marked;  /* a bit per GROUP buckets: whether lexicon has any of theirs; stays in the cache */
} Spelling;

int64_t text_terms(const Spelling *by, Bytes text, int64_t start, int64_t stop, Ints ids,
                   Floats shape);
int64_t spell(Ints fold, Bytes text, int64_t start, int64_t stop, Longs places);

#endif
