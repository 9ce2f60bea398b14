/* Arrays as NumPy lays them out, memory for one call, and how a call fails.

   Every access goes through AT, CELL, ROW, ROWS or PART. Built with -DCHECKED they test the index
   and end the call with the place in the source; otherwise they cost nothing. */
#ifndef ARRAYS_H
#define ARRAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY(name, type)      \
    typedef struct {           \
        type *at;              \
        int64_t rows, columns; \
    } name

ARRAY(Bytes, uint8_t);
ARRAY(Ints, int32_t);
ARRAY(Unsigned, uint32_t);
ARRAY(Longs, int64_t);
ARRAY(Hashes, uint64_t);
ARRAY(Floats, float);
ARRAY(Doubles, double);

/* End the call: Python raises `message`. */
_Noreturn void fail(const char *message, const char *file, int line);

/* `count` items of `size` bytes, freed when the call ends or by `give_back`. */
void *borrow(int64_t count, size_t size);
void *borrow_zeros(int64_t count, size_t size);

/* Free what was borrowed after `kept` = borrowed(). */
void *borrowed(void);
void give_back(void *kept);

#define NEW(Array, type, count) ((Array){borrow(count, sizeof(type)), count, 1})
#define ZEROS(Array, type, count) ((Array){borrow_zeros(count, sizeof(type)), count, 1})

#ifdef CHECKED
static inline int64_t within(int64_t index, int64_t size, const char *file, int line)
{
    if (index < 0 || index >= size)
        fail("an index out of bounds", file, line);
    return index;
}

static inline int64_t begins(int64_t from, int64_t to, int64_t size, const char *file, int line)
{
    if (from < 0 || to < from || to > size)
        fail("a part out of bounds", file, line);
    return from;
}
#define WITHIN(index, size) within((int64_t)(index), size, __FILE__, __LINE__)
#define BEGINS(from, to, size) begins((int64_t)(from), (int64_t)(to), size, __FILE__, __LINE__)
#else
#define WITHIN(index, size) (index)
#define BEGINS(from, to, size) (from)
#endif

/* Item `i` of all. */
#define AT(a, i) ((a).at[WITHIN(i, (a).rows * (a).columns)])
/* Item `c` of row `r`. */
#define CELL(a, r, c) ((a).at[WITHIN(r, (a).rows) * (a).columns + WITHIN(c, (a).columns)])
/* Row `r` as an array of its own. */
#define ROW(Array, a, r) \
    ((Array){(a).at + (int64_t)WITHIN(r, (a).rows) * (a).columns, (a).columns, 1})
/* Rows `from` to `to`. */
#define ROWS(Array, a, from, to) \
    ((Array){(a).at + BEGINS(from, to, (a).rows) * (a).columns, (to) - (from), (a).columns})
/* Items `from` to `to` of an array of one column. */
#define PART(Array, a, from, to) ((Array){(a).at + BEGINS(from, to, (a).rows), (to) - (from), 1})

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* A function for Python: `name` takes a Job, whose members are words of eight bytes, and returns
   what `name_of(job)` does. Python asks `name_words` how many they are before it calls. */
typedef int64_t (*Work)(void *job);
int64_t guarded(Work work, void *job);
#define ENTRY(name, Job)                                                         \
    static int64_t name##_work(void *job) { return name##_of((Job *)job); }      \
    EXPORT int64_t name(void *job) { return guarded(name##_work, job); }         \
    EXPORT int64_t name##_words(void) { return (int64_t)(sizeof(Job) / 8); }

#endif
