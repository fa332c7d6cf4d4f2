// In place of base/crc32c.cpp: every checksum holds, so that mutated files are read further than
// their first block.
#include "roformer/base/crc32c.h"

namespace roformer::base {

std::uint32_t crc32c(std::string_view /*bytes*/, std::uint32_t /*previous*/) {
  return 0;
}

}  // namespace roformer::base
