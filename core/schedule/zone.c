/* The format: a header and a block with times of 32 bits, for old readers; from version 2 on a
 * second header and block with 64 bits, and a line with the rule for what comes after. Files come
 * from the system, but TZDIR may name any folder: every count is checked against the bytes that are
 * there before it is used. */
#include "schedule/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "schedule/civil.h"

#define HEADER_SIZE 44
#define OFFSET_MIN  (-89999) /* RFC 8536, 3.2: from -25 to +26 hours, both left out */
#define OFFSET_MAX  93599

struct zone_type {
    int32_t offset;
    bool dst;
    char name[ZONE_NAME_SIZE];
};

struct zone {
    char *name;
    struct zone_type *types;
    int64_t *times; /* ascending */
    uint8_t *kinds; /* index into types: from times[i] on */
    size_t count;
    struct zone_rule rule; /* from the last time on */
};

struct header {
    int version;
    uint32_t utc_count, std_count, leap_count, time_count, type_count, char_count;
};

struct file {
    const char *name;
    const unsigned char *at, *end;
    struct error *err;
};

static int damaged(const struct file *file, const char *why)
{
    return error_set(file->err, ERR_INVALID, "time zone %s: its file is damaged: %s", file->name,
                     why);
}

static uint32_t read_32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_time(const unsigned char *at, size_t size)
{
    if (size == 4)
        return (int32_t)read_32(at);
    return (int64_t)((uint64_t)read_32(at) << 32 | read_32(at + 4));
}

static int read_header(struct file *file, struct header *out)
{
    const unsigned char *at = file->at;
    if (file->end - at < HEADER_SIZE || memcmp(at, "TZif", 4) != 0)
        return damaged(file, "it does not begin as a TZif file");
    *out = (struct header){.version = at[4] == 0 ? 1 : at[4] - '0',
                           .utc_count = read_32(at + 20),
                           .std_count = read_32(at + 24),
                           .leap_count = read_32(at + 28),
                           .time_count = read_32(at + 32),
                           .type_count = read_32(at + 36),
                           .char_count = read_32(at + 40)};
    file->at += HEADER_SIZE;
    if (out->version < 1 || out->version > 9)
        return damaged(file, "its version is none");
    return 0;
}

static uint64_t block_size(const struct header *header, size_t time_size)
{
    return (uint64_t)header->time_count * (time_size + 1) + (uint64_t)header->type_count * 6 +
           header->char_count + (uint64_t)header->leap_count * (time_size + 4) + header->std_count +
           header->utc_count;
}

static int read_types(struct file *file, struct zone *zone, const struct header *header,
                      const unsigned char *at)
{
    const char *chars = (const char *)at + (size_t)header->type_count * 6;
    zone->types = mem_zero(header->type_count, sizeof *zone->types);
    if (!zone->types)
        return error_set(file->err, ERR_NOMEM, "out of memory for time zone %s", file->name);
    for (uint32_t i = 0; i < header->type_count; i++, at += 6) {
        struct zone_type *type = &zone->types[i];
        type->offset = (int32_t)read_32(at);
        type->dst = at[4] != 0;
        if (type->offset < OFFSET_MIN || type->offset > OFFSET_MAX)
            return damaged(file, "an offset is over a day");
        if (at[5] >= header->char_count || !memchr(chars + at[5], 0, header->char_count - at[5]))
            return damaged(file, "an abbreviation lies outside");
        snprintf(type->name, sizeof type->name, "%s", chars + at[5]);
    }
    return 0;
}

static int read_times(struct file *file, struct zone *zone, const struct header *header,
                      size_t time_size)
{
    const unsigned char *kinds = file->at + (size_t)header->time_count * time_size;
    zone->times = mem_array((size_t)header->time_count + 1, sizeof *zone->times);
    zone->kinds = mem_array((size_t)header->time_count + 1, sizeof *zone->kinds);
    if (!zone->times || !zone->kinds)
        return error_set(file->err, ERR_NOMEM, "out of memory for time zone %s", file->name);
    for (uint32_t i = 0; i < header->time_count; i++) {
        zone->times[i] = read_time(file->at + i * time_size, time_size);
        zone->kinds[i] = kinds[i];
        if (kinds[i] >= header->type_count)
            return damaged(file, "a change leads to a type that is not there");
        if (i > 0 && zone->times[i] <= zone->times[i - 1])
            return damaged(file, "its changes are not in the order of time");
    }
    zone->count = header->time_count;
    return read_types(file, zone, header, kinds + header->time_count);
}

static int read_rule(struct file *file, struct zone *zone)
{
    const size_t left = (size_t)(file->end - file->at);
    const unsigned char *line_end = left > 1 ? memchr(file->at + 1, '\n', left - 1) : NULL;
    if (left == 0 || *file->at != '\n' || !line_end)
        return damaged(file, "the line at its end is missing");
    const struct str text = {(const char *)file->at + 1, (size_t)(line_end - file->at) - 1};
    if (text.len > 0 && !zone_rule_read(text, &zone->rule))
        return damaged(file, "the rule at its end cannot be understood");
    return 0;
}

static int read_block(struct file *file, struct zone *zone, const struct header *header,
                      size_t time_size)
{
    if (header->type_count < 1 || header->type_count > 256 || header->char_count < 1)
        return damaged(file, "it has no types, or too many");
    if (header->leap_count > 0)
        return error_set(file->err, ERR_INVALID,
                         "time zone %s counts leap seconds; use the zone of that name outside of "
                         "right/",
                         file->name);
    const int code = read_times(file, zone, header, time_size);
    file->at += block_size(header, time_size);
    return code;
}

static int read_all(struct file *file, struct zone *zone)
{
    struct header header;
    int code = read_header(file, &header);
    if (code < 0)
        return code;
    if (block_size(&header, 4) > (uint64_t)(file->end - file->at))
        return damaged(file, "it is cut short");
    if (header.version == 1)
        return read_block(file, zone, &header, 4);
    file->at += block_size(&header, 4);
    if ((code = read_header(file, &header)) < 0)
        return code;
    if (block_size(&header, 8) > (uint64_t)(file->end - file->at))
        return damaged(file, "it is cut short");
    code = read_block(file, zone, &header, 8);
    return code < 0 ? code : read_rule(file, zone);
}

int zone_read(const char *name, struct str bytes, struct zone **out, struct error *err)
{
    struct file file = {name, (const unsigned char *)bytes.at,
                        (const unsigned char *)bytes.at + bytes.len, err};
    struct zone *zone = mem_zero(1, sizeof *zone);
    *out = NULL;
    if (!zone || !(zone->name = mem_strdup(name))) {
        zone_close(zone);
        return error_set(err, ERR_NOMEM, "out of memory for time zone %s", name);
    }
    const int code = read_all(&file, zone);
    if (code < 0)
        zone_close(zone);
    else
        *out = zone;
    return code;
}

void zone_close(struct zone *zone)
{
    if (!zone)
        return;
    mem_free(zone->name);
    mem_free(zone->types);
    mem_free(zone->times);
    mem_free(zone->kinds);
    mem_free(zone);
}

void zone_close_at(struct zone **zone)
{
    zone_close(*zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/* ---- looking up ---- */

/* How many of the changes are at or before `utc`. */
static size_t changes_until(const struct zone *zone, int64_t utc)
{
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Without before and after. */
static void find(const struct zone *zone, int64_t utc, struct zone_segment *out)
{
    const size_t passed = changes_until(zone, utc);
    *out = (struct zone_segment){.begin = passed ? zone->times[passed - 1] : INT64_MIN,
                                 .end = passed < zone->count ? zone->times[passed] : INT64_MAX};
    if (passed < zone->count || !zone->rule.there) {
        const struct zone_type *type = &zone->types[passed ? zone->kinds[passed - 1] : 0];
        out->offset = type->offset;
        out->dst = type->dst;
        memcpy(out->name, type->name, sizeof out->name);
        return;
    }
    int64_t since;
    out->dst = zone_rule_at(&zone->rule, utc, &since, &out->end);
    if (since > out->begin)
        out->begin = since;
    out->offset = out->dst ? zone->rule.dst : zone->rule.standard;
    memcpy(out->name, out->dst ? zone->rule.dst_name : zone->rule.standard_name, sizeof out->name);
}

void zone_at(const struct zone *zone, int64_t utc, struct zone_segment *out)
{
    struct zone_segment other;
    find(zone, utc, out);
    out->before = out->after = out->offset;
    if (out->begin > INT64_MIN) {
        find(zone, out->begin - 1, &other);
        out->before = other.offset;
    }
    if (out->end < INT64_MAX) {
        find(zone, out->end, &other);
        out->after = other.offset;
    }
}

char *zone_format(const struct zone *zone, int64_t utc, char text[ZONE_TEXT_SIZE])
{
    struct zone_segment segment;
    struct civil civil;
    zone_at(zone, utc, &segment);
    civil_of(utc + segment.offset, &civil);
    const int offset = segment.offset < 0 ? -segment.offset : segment.offset;
    snprintf(text, ZONE_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", (int)civil.year,
             civil.month, civil.day, civil.hour, civil.minute, civil.second,
             segment.offset < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
    return text;
}
