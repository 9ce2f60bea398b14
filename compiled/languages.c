/* How likely texts are of each language of a script; see moderation/language/ngrams.py. */
#include "arrays.h"

enum {
    SLOT_BITS = 19,  /* ngrams._SLOTS */
    PRINT_BITS = 13, /* ngrams._PRINT */
    LONGEST = 5,     /* ngrams.LONGEST */
};
static const uint64_t FACTOR = 0x9E3779B97F4A7C15u;
static const uint32_t FREE = UINT32_MAX, ROW_BITS = UINT32_MAX >> PRINT_BITS;

typedef struct {
    Bytes data;
    Longs bounds;
    Unsigned slots;
    Bytes weights;
    double step;        /* what 1 of a weight is worth: a float */
    Floats logs, start; /* logs: by count, the last for all more */
    Floats out;
} LanguageScores;

/* Row of the longest n-gram that ends with these bytes, the last one lowest; -1 = none is known. */
static int32_t longest_ngram(Unsigned slots, uint64_t bytes, int64_t length)
{
    for (; length > 1; length--) {
        uint64_t key = (bytes & (((uint64_t)1 << 8 * length) - 1)) | (uint64_t)length << 48;
        uint64_t mixed = key * FACTOR;
        uint32_t slot = AT(slots, mixed >> (64 - SLOT_BITS));
        if (slot != FREE && (slot & ~ROW_BITS) == ((uint32_t)(mixed >> 8) & ~ROW_BITS))
            return (int32_t)(slot & ROW_BITS);
    }
    return -1;
}

static void sort(Ints of)
{
    int64_t gap = 1;
    while (gap < of.rows / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (int64_t i = gap; i < of.rows; i++) {
            int32_t one = AT(of, i);
            int64_t j = i;
            for (; j >= gap && AT(of, j - gap) > one; j -= gap)
                AT(of, j) = AT(of, j - gap);
            AT(of, j) = one;
        }
}

/* Fill a row of `out`: what its n-grams are worth, in the order of the table. */
static void score_text(const LanguageScores *job, int64_t text)
{
    const int64_t first = AT(job->bounds, text), last = AT(job->bounds, text + 1);
    Floats out = ROW(Floats, job->out, text);
    Ints found = NEW(Ints, int32_t, last - first);
    uint64_t bytes = 0;
    int64_t n = 0;
    for (int64_t at = first; at < last; at++) {
        bytes = bytes << 8 | AT(job->data, at);
        int32_t row = longest_ngram(job->slots, bytes, least(LONGEST, at - first + 1));
        if (row >= 0) {
            AT(found, n) = row;
            n++;
        }
    }
    found.rows = n;
    sort(found);
    const float step = (float)job->step;
    for (int64_t k = 0; k < out.rows; k++)
        AT(out, k) = 0;
    for (int64_t at = 0, end; at < n; at = end) {
        for (end = at + 1; end < n && AT(found, end) == AT(found, at);)
            end++;
        float log = AT(job->logs, least(end - at, job->logs.rows - 1));
        Bytes weights = ROW(Bytes, job->weights, AT(found, at));
        for (int64_t k = 0; k < out.rows; k++)
            AT(out, k) += log * (AT(weights, k) * step);
    }
    for (int64_t k = 0; k < out.rows; k++)
        AT(out, k) += AT(job->start, k);
}

static int64_t language_scores_of(LanguageScores *job)
{
    for (int64_t text = 0; text < job->bounds.rows - 1; text++) {
        void *kept = borrowed();
        score_text(job, text);
        give_back(kept);
    }
    return 0;
}
ENTRY(language_scores, LanguageScores)
