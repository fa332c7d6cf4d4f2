// Makes compressed bytes for tests.
#pragma once
#include <lzma.h>
#include <zlib.h>

#include <string>
#include <string_view>

namespace roformer::tests {

inline std::string xz(std::string_view text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr,
                          reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Text that does not compress away: `size` pseudo-random printable bytes with line ends.
inline std::string noise(std::size_t size) {
  std::string text(size, ' ');
  unsigned state = 1;
  for (char& c : text) {
    state = state * 1664525u + 1013904223u;
    c = (state >> 24) % 60 == 0 ? '\n' : static_cast<char>('!' + (state >> 16) % 90);
  }
  return text;
}

}  // namespace roformer::tests
