/* What belongs to a desk and is nobody's document: a walk through a folder passes it over. */
#pragma once

#include "pipeline/host.h"
#include "pipeline/scan.h"

/* Tells `scan` to pass over desk.lua, scripts/, native/, out/, fixtures/, .copydesk, the folders of
 * outcomes that desk.watch names and the places that jobs write to, as far as they are there; and
 * to refuse what lies in the store's folder also when it is named. The desk is open
 * for DESK_PLUGINS at least. ERR_NOMEM. */
int belongings_pass(const struct desk *desk, struct scan *scan, struct error *err);
