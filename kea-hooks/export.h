// Marks what Kea looks up by name; everything else in the library is hidden.
#pragma once

#define BRANCHLINE_EXPORT __attribute__((visibility("default")))
