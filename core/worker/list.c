#include "worker/pool_parts.h"

#include <stddef.h>

void list_push(struct job_list *list, struct pool_job *job)
{
    job->next = NULL;
    if (list->last)
        list->last->next = job;
    else
        list->first = job;
    list->last = job;
    list->count++;
}

void list_push_front(struct job_list *list, struct pool_job *job)
{
    job->next = list->first;
    list->first = job;
    if (!list->last)
        list->last = job;
    list->count++;
}

struct pool_job *list_pop(struct job_list *list)
{
    struct pool_job *job = list->first;
    if (!job)
        return NULL;
    list->first = job->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    job->next = NULL;
    return job;
}

bool list_remove(struct job_list *list, struct pool_job *job)
{
    struct pool_job *before = NULL;
    for (struct pool_job *at = list->first; at; before = at, at = at->next) {
        if (at != job)
            continue;
        if (before)
            before->next = job->next;
        else
            list->first = job->next;
        if (list->last == job)
            list->last = before;
        list->count--;
        job->next = NULL;
        return true;
    }
    return false;
}
