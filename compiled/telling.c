/* The telling words of many texts at once; see moderation/evidence/telling_words.py. */
#include <math.h>
#include <string.h>

#include "terms.h"

typedef struct {
    Bytes data;
    Longs first, last;
    Ints fold;
    Bytes steps;
    double least_step;
    Longs begin, words;
} Tell;

/* Sort `order[:size]` by `key`, the lowest first; those of equal keys stay in their order.

   Returns where they stand: in `order` or in `room`. */
static Longs sort_by(Doubles key, Longs order, Longs room, int64_t size)
{
    for (int64_t width = 1; width < size; width *= 2) {
        for (int64_t low = 0; low < size; low += 2 * width) {
            int64_t middle = least(low + width, size), high = least(low + 2 * width, size);
            int64_t a = low, b = middle;
            for (int64_t k = low; k < high; k++) {
                bool left = a < middle &&
                            (b >= high || AT(key, AT(order, a)) <= AT(key, AT(order, b)));
                AT(room, k) = left ? AT(order, a) : AT(order, b);
                a += left;
                b += !left;
            }
        }
        Longs swapped = order;
        order = room;
        room = swapped;
    }
    return order;
}

/* Keep one place of each telling word of a text, and how often it stands there; how many. */
static int64_t join_words(const Tell *job, Ints slot, Longs places, int64_t found, Doubles count)
{
    int64_t size = 0;
    for (int64_t k = 0; k < found; k++) {
        int64_t bucket = CELL(places, k, 2);
        if (AT(job->steps, bucket) < job->least_step)
            continue;
        if (AT(slot, bucket) < 0) {
            AT(slot, bucket) = (int32_t)size;
            AT(count, size) = 0;
            for (int c = 0; c < 3; c++)
                CELL(places, size, c) = CELL(places, k, c);
            size++;
        }
        AT(count, AT(slot, bucket)) += 1;
    }
    return size;
}

/* The telling words of text i, from `used` on; returns where they end. */
static int64_t tell_text(const Tell *job, int64_t i, Ints slot, int64_t used)
{
    int64_t start = AT(job->first, i), stop = AT(job->last, i), room = (stop - start) / 2 + 1;
    Longs places = {borrow(3 * room, sizeof(int64_t)), room, 3};
    Doubles count = NEW(Doubles, double, room);
    int64_t found = spell(job->fold, job->data, start, stop, places);
    int64_t size = join_words(job, slot, places, found, count);
    Longs order = NEW(Longs, int64_t, size), other = NEW(Longs, int64_t, size);
    for (int64_t k = 0; k < size; k++) {
        int64_t bucket = CELL(places, k, 2);
        AT(slot, bucket) = -1;
        AT(count, k) = -(double)AT(job->steps, bucket) * (1.0 + log(AT(count, k)));
        AT(order, k) = k;
    }
    Longs sorted = sort_by(count, order, other, size);
    for (int64_t k = 0; k < size; k++, used++)
        for (int c = 0; c < 3; c++)
            CELL(job->words, used, c) = CELL(places, AT(sorted, k), c);
    return used;
}

/* Fill `words` with start, end and bucket of the telling words; returns how many there are. */
static int64_t tell_of(Tell *job)
{
    Ints slot = NEW(Ints, int32_t, N_BUCKETS);
    memset(slot.at, 0xFF, sizeof(int32_t) * N_BUCKETS); /* -1 */
    int64_t used = 0;
    for (int64_t i = 0; i < job->first.rows; i++) {
        void *kept = borrowed();
        used = tell_text(job, i, slot, used);
        give_back(kept);
        AT(job->begin, i + 1) = used;
    }
    return used;
}
ENTRY(tell, Tell)

typedef struct {
    Longs begin, bucket, mine, other_begin, other_bucket, others;
    int64_t shared;
    Longs found;
} Compare;

/* Fill `found`; see TellingWords.compared. Texts that follow one another are met once. */
static int64_t compare_words_of(Compare *job)
{
    Ints seen = NEW(Ints, int32_t, N_BUCKETS);
    memset(seen.at, 0xFF, sizeof(int32_t) * N_BUCKETS); /* -1 */
    int32_t stamp = 0;
    for (int64_t pair = 0; pair < job->mine.rows; pair++) {
        int64_t other = AT(job->others, pair), mine = AT(job->mine, pair), at = 0;
        if (pair == 0 || other != AT(job->others, pair - 1)) {
            stamp = (int32_t)pair;
            for (int64_t k = AT(job->other_begin, other); k < AT(job->other_begin, other + 1); k++)
                AT(seen, AT(job->other_bucket, k)) = stamp;
        }
        for (int64_t k = AT(job->begin, mine); k < AT(job->begin, mine + 1); k++) {
            if (at == job->found.columns)
                break;
            bool has = AT(seen, AT(job->bucket, k)) == stamp;
            if (has == (bool)job->shared) {
                CELL(job->found, pair, at) = k;
                at++;
            }
        }
    }
    return 0;
}
ENTRY(compare_words, Compare)
