/* Comments to counts, tf-idf rows and scores; see moderation/features/kernel.py for what they are. */
#include "scores.h"

enum {
    COLUMNS = 4, /* weight rows are padded to a multiple: four sums stay in registers */
    AHEAD = 16,  /* items: memory takes as long as their sums */
    KEY = 2,     /* floats that a word's hash takes in the cache */
};

int64_t read_comment(const Reading *reading, Bytes data, int64_t begin, int64_t end)
{
    int64_t n = read_characters(reading, data, begin, end);
    read_extras(reading, n);
    read_tokens(reading, n);
    return n;
}

int64_t read_row(const Comments *comments, int64_t row)
{
    return read_comment(&comments->reading, comments->data, AT(comments->offsets, row),
                        AT(comments->offsets, row + 1));
}

/* Write the buckets of an item's n-grams to `room`; returns how many. */
int64_t list_buckets(const Reading *reading, int64_t item)
{
    const Scratch *s = &reading->scratch;
    const Grams *grams = &reading->grams;
    const Ints out = s->room;
    int64_t token = AT(s->item_token, item), n = 0;
    if (token < 0 || (grams->word_low <= 1 && 1 <= grams->word_high)) {
        AT(out, 0) = (int32_t)bucket_of(AT(s->item_hash, item), grams->bits);
        n = 1;
    }
    if (token < 0 || AT(s->token_size, token) < 2)
        return n;
    int64_t begin = AT(s->token_from, token), size = AT(s->token_size, token);
    int32_t from = (int32_t)characters_from(grams);
    for (int64_t first = -1; first < size; first++) {
        uint64_t hashed = CHAR_SEED;
        int64_t longest = least(grams->char_high, size + 1 - first);
        for (int64_t length = 1; length <= longest; length++) {
            int64_t k = first + length - 1;
            bool inside = 0 <= k && k < size;
            hashed = hash_letter(hashed, inside ? AT(s->chars, begin + k) : ' ');
            if (length >= grams->char_low) {
                AT(out, n) = from + (int32_t)bucket_of(hashed, grams->bits);
                n++;
            }
        }
    }
    return n;
}

/* Sum the weight rows of a word's n-grams, kind by kind, into a place of the cache. */
static void fill_slot(const Reading *reading, const Weights *weights, int64_t item, uint64_t slot)
{
    const Scratch *s = &reading->scratch;
    const Floats rows = weights->rows;
    const WordCache *cache = &weights->cache;
    const Grams *grams = &reading->grams;
    int64_t found = list_buckets(reading, item);
    int64_t own = found && AT(s->room, 0) < characters_from(grams); /* the word as a whole */
    for (int64_t column = 0; column < rows.columns; column += COLUMNS) {
        float sums[COLUMNS] = {0, 0, 0, 0};
        for (int64_t k = own; k < found; k++) { /* all rows are under way at once */
            const float *row = &CELL(rows, AT(s->room, k), column);
            for (int c = 0; c < COLUMNS; c++)
                sums[c] += row[c];
        }
        for (int c = 0; c < COLUMNS; c++) {
            float whole = own ? CELL(rows, AT(s->room, 0), column + c) : 0;
            CELL(cache->sums, slot, KEY + column + c) = whole;
            CELL(cache->sums, slot, KEY + rows.columns + column + c) = sums[c];
        }
    }
    CELL(cache->keys, slot, 0) = AT(s->item_hash, item);
    CELL(cache->keys, slot, cache->keys.columns - 1) = 0;
}

static inline uint64_t place_of(uint64_t hashed, const WordCache *cache)
{
    return ((hashed * BUCKET_PRIME) >> 32) & (uint64_t)(cache->keys.rows - 1);
}

/* Place in the cache of a word. */
uint64_t slot_of(uint64_t hashed, const WordCache *cache) { return place_of(hashed, cache); }

/* What an item adds: idf squared, then every label; of each kind, NULL for none. */
typedef struct {
    const float *of[KINDS];
} Sums;

/* A word's sums are computed if they are not kept. */
static inline Sums item_sums(const Reading *reading, const Weights *weights, int64_t item)
{
    const Scratch *s = &reading->scratch;
    uint64_t hashed = AT(s->item_hash, item);
    if (AT(s->item_token, item) < 0)
        return (Sums){{&CELL(weights->rows, bucket_of(hashed, reading->grams.bits), 0), NULL}};
    uint64_t slot = place_of(hashed, &weights->cache);
    if (CELL(weights->cache.keys, slot, 0) != hashed)
        fill_slot(reading, weights, item, slot);
    const float *words = &CELL(weights->cache.sums, slot, KEY);
    return (Sums){{words, words + weights->rows.columns}};
}

/* Have the memory that an item's sums stand in fetched: it will be needed soon. */
static inline void fetch_item(const Reading *reading, const Weights *weights, int64_t item)
{
    uint64_t hashed = AT(reading->scratch.item_hash, item);
    if (AT(reading->scratch.item_token, item) < 0)
        __builtin_prefetch(&CELL(weights->rows, bucket_of(hashed, reading->grams.bits), 0));
    else
        __builtin_prefetch(&CELL(weights->cache.keys, place_of(hashed, &weights->cache), 0));
}

/* Add the items' sums, from `column` on, to `totals`. */
static inline void add_items(const Reading *reading, const Weights *weights, int64_t column,
                             double totals[KINDS][COLUMNS])
{
    const Scratch *s = &reading->scratch;
    int64_t items = STATE(s, ITEMS);
    double words[COLUMNS] = {0, 0, 0, 0}, characters[COLUMNS] = {0, 0, 0, 0};
    for (int64_t item = 0; item < items; item++) {
        if (item + AHEAD < items)
            fetch_item(reading, weights, item + AHEAD);
        double often = term_frequency(&reading->known, AT(s->item_count, item));
        double first = column ? often : often * often; /* the first column is squared */
        const Sums sums = item_sums(reading, weights, item);
        const double times[COLUMNS] = {first, often, often, often};
        const float *word = sums.of[WORDS] + column, *inside = sums.of[CHARACTERS];
        for (int c = 0; c < COLUMNS; c++)
            words[c] += times[c] * word[c];
        if (!inside)
            continue;
        for (int c = 0; c < COLUMNS; c++)
            characters[c] += times[c] * inside[column + c];
    }
    for (int c = 0; c < COLUMNS; c++) {
        totals[WORDS][c] = words[c];
        totals[CHARACTERS][c] = characters[c];
    }
}

/* Write the dot product of the comment's tf-idf row with every label; returns the norms.

   logits: labels and padding, a column less than the weight rows have. */
Norms score_comment(const Reading *reading, const Weights *weights, Doubles logits)
{
    int64_t items = STATE(&reading->scratch, ITEMS);
    double totals[KINDS][COLUMNS];
    Norms norms = {{1, 1}};
    for (int64_t item = 0; item < least(items, AHEAD); item++)
        fetch_item(reading, weights, item);
    for (int64_t column = 0; column < weights->rows.columns; column += COLUMNS) {
        if (column == 0) {
            add_items(reading, weights, 0, totals);
            norms = norms_of(&reading->grams, (double[]){totals[WORDS][0], totals[CHARACTERS][0]});
        } else {
            add_items(reading, weights, column, totals);
        }
        for (int64_t c = column == 0; c < COLUMNS; c++)
            AT(logits, column + c - 1) = totals[WORDS][c] / norms.of[WORDS] +
                                         totals[CHARACTERS][c] / norms.of[CHARACTERS];
    }
    return norms;
}

/* A count as a number from 0 to 1: 0, 1/2, 2/3, and so on. */
static inline float bounded(int64_t count) { return (float)((double)count / ((double)count + 1.0)); }

/* The share that `part` is of `whole`, at most 1. */
static inline float share_of(int64_t part, int64_t whole)
{
    double share = (double)part / (double)whole;
    return (float)(share < 1.0 ? share : 1.0);
}

/* Write the dense features of the comment, in the order of kernel.DENSE_FEATURES. */
void describe(const Scratch *s, Floats out)
{
    int64_t length = most(SEEN(s, N_CHARS), 0); /* a stretched ß counts once here, twice folded */
    int64_t chars = most(length, 1), letters = SEEN(s, N_LETTERS), some = most(letters, 1);
    int64_t words = most(STATE(s, TOKENS), 1);
    double logged = log1p((double)length) / 10;
    AT(out, 0) = (float)(logged < 1.0 ? logged : 1.0);
    AT(out, 1) = bounded(SEEN(s, N_RAW_URLS));
    AT(out, 2) = bounded(SEEN(s, N_DOMAINS));
    AT(out, 3) = bounded(SEEN(s, N_SHORTENERS));
    AT(out, 4) = bounded(SEEN(s, N_HTML_LINKS));
    AT(out, 5) = bounded(SEEN(s, N_EMAILS));
    AT(out, 6) = bounded(SEEN(s, N_PHONES));
    AT(out, 7) = bounded(SEEN(s, N_HANDLES));
    AT(out, 8) = bounded(SEEN(s, N_MONEY));
    AT(out, 9) = (float)((double)SEEN(s, N_UPPER) / ((double)letters + 5.0));
    AT(out, 10) = bounded(SEEN(s, N_STRETCHED));
    AT(out, 11) = bounded(SEEN(s, N_EXCLAIM));
    AT(out, 12) = share_of(SEEN(s, N_EMOJI), words);
    AT(out, 13) = share_of(SEEN(s, N_QUOTED_LINES), chars);
    AT(out, 14) = share_of(SEEN(s, N_QUOTED), chars);
    AT(out, 15) = share_of(SEEN(s, N_DIGITS), chars);
    AT(out, 16) = (float)((double)most(SEEN(s, N_FOREIGN), 0) / (double)some);
    AT(out, 17) = (float)((double)SEEN(s, N_REPEATS) / (double)words);
    AT(out, 18) = share_of(SEEN(s, N_STYLED), some);
    AT(out, 19) = bounded(SEEN(s, N_MARKS));
    AT(out, 20) = bounded(SEEN(s, N_INVISIBLE));
    AT(out, 21) = bounded(SEEN(s, N_MIXED));
    AT(out, 22) = bounded(SEEN(s, N_LEET));
    AT(out, 23) = bounded(SEEN(s, N_SPACED));
    AT(out, 24) = bounded(SEEN(s, N_MASKED));
}

/* Add what every word of the comment just scored adds to `out`: (tokens, labels).

   An item's share is divided equally among its occurrences, a pair's between its two words. */
void explain_comment(const Reading *reading, const Weights *weights, Norms norms, Doubles out)
{
    const Scratch *s = &reading->scratch;
    int64_t items = STATE(s, ITEMS), labels = out.columns, previous = -1;
    void *kept = borrowed();
    Doubles parts = {borrow(items * labels, sizeof(double)), items, labels};
    for (int64_t item = 0; item < items; item++) {
        int64_t count = AT(s->item_count, item);
        double share = term_frequency(&reading->known, count) / (double)count;
        const Sums sums = item_sums(reading, weights, item);
        for (int64_t label = 0; label < labels; label++) {
            double total = sums.of[WORDS][1 + label] / norms.of[WORDS];
            if (sums.of[CHARACTERS])
                total += sums.of[CHARACTERS][1 + label] / norms.of[CHARACTERS];
            CELL(parts, item, label) = share * total;
        }
    }
    for (int64_t token = 0; token < STATE(s, TOKENS); token++) {
        int64_t item = AT(s->token_item, token), pair = AT(s->token_pair, token);
        for (int64_t label = 0; label < labels; label++) {
            CELL(out, token, label) += CELL(parts, item, label);
            if (pair >= 0) {
                CELL(out, token, label) += 0.5 * CELL(parts, pair, label);
                CELL(out, previous, label) += 0.5 * CELL(parts, pair, label);
            }
        }
        if (AT(s->token_main, token))
            previous = token;
    }
    give_back(kept);
}

typedef struct {
    Comments comments;
    Floats out;
} DescribeRows;

/* The dense features of the comments. */
static int64_t describe_rows_of(DescribeRows *job)
{
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        Floats out = {&CELL(job->out, row, 0), N_DENSE, 1};
        describe(&job->comments.reading.scratch, out);
    }
    return 0;
}
ENTRY(describe_rows, DescribeRows)

typedef struct {
    Bytes data;
    int64_t begin, end;
    Reading reading;
} ReadComment;

static int64_t read_comment_alone_of(ReadComment *job)
{
    return read_comment(&job->reading, job->data, job->begin, job->end);
}
ENTRY(read_comment_alone, ReadComment)

typedef struct {
    Comments comments;
    Floats idf;
    int64_t weigh;
    Longs stamp, place, indptr;
    Ints indices;
    Floats values;
} CountRows;

/* One row of counts or tf-idf; `filled` is where it begins. Returns where it ends. */
static int64_t count_row(const CountRows *job, int64_t row, int64_t filled)
{
    const Reading *reading = &job->comments.reading;
    const Scratch *s = &reading->scratch;
    bool filling = job->indices.rows > 0;
    int64_t characters = characters_from(&reading->grams), begin = filled;
    double squares[KINDS] = {0, 0};
    Row joined = {filling ? -row - 1 : row + 1, job->stamp, job->place, job->indices, job->values};
    for (int64_t item = 0; item < STATE(s, ITEMS); item++) {
        int64_t count = AT(s->item_count, item);
        double weight = job->weigh ? term_frequency(&reading->known, count) : (double)count;
        int64_t found = list_buckets(reading, item);
        for (int64_t k = 0; k < found; k++) {
            int64_t bucket = AT(s->room, k);
            float idf = AT(job->idf, bucket);
            if (idf == 0)
                continue;
            double amount = job->weigh ? weight * idf : weight;
            squares[bucket >= characters] += amount * amount;
            filled = put(&joined, bucket, amount, filled);
        }
    }
    if (filling && job->weigh)
        divide(&joined, begin, filled, &reading->grams, squares);
    return filled;
}

/* Rows of n-gram counts, or of tf-idf; see kernel.count_rows. */
static int64_t count_rows_of(CountRows *job)
{
    bool filling = job->indices.rows > 0;
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        int64_t filled = count_row(job, row, filling ? AT(job->indptr, row) : 0);
        if (!filling)
            AT(job->indptr, row + 1) = filled;
    }
    return 0;
}
ENTRY(count_rows, CountRows)
