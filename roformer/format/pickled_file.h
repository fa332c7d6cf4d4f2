// The files of torch.save: the pickle of an object and the bytes of its storages, in either form.
// No tensors and no torch here.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "roformer/format/pickle_values.h"

namespace roformer::format {

/// Such a file, read.
struct PickledFile {
  Pickle object;
  /// Where each storage's bytes begin in the file; all lie within it.
  std::map<std::string, std::size_t> begin;
};

/// Whether `bytes` begin as torch.save wrote files before 1.6 (and with
/// _use_new_zipfile_serialization=False): four pickles (magic number, protocol version, facts of
/// the machine, the object), a fifth with the storages' keys, then each storage as its number of
/// elements and its bytes.
bool is_legacy_container(std::string_view bytes);

/// Reads such a file whole; `name` is the file's, for messages. Throws Error as read_pickle does,
/// and for another protocol, a big-endian machine, and storages that are missing or cut off.
PickledFile read_legacy_container(std::string_view bytes, std::string_view name);

/// Reads the zip form: data.pkl, byteorder and data/{key}, uncompressed. LibTorch's own reader
/// finds the records; their bytes are used where they lie. Throws Error as read_pickle does, and
/// for compressed, missing or short records and files of big-endian machines.
PickledFile read_zip_container(std::string_view bytes, const std::string& name);

}  // namespace roformer::format
