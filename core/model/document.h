/* A document: the bytes that came in, kept as they came, known by their SHA-256. */
#pragma once

#include <stdint.h>

#include "base/hash.h"
#include "base/str.h"

struct document {
    int64_t id; /* 0: not stored yet */
    struct hash hash;
    struct str bytes;    /* as they came */
    struct str source;   /* where from: "folder", "stdin", a feed's name ... */
    struct str path;     /* absolute path, or empty */
    struct str name;     /* base name, or "stdin" */
    struct str encoding; /* what it was decoded from; empty until ingested */
    int64_t received_us;
    /* of the file, for the receipt; 0 where there was no file */
    uint64_t device, inode;
    int64_t mtime_us;
};
