// What the fuzz targets share: an input that is refused is as good as one that is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs `read`; an Error is an answer, anything else that is thrown is a finding.
template <typename Read>
void accept_or_refuse(Read read) {
  try {
    read();
  } catch (const Error&) {
  }
}

}  // namespace roformer::fuzz
