// The checksum of LevelDB tables and TensorFlow's tensors: CRC-32C (Castagnoli), and its masked
// form (LevelDB, util/crc32c.h), which is safe to be part of what is summed again.
#pragma once
#include <cstdint>
#include <string_view>

namespace roformer::checkpoint {

/// CRC-32C of `bytes`; `crc` is that of the bytes before them.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

/// The form in which files hold it.
std::uint32_t mask_crc32c(std::uint32_t crc);

}  // namespace roformer::checkpoint
