#include "roformer/base/crc32c.h"

#include <isa-l/crc.h>

#include <cstddef>

namespace roformer::base {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
  constexpr std::size_t most_at_once = 1 << 30;  // the library counts bytes with an int
  std::uint32_t state = ~previous;               // and leaves the complements to its callers
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, most_at_once);
    auto* begin = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));  // only read
    state = ::crc32_iscsi(begin, static_cast<int>(part.size()), state);
    bytes.remove_prefix(part.size());
  }
  return ~state;
}

}  // namespace roformer::base
