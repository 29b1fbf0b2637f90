#include "pipeline/template.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"

int template_fill(struct str text, const struct template_word *words, struct buf *out)
{
    while (text.len) {
        const struct template_word *word = words;
        while (word->mark && !str_starts(text, word->mark))
            word++;
        const size_t taken = word->mark ? strlen(word->mark) : 1;
        if (word->mark)
            buf_text(out, word->text);
        else
            buf_byte(out, (uint8_t)text.at[0]);
        text.at += taken;
        text.len -= taken;
    }
    return buf_failed(out) ? ERR_NOMEM : 0;
}

int template_write(const char *folder, const char *name, struct str text,
                   const struct template_word *words, mode_t mode, struct error *err)
{
    BUF_AUTO struct buf filled = BUF_INIT;
    MEM_AUTO char *path = file_join(folder, name);
    if (!path || template_fill(text, words, &filled) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    FILE_AUTO int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return error_errno(err, errno, "%s", path);
    return file_write_fd(fd, path, filled.at ? filled.at : "", filled.len, err);
}

int template_folder(const char *path, struct error *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST
               ? 0
               : error_errno(err, errno, "cannot make the folder %s", path);
}
