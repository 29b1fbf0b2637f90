#include "plugin/native_open.h"

#include "base/alloc.h"
#include "base/file.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first ABI's struct: nothing smaller was ever valid. */
#define INFO_SIZE_FIRST sizeof(struct desk_plugin_info)

int native_name_ok(const char *name)
{
    const size_t size = name ? strnlen(name, DESK_NAME_MAX + 1) : 0;
    return size > 0 && size <= DESK_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == size;
}

static int owner_ok(const struct stat *st)
{
    return st->st_uid == 0 || st->st_uid == geteuid() || st->st_uid == getuid();
}

/* Who can replace the file or write to it runs code as us, so neither may be a stranger. */
static int check_file(const char *file, struct error *err)
{
    struct stat st;
    if (stat(file, &st) != 0)
        return error_errno(err, errno, "native plugin %s", file);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERR_DENIED, "native plugin %s: not a regular file", file);
    if (!owner_ok(&st))
        return error_set(err, ERR_DENIED,
                         "native plugin %s: owned by user %u; only root's or your own are loaded",
                         file, (unsigned)st.st_uid);
    if (st.st_mode & S_IWOTH)
        return error_set(err, ERR_DENIED,
                         "native plugin %s: anyone can write to it; run chmod o-w on it", file);
    return 0;
}

static int check_folder(const char *file, struct error *err)
{
    char copy[PATH_MAX];
    struct stat st;
    snprintf(copy, sizeof copy, "%s", file);
    const char *folder = dirname(copy);
    if (stat(folder, &st) != 0)
        return error_errno(err, errno, "folder %s of native plugin %s", folder, file);
    if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        return error_set(err, ERR_DENIED,
                         "native plugin %s: anyone can replace it, since its folder is writable "
                         "for all; run chmod o-w %s",
                         file, folder);
    return 0;
}

char *native_resolve(const char *folder, const char *path, struct error *err)
{
    char wanted[PATH_MAX], real[PATH_MAX];
    int size;
    if (path[0] == '/')
        size = snprintf(wanted, sizeof wanted, "%s", path);
    else if (native_name_ok(path))
        size = snprintf(wanted, sizeof wanted, "%s/%s.so", folder, path);
    else
        return error_set(err, ERR_DENIED,
                         "native plugin \"%s\": give the name of an installed plugin or an "
                         "absolute path",
                         path),
               NULL;
    if (size < 0 || (size_t)size >= sizeof wanted)
        return error_set(err, ERR_LIMIT, "native plugin: the path is too long"), NULL;
    if (!realpath(wanted, real))
        return error_errno(err, errno, "native plugin %s", wanted), NULL;
    if (check_file(real, err) < 0 || check_folder(real, err) < 0)
        return NULL;
    char *copy = mem_strdup(real);
    if (!copy)
        error_set(err, ERR_NOMEM, "out of memory loading %s", real);
    return copy;
}

/* --- the file, before the dynamic linker maps it ---------------------------------------------- */

/* The linker maps a file that was cut short and dies of SIGBUS later, and of a file for another
 * machine it says "cannot open shared object file". */

static int no_library(const char *file, struct error *err)
{
    return error_set(err, ERR_PLUGIN,
                     "native plugin %s: not a shared object (ELF); is it the right file?", file);
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_386:
        return "i386";
    case EM_X86_64:
        return "x86-64";
    case EM_ARM:
        return "arm";
    case EM_AARCH64:
        return "aarch64";
    case EM_RISCV:
        return "risc-v";
    case EM_PPC64:
        return "ppc64";
    case EM_S390:
        return "s390";
    default:
        return "unknown";
    }
}

/* Our own header, which the linker has mapped: what a plugin must be built for. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static int check_machine(const char *file, const ElfW(Ehdr) * head, struct error *err)
{
    if (head->e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] &&
        head->e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
        head->e_machine == __ehdr_start.e_machine)
        return 0;
    return error_set(err, ERR_VERSION,
                     "native plugin %s: built for another machine (%s, ELF machine %u); this "
                     "copydesk runs on %s (ELF machine %u): build the plugin on this system",
                     file, machine_name(head->e_machine), (unsigned)head->e_machine,
                     machine_name(__ehdr_start.e_machine), (unsigned)__ehdr_start.e_machine);
}

static int check_segments(int fd, const char *file, const ElfW(Ehdr) * head, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, errno, "native plugin %s", file);
    if (head->e_phentsize != sizeof(ElfW(Phdr)))
        return no_library(file, err);
    for (unsigned i = 0; i < head->e_phnum; i++) {
        ElfW(Phdr) segment;
        const off_t at = (off_t)(head->e_phoff + i * sizeof segment);
        if (pread(fd, &segment, sizeof segment, at) != sizeof segment ||
            (segment.p_type == PT_LOAD &&
             (segment.p_offset > (uint64_t)st.st_size ||
              segment.p_filesz > (uint64_t)st.st_size - segment.p_offset)))
            return error_set(err, ERR_PLUGIN,
                             "native plugin %s: the file is cut short (%lld bytes); copy or build "
                             "it again",
                             file, (long long)st.st_size);
    }
    return 0;
}

static int check_elf(const char *file, struct error *err)
{
    ElfW(Ehdr) head;
    FILE_AUTO int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "native plugin %s", file);
    const ssize_t size = pread(fd, &head, sizeof head, 0);
    if (size < 0)
        return error_errno(err, errno, "native plugin %s", file);
    if ((size_t)size < sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return no_library(file, err);
    const int code = check_machine(file, &head, err);
    if (code < 0)
        return code;
    return head.e_type == ET_DYN ? check_segments(fd, file, &head, err) : no_library(file, err);
}

/* --- what it says of itself ------------------------------------------------------------------- */

/* What a plugin says of itself; read with care, since its struct may be another one than ours. */
struct claim {
    uint32_t size, abi_major, abi_minor;
    uint64_t features;
};

static int refuse(const char *file, const char *why, const struct claim *claim,
                  const struct native_offer *offer, struct error *err)
{
    return error_set(
        err, ERR_VERSION,
        "native plugin %s does not fit this copydesk (%s): the plugin has ABI %u.%u, info of %u "
        "bytes, needs features 0x%" PRIx64 "; the host has ABI %u.%u, info of %u bytes, features "
        "0x%" PRIx64 "; build the plugin against this copydesk's headers",
        file, why, claim->abi_major, claim->abi_minor, claim->size, claim->features,
        offer->abi_major, offer->abi_minor, offer->info_size, offer->features);
}

/* Nothing beyond `known` bytes (the ELF symbol's size) is read. */
static bool read_claim(const void *symbol, size_t known, struct claim *claim)
{
    const struct desk_plugin_info *info = symbol;
    memset(claim, 0, sizeof *claim);
    if (known < sizeof info->size)
        return false;
    claim->size = info->size;
    const size_t head = offsetof(struct desk_plugin_info, features) + sizeof info->features;
    if (known < head || claim->size < head)
        return false;
    claim->abi_major = info->abi_major;
    claim->abi_minor = info->abi_minor;
    claim->features = info->features;
    return true;
}

static const char *other_major(const struct claim *claim, const struct native_offer *offer)
{
    return claim->abi_major < offer->abi_major ? "it is older: another major version"
                                               : "it is newer: another major version";
}

static int handshake(const char *file, const void *symbol, size_t known,
                     const struct native_offer *offer, struct error *err)
{
    struct claim claim;
    const bool readable = read_claim(symbol, known, &claim);
    if (readable && claim.abi_major != offer->abi_major) /* whose struct may be any */
        return refuse(file, other_major(&claim, offer), &claim, offer, err);
    if (!readable || claim.size < INFO_SIZE_FIRST)
        return refuse(file, "its info struct is too small", &claim, offer, err);
    if (claim.size > known)
        return refuse(file, "its info struct says that it is larger than it is", &claim, offer,
                      err);
    if (claim.abi_minor > offer->abi_minor)
        return refuse(file, "it is newer than the host", &claim, offer, err);
    if (claim.size > offer->info_size)
        return refuse(file, "its info struct is larger than the host knows", &claim, offer, err);
    if (claim.features & ~offer->features)
        return refuse(file, "it needs features that the host lacks", &claim, offer, err);
    return 0;
}

static int check_words(const char *file, const struct desk_plugin_info *info, struct error *err)
{
    if (!native_name_ok(info->name))
        return error_set(err, ERR_PLUGIN,
                         "native plugin %s: its name must be 1 to %d of a-z, 0-9, - and _", file,
                         DESK_NAME_MAX);
    if (!info->version || !info->version[0] || !info->about || !info->init)
        return error_set(err, ERR_PLUGIN,
                         "native plugin %s: version, about and init must be filled in", file);
    return 0;
}

const struct desk_plugin_info *native_open(const char *file, const struct native_offer *offer,
                                           struct error *err)
{
    if (check_elf(file, err) < 0)
        return NULL;
    /* RTLD_LOCAL: two plugins may carry different copies of a library. */
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return error_set(err, ERR_PLUGIN, "native plugin cannot be loaded: %s", dlerror()), NULL;
    const void *symbol = dlsym(handle, "desk_plugin_info");
    Dl_info where;
    ElfW(Sym) *entry = NULL;
    if (!symbol)
        return error_set(err, ERR_PLUGIN,
                         "native plugin %s: no symbol desk_plugin_info; it is no plugin, or it "
                         "was not exported (DESK_PLUGIN_EXPORT)",
                         file),
               NULL;
    if (!dladdr1(symbol, &where, (void **)&entry, RTLD_DL_SYMENT) || !entry ||
        ELF64_ST_TYPE(entry->st_info) != STT_OBJECT)
        return error_set(err, ERR_PLUGIN,
                         "native plugin %s: desk_plugin_info is no struct; define it as in "
                         "copydesk/plugin.h",
                         file),
               NULL;
    if (handshake(file, symbol, entry->st_size, offer, err) < 0 ||
        check_words(file, symbol, err) < 0)
        return NULL;
    return symbol;
}
