/* Short sequences of word classes; see moderation/features/phrases.py. */
#include "scores.h"

enum {
    CLASSES = 24,
    PAIRS = CLASSES,
    GAPS = PAIRS + CLASSES * CLASSES,
    TRIPLES = GAPS + CLASSES * CLASSES,
    PEOPLE = 2, /* classes up to this one name people: slurs, and groups */
    DRAWER_BITS = 14,
    FEW = 12, /* numbers that are sorted in one go */
};

/* Class of a word, 0 for none. */
static int64_t class_of(const Index *index, uint64_t hashed)
{
    uint64_t mixed = hashed * BUCKET_PRIME, drawer = mixed >> (64 - DRAWER_BITS);
    int64_t last = AT(index->begin, drawer + 1);
    for (int64_t k = AT(index->begin, drawer); k < last; k++)
        if (AT(index->hashes, k) == mixed)
            return AT(index->codes, k);
    return 0;
}

/* Note the class of each distinct word of the comment just scored; `cache` keeps it. */
static void classify_kept(const Scratch *s, const Index *index, const WordCache *cache)
{
    int64_t note = cache->keys.columns - 1, items = STATE(s, ITEMS);
    for (int64_t item = 0; item < items; item++) {
        if (AT(s->item_token, item) < 0)
            continue;
        uint64_t hashed = AT(s->item_hash, item), slot = slot_of(hashed, cache);
        bool known = CELL(cache->keys, slot, 0) == hashed; /* no other word has taken the place */
        int64_t code = known ? (int64_t)CELL(cache->keys, slot, note) - 1 : -1;
        if (code < 0) {
            code = class_of(index, hashed);
            if (known)
                CELL(cache->keys, slot, note) = (uint64_t)code + 1;
        }
        AT(s->item_class, item) = (uint8_t)code;
    }
}

/* Where phrases are noted: their numbers, and their words if somebody wants to know them. */
typedef struct {
    Ints ids, words;
    int64_t size;
} Found;

static inline void note(Found *found, int64_t phrase, int64_t one, int64_t two, int64_t three)
{
    AT(found->ids, found->size) = (int32_t)phrase;
    if (found->words.rows) {
        CELL(found->words, found->size, 0) = (int32_t)one;
        CELL(found->words, found->size, 1) = (int32_t)two;
        CELL(found->words, found->size, 2) = (int32_t)three;
    }
    found->size++;
}

/* The phrases of a comment whose words' classes are known; returns how many. */
static int64_t list_phrases(const Scratch *s, const Index *index, Ints words)
{
    Found found = {s->room, words, 0};
    int64_t sentence = 0, one = 0, two = 0; /* the classes before, nearest last */
    int64_t at_one = -1, at_two = -1, tokens = STATE(s, TOKENS);
    bool named = !tokens || !index->hashes.rows;
    for (int64_t token = 0; token < tokens; token++) {
        int64_t code = AT(s->item_class, AT(s->token_item, token));
        if (code == 0)
            continue;
        named = named || code <= PEOPLE;
        if (AT(s->token_sentence, token) != sentence) {
            sentence = AT(s->token_sentence, token);
            one = two = 0;
        }
        if (code == two) /* a class counts once in a row: "you dirty, ugly …" */
            continue;
        note(&found, code, token, -1, -1);
        if (two)
            note(&found, PAIRS + two * CLASSES + code, at_two, token, -1);
        if (one) {
            note(&found, GAPS + one * CLASSES + code, at_one, token, -1);
            note(&found, TRIPLES + (one * CLASSES + two) * CLASSES + code, at_one, at_two, token);
        }
        one = two;
        two = code;
        at_one = at_two;
        at_two = token;
    }
    if (!named)
        note(&found, NOBODY, -1, -1, -1);
    return found.size;
}

/* Write the phrases of the comment just read to `room`; returns how many. See phrases.find. */
int64_t find_phrases(const Reading *reading, const Index *index, Ints words)
{
    const Scratch *s = &reading->scratch;
    for (int64_t item = 0; item < STATE(s, ITEMS); item++)
        if (AT(s->item_token, item) >= 0)
            AT(s->item_class, item) = (uint8_t)class_of(index, AT(s->item_hash, item));
    return list_phrases(s, index, words);
}

/* Sort `ids[begin:end]` in place.

   Source: Knuth 1973, "The Art of Computer Programming", volume 3, 5.2.1 (Shell's method). */
static void sort_ids(Ints ids, int64_t begin, int64_t end)
{
    int64_t gap = 1;
    while (FEW * gap < end - begin)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3) {
        for (int64_t i = begin + gap; i < end; i++) {
            int32_t one = AT(ids, i);
            int64_t j = i;
            while (j >= begin + gap && AT(ids, j - gap) > one) {
                AT(ids, j) = AT(ids, j - gap);
                j -= gap;
            }
            AT(ids, j) = one;
        }
    }
}

/* 0 to 3 for the four kinds of phrases. */
static inline int kind_of(int32_t phrase)
{
    return (phrase >= PAIRS) + (phrase >= GAPS) + (phrase >= TRIPLES);
}

/* Copy `ids[:size]` behind themselves, sorted: each kind by itself, four short rows. */
static void sort_kinds(Ints ids, int64_t size)
{
    int64_t ends[5] = {size, 0, 0, 0, 0}, at[4];
    for (int64_t i = 0; i < size; i++)
        ends[1 + kind_of(AT(ids, i))]++;
    for (int kind = 0; kind < 4; kind++) {
        at[kind] = ends[kind];
        ends[kind + 1] += ends[kind];
    }
    for (int64_t i = 0; i < size; i++) {
        int32_t phrase = AT(ids, i);
        AT(ids, at[kind_of(phrase)]++) = phrase;
    }
    for (int kind = 0; kind < 4; kind++)
        sort_ids(ids, ends[kind], ends[kind + 1]);
}

/* Make `ids[:size]` distinct and ascending, with their counts from `ids[size]` on.

   ids: room for twice as many. */
Distinct distinct_phrases(const Known *known, Ints ids, int64_t size)
{
    Distinct found = {0, 1.0};
    double squares = 0;
    if (!size)
        return found;
    sort_kinds(ids, size);
    for (int64_t i = size, j; i < 2 * size; i = j) {
        int32_t phrase = AT(ids, i);
        for (j = i; j < 2 * size && AT(ids, j) == phrase; j++) {
        }
        AT(ids, found.size) = phrase;
        AT(ids, size + found.size) = (int32_t)(j - i);
        double logged = log_count(known, j - i);
        if (phrase != NOBODY)
            squares += logged * logged;
        found.size++;
    }
    found.norm = sqrt(squares);
    return found;
}

/* What a phrase that occurs `count` times carries in a row; NOBODY is as long as all the others. */
double phrase_share(const Known *known, const Distinct *found, int32_t phrase, int64_t count)
{
    return phrase == NOBODY ? SHARE : SHARE * log_count(known, count) / found->norm;
}

typedef struct {
    Comments comments;
    Index index;
    Longs indptr;
    Ints indices;
    Floats values;
} CountPhrases;

/* Rows of phrases as CSR, in two runs like `count_rows`. */
static int64_t count_phrases_of(CountPhrases *job)
{
    const Reading *reading = &job->comments.reading;
    const Ints ids = reading->scratch.room, nobody = {NULL, 0, 3};
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        int64_t size = find_phrases(reading, &job->index, nobody);
        Distinct found = distinct_phrases(&reading->known, ids, size);
        if (!job->indices.rows) {
            AT(job->indptr, row + 1) = found.size;
            continue;
        }
        int64_t begin = AT(job->indptr, row);
        for (int64_t k = 0; k < found.size; k++) {
            int32_t phrase = AT(ids, k);
            AT(job->indices, begin + k) = phrase;
            AT(job->values, begin + k) =
                (float)phrase_share(&reading->known, &found, phrase, AT(ids, size + k));
        }
    }
    return 0;
}
ENTRY(count_phrases, CountPhrases)

typedef struct {
    Comments comments;
    Weights weights;
    Floats dense, intercept;
    Index index;
    Floats phrases; /* weights: (phrases, labels) */
    Doubles total;
    Floats described, out;
} ScoreAll;

/* Add to the logits what dense features, phrases and intercept carry. */
static void add_others(const ScoreAll *job, Ints ids, int64_t size)
{
    const Known *known = &job->comments.reading.known;
    int64_t labels = job->intercept.rows;
    const Doubles total = job->total;
    Distinct found = distinct_phrases(known, ids, size);
    for (int64_t label = 0; label < labels; label++)
        AT(total, label) += AT(job->intercept, label);
    for (int64_t k = 0; k < N_DENSE; k++) {
        float value = AT(job->described, k);
        for (int64_t label = 0; value != 0 && label < labels; label++)
            AT(total, label) += value * CELL(job->dense, k, label);
    }
    for (int64_t k = 0; k < found.size; k++) {
        double value = phrase_share(known, &found, AT(ids, k), AT(ids, size + k));
        for (int64_t label = 0; label < labels; label++)
            AT(total, label) += value * CELL(job->phrases, AT(ids, k), label);
    }
}

/* Score the comments by n-grams, dense features and phrases; see phrases.logits. */
static int64_t score_all_of(ScoreAll *job)
{
    const Reading *reading = &job->comments.reading;
    const Scratch *s = &reading->scratch;
    const Ints nobody = {NULL, 0, 3};
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        describe(s, job->described);
        score_comment(reading, &job->weights, job->total);
        classify_kept(s, &job->index, &job->weights.cache);
        add_others(job, s->room, list_phrases(s, &job->index, nobody));
        for (int64_t label = 0; label < job->intercept.rows; label++)
            CELL(job->out, row, label) = (float)AT(job->total, label);
    }
    return 0;
}
ENTRY(score_all, ScoreAll)
