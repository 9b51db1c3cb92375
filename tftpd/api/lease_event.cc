#include "tftpd/api/lease_event.h"
