/* Counted words to sums: what scoring, counting and explaining share. */
#ifndef SCORES_H
#define SCORES_H

#include <math.h>

#include "comment.h"

enum { N_DENSE = 25, PER_WORD = 4, NOBODY = 0 };

static const uint64_t CHAR_SEED = 0x84222325CBF29CE4; /* of the hash of characters */

/* Some comments of a piece of text. */
typedef struct {
    Bytes data;
    Longs offsets;
    int64_t first, last;
    Reading reading;
} Comments;

/* The two kinds of n-grams. Each has buckets of its own, words first, and a length of its own in a
   row: one common length would drown a word's weight in that of its characters. */
enum { WORDS, CHARACTERS, KINDS };
static const double LENGTHS[KINDS] = {0.8, 0.6}; /* of a row that may have both: 1 together */

/* What the two kinds' parts of a row are divided by. */
typedef struct {
    double of[KINDS];
} Norms;

/* kernel.WordCache: the same memory twice. */
typedef struct {
    Floats sums;
    Hashes keys;
} WordCache;

/* phrases.Index */
typedef struct {
    Ints begin;
    Hashes hashes;
    Bytes codes;
} Index;

/* A model's n-grams: (buckets, columns) float32, idf squared, then idf * weight for every label. */
typedef struct {
    Floats rows;
    WordCache cache;
} Weights;

/* Bucket of a hash: its best-mixed bits. */
static inline int64_t bucket_of(uint64_t hashed, int64_t bits)
{
    hashed = (hashed ^ (hashed >> 32)) * BUCKET_PRIME;
    return (int64_t)(hashed >> (64 - bits));
}

static inline bool has_words(const Grams *grams) { return grams->word_low <= grams->word_high; }

/* The first bucket of the character n-grams. */
static inline int64_t characters_from(const Grams *grams)
{
    return has_words(grams) ? (int64_t)1 << grams->bits : 0;
}

/* Norms that give each kind its length. squares: of the values of each kind. */
static inline Norms norms_of(const Grams *grams, const double *squares)
{
    bool both = has_words(grams) && grams->char_low <= grams->char_high;
    Norms norms;
    for (int kind = 0; kind < KINDS; kind++) {
        double norm = squares[kind] > 0 ? sqrt(squares[kind]) : 1;
        norms.of[kind] = both ? norm / LENGTHS[kind] : norm;
    }
    return norms;
}

/* Sublinear term frequency. */
static inline float term_frequency(const Known *known, int64_t count)
{
    if (count < known->frequencies.rows)
        return AT(known->frequencies, count);
    return (float)(1 + log((double)count));
}

static inline double log_count(const Known *known, int64_t count)
{
    return count < known->log_counts.rows ? AT(known->log_counts, count) : log1p((double)count);
}

int64_t read_row(const Comments *comments, int64_t row);
int64_t list_buckets(const Reading *reading, int64_t item);
uint64_t slot_of(uint64_t hashed, const WordCache *cache);
Norms score_comment(const Reading *reading, const Weights *weights, Doubles logits);
void explain_comment(const Reading *reading, const Weights *weights, Norms norms, Doubles out);
void describe(const Scratch *s, Floats out);

/* Phrases: how many there are, and the length of their row. */
typedef struct {
    int64_t size;
    double norm;
} Distinct;

int64_t find_phrases(const Reading *reading, const Index *index, Ints words);
Distinct distinct_phrases(const Known *known, Ints ids, int64_t size);
double phrase_share(const Known *known, const Distinct *found, int32_t phrase, int64_t count);
static const float SHARE = 0.5f; /* length of the phrase part of a row */

/* Join equal buckets of a row. */
typedef struct {
    int64_t mark; /* of the row */
    Longs stamp, place;
    Ints indices;
    Floats values;
} Row;

/* Add `amount` to the row's bucket; returns where the row ends now. */
static inline int64_t put(const Row *row, int64_t bucket, double amount, int64_t filled)
{
    bool filling = row->indices.rows > 0;
    if (AT(row->stamp, bucket) != row->mark) {
        AT(row->stamp, bucket) = row->mark;
        AT(row->place, bucket) = filled;
        if (filling) {
            AT(row->indices, filled) = (int32_t)bucket;
            AT(row->values, filled) = 0;
        }
        filled++;
    }
    if (filling) {
        float *value = &AT(row->values, AT(row->place, bucket));
        *value = (float)(*value + amount);
    }
    return filled;
}

/* Divide the row's values from `begin` to `end` by the norm of their kind. */
static inline void divide(const Row *row, int64_t begin, int64_t end, const Grams *grams,
                          const double *squares)
{
    int64_t characters = characters_from(grams);
    const Norms norms = norms_of(grams, squares);
    for (int64_t k = begin; k < end; k++)
        AT(row->values, k) /= (float)norms.of[AT(row->indices, k) >= characters];
}

#endif
