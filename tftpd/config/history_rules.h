// The rules of "phone-history": how long and how large the phones' timelines are kept on the disk.
#pragma once

#include "tftpd/config/config.h"

#include <cc/data.h>

namespace branchline {

/// `element` is the map under "phone-history". Throws ConfigError.
PhoneHistory read_phone_history(const isc::data::ConstElementPtr& element);

}  // namespace branchline
