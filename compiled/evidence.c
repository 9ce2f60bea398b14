/* What every word of many comments carries; see moderation/evidence/words.py. */
#include "scores.h"

typedef struct {
    Comments comments;
    Weights weights;
    Index index;
    Floats phrases;
    Longs counts;
    Floats described;
    Ints start, end;
    Doubles shares;
} ExplainRows;

/* Place of `id` among the ascending `ids[:size]`. */
static int64_t place_among(Ints ids, int64_t size, int32_t id)
{
    int64_t low = 0, high = size;
    while (low < high) {
        int64_t middle = (low + high) >> 1;
        if (AT(ids, middle) < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Add to `out` (tokens, labels) what the phrases carry, divided equally among their words. */
static void add_phrases(const ExplainRows *job, Doubles out)
{
    const Reading *reading = &job->comments.reading;
    const Ints room = reading->scratch.room;
    void *kept = borrowed();
    Ints words = {borrow(3 * PER_WORD * out.rows, sizeof(int32_t)), PER_WORD * out.rows, 3};
    int64_t size = find_phrases(reading, &job->index, words);
    Ints ids = NEW(Ints, int32_t, size);
    for (int64_t k = 0; k < size; k++)
        AT(ids, k) = AT(room, k);
    Distinct found = distinct_phrases(&reading->known, room, size);
    for (int64_t k = 0; k < size; k++) {
        int32_t phrase = AT(ids, k);
        int64_t count = AT(room, size + place_among(room, found.size, phrase)), own = 0;
        double share = phrase_share(&reading->known, &found, phrase, count) / (double)count;
        if (phrase == NOBODY) {
            for (int64_t cell = 0; cell < out.rows * out.columns; cell++)
                AT(out, cell) += share * CELL(job->phrases, phrase, cell % out.columns) /
                                 (double)out.rows;
            continue;
        }
        for (int at = 0; at < 3; at++)
            own += CELL(words, k, at) >= 0;
        share /= (double)own;
        for (int at = 0; at < 3; at++) {
            int64_t word = CELL(words, k, at);
            for (int64_t label = 0; word >= 0 && label < out.columns; label++)
                CELL(out, word, label) += share * CELL(job->phrases, phrase, label);
        }
    }
    give_back(kept);
}

/* Places and shares of every token of the comments; returns their number. */
static int64_t explain_rows_of(ExplainRows *job)
{
    const Reading *reading = &job->comments.reading;
    const Scratch *s = &reading->scratch;
    Doubles total = NEW(Doubles, double, job->weights.rows.columns - 1);
    int64_t at = 0;
    for (int64_t row = job->comments.first; row < job->comments.last; row++) {
        read_row(&job->comments, row);
        describe(s, ROW(Floats, job->described, row));
        int64_t tokens = STATE(s, TOKENS);
        AT(job->counts, row) = tokens;
        for (int64_t token = 0; token < tokens; token++) {
            AT(job->start, at + token) = AT(s->token_start, token);
            AT(job->end, at + token) = AT(s->token_end, token);
        }
        Doubles out = ROWS(Doubles, job->shares, at, at + tokens);
        for (int64_t k = 0; k < tokens * out.columns; k++)
            AT(out, k) = 0;
        Norms norms = score_comment(reading, &job->weights, total);
        explain_comment(reading, &job->weights, norms, out);
        add_phrases(job, out);
        at += tokens;
    }
    return at;
}
ENTRY(explain_rows, ExplainRows)
