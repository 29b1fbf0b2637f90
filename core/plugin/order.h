/* The order in which plugins of a chain run: one that needs what another gives runs after it;
 * otherwise they stay in the order of desk.lua. */
#pragma once

#include "plugin/manifest.h"

/* Fills `order` (count entries) with indexes into `plugins`. Kahn's algorithm that always takes
 * the earliest free one, so the order is stable. ERR_INVALID names the plugins of a cycle. A need
 * that nobody gives is no error: the field may come with the article. A plugin does not wait for
 * itself. */
int order_plugins(const struct manifest *const *plugins, size_t count, size_t *order,
                  struct error *err);

/* Whether `plugin` needs what `other` gives. */
bool order_waits(const struct manifest *plugin, const struct manifest *other);
