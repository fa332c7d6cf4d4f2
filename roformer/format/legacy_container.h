// pytorch_model.bin as torch.save wrote it before 1.6 (and with
// _use_new_zipfile_serialization=False): four pickles (magic number, protocol version, facts of the
// machine, the object), a fifth with the storages' keys, then each storage as its number of
// elements and its bytes. No tensors and no torch here.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

struct LegacyContainer {
  Pickle object;
  /// Where each storage's bytes begin in the file; all lie within it.
  std::map<std::string, std::size_t> begin;
};

/// Whether `bytes` begin as such a file does.
bool is_legacy_container(std::string_view bytes);

/// Reads a whole file; `name` is the file's, for messages. Throws Error as read_pickle does, and
/// for another protocol, a big-endian machine, and storages that are missing or cut off.
LegacyContainer read_legacy_container(std::string_view bytes, std::string_view name);

}  // namespace roformer::format
