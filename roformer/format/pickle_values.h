// What a pickle of tensors may consist of: plain data that refers to itself by number. All values
// of a pickle lie in one vector, so that a list that holds itself leaks nothing and a value that a
// million places share exists once. No tensors and no torch here.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// The place of a value in Pickle::values.
using PickleId = std::uint32_t;

struct PickleNone {};
/// An integer beyond 64 bits: its bytes, little-endian two's complement.
struct PickleWideInteger {
  std::string bytes;
};
struct PickleBytes {
  std::string bytes;
};
struct PickleList {
  std::vector<PickleId> items;
};
struct PickleTuple {
  std::vector<PickleId> items;
};
/// dict or OrderedDict: entries as they were set, of equal keys the last one counts.
struct PickleDictionary {
  std::vector<std::pair<PickleId, PickleId>> items;
};
/// A name that torch.save writes and we know; it is never called, only recognised.
enum class PickleSymbol {
  ordered_dictionary,    // collections.OrderedDict
  rebuild_tensor,        // torch._utils._rebuild_tensor
  rebuild_tensor_v2,     // torch._utils._rebuild_tensor_v2
  rebuild_tensor_v3,     // torch._utils._rebuild_tensor_v3, of types that have no storage's name
  rebuild_parameter,     // torch._utils._rebuild_parameter
  size,                  // torch.Size
  storage_type_boolean,  // torch.BoolStorage; these are the last but one, in the order of Dtype
  storage_type_u8,       // torch.ByteStorage, torch.storage.UntypedStorage
  storage_type_i8,
  storage_type_i16,
  storage_type_i32,
  storage_type_i64,
  storage_type_f16,
  storage_type_bf16,
  storage_type_f32,
  storage_type_f64,
  element_type_boolean = storage_type_boolean + kDtypeCount,  // torch.bool; in the order of Dtype
};
/// The symbol of a storage of such elements, and of the type itself.
constexpr PickleSymbol storage_symbol(Dtype dtype) {
  return static_cast<PickleSymbol>(static_cast<int>(PickleSymbol::storage_type_boolean) +
                                   static_cast<int>(dtype));
}
constexpr PickleSymbol element_symbol(Dtype dtype) {
  return static_cast<PickleSymbol>(static_cast<int>(PickleSymbol::element_type_boolean) +
                                   static_cast<int>(dtype));
}
/// Pickle::storages[index].
struct PickleStorageReference {
  std::uint32_t index = 0;
};
/// Pickle::tensors[index].
struct PickleTensorReference {
  std::uint32_t index = 0;
};

/// Any value that a pickle of tensors may hold.
using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleBytes,
                                 PickleWideInteger, PickleSymbol, PickleList, PickleTuple,
                                 PickleDictionary, PickleStorageReference, PickleTensorReference>;

/// Bytes that lie elsewhere in the file, under `key`.
struct PickleStorage {
  std::string key;
  Dtype dtype = Dtype::f32;
  std::int64_t size = 0;  // elements, at least 0; size times the element's bytes does not overflow
};

/// A strided view of a storage, which lies within it and has at most as many bytes.
struct PickleTensor {
  std::uint32_t storage = 0;          // of Pickle::storages
  Dtype dtype = Dtype::f32;           // the storage's, or that of elements in a storage of bytes
  std::int64_t offset = 0;            // in elements
  std::vector<std::int64_t> shape;    // sizes of at least 0
  std::vector<std::int64_t> strides;  // in elements, at least 0, one for each size
};

/// One pickle, read.
struct Pickle {
  std::vector<PickleValue> values;
  std::vector<PickleStorage> storages;  // each key once
  std::vector<PickleTensor> tensors;
  PickleId root = 0;
  std::size_t size = 0;  // bytes up to and with its STOP

  /// The value as a T, or null if it is none.
  template <typename T>
  const T* get(PickleId id) const {
    return std::get_if<T>(&values[id]);
  }
};

}  // namespace roformer::format
