/* What each stage of plugins/doctor/hostile.c must meet. */
#include "pipeline/escapes_parts.h"

#define NATIVE(stage_name, says_words, wall_bits, about_words)                                     \
    {                                                                                              \
        .name = "native-" stage_name, .about = (about_words), .walls = (wall_bits),                \
        .says = (says_words), .stage = stage_name                                                  \
    }
#define FILTER  WALL_BIT(WALL_FILTER)
#define PROCESS WALL_BIT(WALL_PROCESS)
#define FRAME   WALL_BIT(WALL_FRAME)
#define KILL    WALL_BIT(WALL_KILL)

const struct escape escapes_native[] = {
    NATIVE("segfault", "SIGSEGV", PROCESS, "Writes where no memory is."),
    NATIVE("aborts", "SIGABRT", PROCESS, "Aborts."),
    NATIVE("exits", "exit code 7", PROCESS, "Ends the process."),
    NATIVE("open_file", "called open", FILTER, "Opens a file to read it."),
    NATIVE("write_file", "called open", FILTER, "Makes a file."),
    NATIVE("open_socket", "called socket", FILTER, "Opens a socket."),
    NATIVE("forks", "called clone", FILTER, "Forks."),
    NATIVE("execs", "called execve", FILTER, "Runs another program."),
    NATIVE("traces", "called ptrace", FILTER, "Traces a process."),
    NATIVE("kills_host", "called kill", FILTER, "Sends a signal to another process."),
    NATIVE("exec_memory", "called mmap", FILTER, "Makes memory that can be run."),
    NATIVE("catch_refusal", "called rt_sigaction", FILTER, "Takes the filter's signal away."),
    NATIVE("environment", NULL, WALL_BIT(WALL_NOTHING), "Reads the environment."),
    NATIVE("allocates", NULL, PROCESS | KILL, "Eats memory in C."),
    NATIVE("spins", "did not stop", KILL, "Loops in C, with all signals blocked."),
    NATIVE("scribbles", NULL, KILL, "Loops, and lies about where it is."),
    NATIVE("scribbles_and_dies", NULL, PROCESS | FILTER, "Lies about where it is, and crashes."),
    NATIVE("bad_answer", NULL, WALL_BIT(WALL_ANSWER), "Answers with four billion empty items."),
    NATIVE("frame_huge", "FRAME_BYTES", FRAME, "Sends a frame of four gigabytes."),
    NATIVE("frame_empty", "refused", FRAME, "Sends an empty frame."),
    NATIVE("frame_count", "more values than there are bytes", FRAME,
           "Sends five bytes that promise four billion values."),
    NATIVE("frame_deep", "FRAME_DEPTH", FRAME, "Sends a thousand lists in lists."),
    NATIVE("frame_other", "another job", FRAME, "Answers a job that it does not hold."),
    NATIVE("frame_twice", NULL, FRAME | WALL_BIT(WALL_NOTHING), "Answers its job twice."),
    NATIVE("frame_utf8", "UTF-8", FRAME, "Logs a line that is no text."),
    NATIVE("frame_logs", "LOG_LINES_PER_CALL", FRAME, "Logs a hundred thousand lines."),
    NATIVE("frame_cut", "did not stop", KILL, "Sends a part of a frame, and hangs."),
};
const size_t escapes_native_count = sizeof escapes_native / sizeof *escapes_native;
