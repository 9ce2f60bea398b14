/* Second pass over a comment: folded characters to words, with disguises undone.

   What a word is, and what is undone (`fold=True`):

       words        runs of letters and digits; n't, 's and their like are joined (dont, its)
       leet         digits between letters and $ @ ! | in words: sh1t, $hit, @ss. A digit only before
                    or after the letters (mp3, iPhone6) gives a second form, or is a letter where
                    only that makes a common word (shu7); 2 is no letter (B2B); 4th, 1st are left
                    alone. 1 ! | are i, or l where that makes a common word
       stretched    three or more equal letters count as one (shiiit); where English doubles the
                    letter, two of them (cooool) if that is the commoner word, and as a second form
                    where both or neither are words
       spaced out   three or more single letters with equal separators: d.o.t.t.e.d is one word,
                    s p a c e d  o u t  as many as make the likeliest sentence
       look-alikes  in a word that mixes scripts, or in a comment that has no letter of another
                    script that cannot pass for Latin: clean Russian and Greek stay as they are
       masked       f*ck stays one word

   Inside links and addresses nothing but look-alikes is undone. A second form is a word of its own,
   but takes no part in word pairs. What stood for a letter is no exclamation mark and no digit any
   more, and what was drawn out or spaced is as long as the word it hides: a comment is described by
   the same numbers, disguised or not, but for those that count disguises. */
#include "words.h"

enum { NUMBER_DIGITS = 5 }; /* longer numbers count by their length only: prices do not repeat */

/* Empty the tables for the next comment. */
static Pass begin_tokens(const Reading *reading, int64_t n)
{
    const Scratch *s = &reading->scratch;
    STATE(s, TOP) = n;
    STATE(s, TOKENS) = 0;
    STATE(s, ITEMS) = 0;
    STATE(s, LAST) = -1;
    STATE(s, STAMP) += 1;
    STATE(s, ENDS) = 0;
    STATE(s, ENDS_BEFORE) = 0;
    STATE(s, END_AT) = -1;
    STATE(s, SIGNS_TO) = 0;
    uint64_t mask = 63;
    while (mask < 2 * (uint64_t)n + 2)
        mask = 2 * mask + 1;
    return (Pass){&reading->known, s, n, mask, reading->grams.word_high >= 2};
}

/* A word as it was met: letters and digits. */
typedef struct {
    int64_t i, end;
    uint64_t hashed;
    uint8_t first, flags, varied; /* the first one's kind and flags, all of theirs, those not shared */
    bool stretched;
} Word;

/* Look once at every character of the word at `i`. */
static inline Word look_at(const Pass *pass, int64_t i)
{
    const Ints chars = pass->s->chars;
    const Bytes kinds = pass->s->kind;
    Word word = {i, i, HASH_SEED, AT(kinds, i), 0, 0, false};
    bool emoji = (word.first & KIND_BITS) == EMOJI;
    int32_t before = -1, last = -1;
    uint64_t hashed = HASH_SEED;
    uint32_t flags = 0, varied = 0, stretched = 0;
    int64_t j = i;
    do {
        int32_t letter = AT(chars, j);
        uint32_t kind = AT(kinds, j);
        flags |= kind;
        varied |= kind ^ word.first;
        stretched |= (letter == last) & (letter == before);
        hashed = hash_letter(hashed, letter);
        before = last;
        last = letter;
        j++;
    } while (!emoji && j < pass->n && (AT(kinds, j) & WORD_BITS) == LETTER);
    word.end = j;
    word.hashed = hashed;
    word.flags = (uint8_t)flags;
    word.varied = (uint8_t)varied;
    word.stretched = stretched;
    return word;
}

/* Whether letters and digits are a word as they stand. */
static inline bool is_plain(const Pass *pass, const Word *word)
{
    const Scratch *s = pass->s;
    if (word->first & IN_LINK)
        return !(word->flags & LOOK);
    if (word->end < pass->n && KIND(s, word->end) == PUNCT) {
        int32_t letter = AT(s->chars, word->end);
        if (is_sign(letter) || is_apostrophe(letter))
            return false;
    }
    if (word->varied & KIND_BITS || (word->stretched && (word->first & KIND_BITS) == LETTER))
        return false;
    if (!(word->flags & LOOK))
        return true;
    return !(word->flags & LATIN) && (SEEN(s, N_STRANGE) > 0 || SEEN(s, N_LATIN) == 0);
}

/* Whether the sign at `i` is the first letter of a word ($hit, @ss); counts @handles. */
static bool sign_begins(const Pass *pass, int64_t i)
{
    const Scratch *s = pass->s;
    const Ints chars = s->chars;
    int64_t n = pass->n;
    if (AT(s->kind, i) & IN_LINK || i + 1 >= n || KIND(s, i + 1) == SPACE ||
        KIND(s, i + 1) == EMOJI)
        return false;
    if (AT(chars, i) == '$')
        return KIND(s, i + 1) == LETTER;
    if (AT(chars, i) != '@')
        return false;
    int64_t j = i + 1;
    while (j < n && IS_WORD(s, j))
        j++;
    bool doubled_s = i + 2 < n && AT(chars, i + 1) == 's' && AT(chars, i + 2) == 's'; /* @sshole */
    if (j - i > 4 && !doubled_s) {
        SEEN(s, N_HANDLES) += 1;
        return false;
    }
    return j > i + 1 || AT(chars, i + 1) == '$'; /* @ss, @$$ */
}

/* Read the punctuation mark at `i`; returns where to go on. */
static int64_t read_sign(const Pass *pass, int64_t i, bool fold)
{
    int32_t letter = AT(pass->s->chars, i);
    if (fold && (letter == '@' || letter == '$') && sign_begins(pass, i))
        return add_disguised(pass, i, most(word_end(pass, i), i + 1));
    note_end(pass->s, i);
    return i + 1;
}

/* Read the word or emoji at `i`; returns where to go on. */
static inline int64_t read_word(const Pass *pass, int64_t i, bool fold)
{
    const Scratch *s = pass->s;
    Word word = look_at(pass, i);
    uint8_t kind = word.first & KIND_BITS;
    if (fold && kind == LETTER && word.end - i == 1 && !(word.first & IN_LINK)) {
        int64_t after = add_spaced(pass, i);
        if (after > i)
            return after;
    }
    if (fold && kind != EMOJI && !is_plain(pass, &word))
        return add_disguised(pass, i, most(word.end, word_end(pass, i)));
    Form form = {i, word.end - i, AT(s->at, i), AT(s->at, word.end - 1) + 1, true};
    if (kind == DIGIT && form.size >= NUMBER_DIGITS && !(word.varied & KIND_BITS)) {
        for (int64_t k = i; k < word.end; k++) /* only the length of a long number counts */
            AT(s->chars, k) = '0';
        add_form(pass, form);
    } else {
        add_token(pass, word.hashed, form);
    }
    return word.end;
}

/* Find the words among the `n` folded characters and count them as items. */
void read_tokens(const Reading *reading, int64_t n)
{
    const Pass pass = begin_tokens(reading, n);
    const Scratch *s = &reading->scratch;
    bool fold = reading->grams.fold;
    for (int64_t i = 0; i < n;) {
        uint8_t kind = KIND(s, i);
        if (kind == SPACE)
            i++;
        else if (kind == PUNCT)
            i = read_sign(&pass, i, fold);
        else
            i = read_word(&pass, i, fold);
    }
}
