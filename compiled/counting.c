/* Read every training text once: n-grams, phrases, dense features; see
   moderation/training/counting.py. */
#include "scores.h"

/* What is written for each text: how many n-grams and phrases, and its dense features. */
typedef struct {
    Longs sizes, phrase_sizes;
    Floats dense;
} PerText;

/* Where n-grams and phrases are listed. */
typedef struct {
    Ints buckets;
    Floats often;
    Ints ids;
    Floats shares;
} Room;

typedef struct {
    Comments comments;
    Index index;
    Room room;
    PerText per_text;
    Longs ends;
} ListRows;

/* List the n-grams of the comment just read, from `at` on; returns where they end, -1 without
   room. */
static int64_t list_grams(const Reading *reading, const Room *room, int64_t at)
{
    const Scratch *s = &reading->scratch;
    for (int64_t item = 0; item < STATE(s, ITEMS); item++) {
        int64_t count = list_buckets(reading, item);
        if (at + count > room->buckets.rows)
            return -1;
        float frequency = term_frequency(&reading->known, AT(s->item_count, item));
        for (int64_t k = 0; k < count; k++, at++) {
            AT(room->buckets, at) = AT(s->room, k);
            AT(room->often, at) = frequency;
        }
    }
    return at;
}

/* List the phrases of the comment just read, from `at` on; returns how many. */
static int64_t list_shares(const ListRows *job, int64_t at)
{
    const Reading *reading = &job->comments.reading;
    const Ints ids = reading->scratch.room, nobody = {NULL, 0, 3};
    int64_t size = find_phrases(reading, &job->index, nobody);
    Distinct found = distinct_phrases(&reading->known, ids, size);
    for (int64_t k = 0; k < found.size; k++) {
        int32_t phrase = AT(ids, k);
        AT(job->room.ids, at + k) = phrase;
        AT(job->room.shares, at + k) =
            (float)phrase_share(&reading->known, &found, phrase, AT(ids, size + k));
    }
    return found.size;
}

/* List the texts; returns the first that there was no room for. ends: raised by how many n-grams
   and phrases were listed. */
static int64_t list_rows_of(ListRows *job)
{
    const Reading *reading = &job->comments.reading;
    const Scratch *s = &reading->scratch;
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        describe(s, ROW(Floats, job->per_text.dense, row));
        int64_t begin = AT(job->ends, 0), phrases = AT(job->ends, 1);
        if (phrases + PER_WORD * STATE(s, TOKENS) > job->room.ids.rows)
            return row;
        int64_t end = list_grams(reading, &job->room, begin);
        if (end < 0)
            return row;
        int64_t known = list_shares(job, phrases);
        AT(job->per_text.sizes, row) = end - begin;
        AT(job->per_text.phrase_sizes, row) = known;
        AT(job->ends, 0) = end;
        AT(job->ends, 1) = phrases + known;
    }
    return job->comments.last;
}
ENTRY(list_rows, ListRows)

/* counting.Occurrences */
typedef struct {
    Longs begin;
    Ints buckets;
    Floats often;
} Occurrences;

typedef struct {
    Occurrences grams;
    Longs used, stamp, seen;
} CountTexts;

/* Add to `seen` the texts that each bucket occurs in. stamp: (buckets,) of -1. */
static int64_t count_texts_of(CountTexts *job)
{
    for (int64_t k = 0; k < job->used.rows; k++) {
        int64_t row = AT(job->used, k), last = AT(job->grams.begin, row + 1);
        for (int64_t at = AT(job->grams.begin, row); at < last; at++) {
            int32_t bucket = AT(job->grams.buckets, at);
            if (AT(job->stamp, bucket) == row)
                continue;
            AT(job->stamp, bucket) = row;
            AT(job->seen, bucket) += 1;
        }
    }
    return 0;
}
ENTRY(count_texts, CountTexts)

typedef struct {
    Grams kinds;
    Occurrences grams;
    int64_t first, last;
    Floats idf;
    Longs stamp, place, indptr;
    Ints indices;
    Floats values;
} WeighRows;

/* Join and weigh the n-grams of some texts; run twice, like `count_rows`. */
static int64_t weigh_rows_of(WeighRows *job)
{
    bool filling = job->indices.rows > 0;
    int64_t characters = characters_from(&job->kinds);
    Row joined = {0, job->stamp, job->place, job->indices, job->values};
    for (int64_t row = job->first; row < job->last; row++) {
        int64_t start = filling ? AT(job->indptr, row) : 0, filled = start;
        int64_t last = AT(job->grams.begin, row + 1);
        double squares[KINDS] = {0, 0};
        joined.mark = filling ? -row - 1 : row + 1;
        for (int64_t k = AT(job->grams.begin, row); k < last; k++) {
            int32_t bucket = AT(job->grams.buckets, k);
            float idf = AT(job->idf, bucket);
            if (idf == 0)
                continue;
            double amount = (double)AT(job->grams.often, k) * idf;
            squares[bucket >= characters] += amount * amount;
            filled = put(&joined, bucket, amount, filled);
        }
        if (!filling)
            AT(job->indptr, row + 1) = filled;
        if (filling)
            divide(&joined, start, filled, &job->kinds, squares);
    }
    return 0;
}
ENTRY(weigh_rows, WeighRows)
