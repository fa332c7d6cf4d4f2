// The zip form of torch.save: data.pkl, byteorder and data/{key}, uncompressed. LibTorch's own
// reader finds the records; their bytes are used where they lie.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

struct ZipContainer {
  Pickle object;
  /// Where each storage's bytes begin in the file; all lie within it.
  std::map<std::string, std::size_t> begin;
};

/// Reads the whole content of a file, `bytes`; `name` is the file's, for messages. Throws Error as read_pickle does, and for
/// compressed, missing or short records and files of big-endian machines.
ZipContainer read_zip_container(std::string_view bytes, const std::string& name);

}  // namespace roformer::format
