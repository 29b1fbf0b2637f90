/* Where Lua plugins are found: the desk's own scripts/, then $XDG_DATA_HOME/copydesk/scripts, then
 * the shipped ones. The first of a kind and name wins; the others are known as shadowed. Native
 * stages are entered by whoever loaded them.
 *
 * Files of a plugin are read once, when first asked for; what is fingerprinted is what is shipped.
 * One thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

enum plugin_origin { PLUGIN_DESK, PLUGIN_USER, PLUGIN_SHIPPED, PLUGIN_NATIVE };
const char *plugin_origin_name(enum plugin_origin origin); /* "desk", "user", ... */

struct desk_stage;

struct plugin_file {
    const char *name; /* "init.lua", "names.tsv" */
    const char *bytes;
    size_t len;
};

struct plugin_entry {
    const char *kind, *name;
    enum plugin_origin origin;
    const char *path;                       /* its folder; of a native stage, the shared object */
    const struct plugin_entry *shadowed_by; /* NULL: this one is used */
    const struct desk_stage *stage; /* of a native plugin, borrowed for the life of the process */
    struct hash code;               /* of a native stage, after registry_files: its file's bytes */
    /* after registry_files: */
    bool read;
    struct plugin_file *files; /* by name; its tests among them (a native stage has no other) */
    size_t file_count;
};

struct registry;

struct registry_folders { /* each may be NULL, or not there */
    const char *desk, *user, *shipped;
};

/* "tag/ships" into its parts; ERR_USAGE says what is wrong and which kinds there are. Names are
 * lower-case letters, digits, "-" and "_", at most 64 bytes. */
#define PLUGIN_NAME_SIZE 65
struct plugin_spec {
    char kind[PLUGIN_NAME_SIZE], name[PLUGIN_NAME_SIZE];
};
int plugin_spec_parse(const char *text, struct plugin_spec *out, struct error *err);
/* The kinds, in the order of the pipeline; ends in NULL. */
extern const char *const plugin_kinds[];

/* Folders of the running program and user; mem_alloc'd strings. `user` may become NULL. */
int registry_default_folders(char **user, char **shipped, struct error *err);
/* Folder of installed native plugins, relative to the program. */
int registry_native_folder(char **out, struct error *err);

int registry_open(const struct registry_folders *folders, struct registry **out, struct error *err);
void registry_close(struct registry *registry);
/* A stage of the native plugin at `path`; a Lua plugin of its kind and name shadows it. Its
 * test.lua lies where one of a Lua plugin would, in KIND/NAME/ beside the shared object. */
int registry_add_native(struct registry *registry, const struct desk_stage *stage, const char *path,
                        struct error *err);

/* The one that wins; ERR_NOTFOUND names the nearest known one. */
int registry_find(struct registry *registry, const char *kind, const char *name,
                  struct plugin_entry **out, struct error *err);
/* All, by kind (pipeline order), name, winner first. */
struct plugin_entry **registry_all(struct registry *registry, size_t *count);
/* Reads the folder's files: regular files only, no links that leave the folder, no folders in it,
 * within PLUGIN_FILES and PLUGIN_BYTES. */
int registry_files(struct plugin_entry *entry, struct error *err);
/* test.lua and NAME.test.lua: the plugin's tests, which are no part of its code. */
bool registry_is_test(struct str name);
/* scripts/lib of all three folders: *.lua, the first of a name wins. Read once. */
int registry_lib(struct registry *registry, const struct plugin_file **files, size_t *count,
                 struct error *err);
