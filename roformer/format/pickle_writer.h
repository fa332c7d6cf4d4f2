// The pickle of a state dictionary, as torch.save writes it: protocol 2, an OrderedDict of
// torch._utils._rebuild_tensor_v2. No torch here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/format/safetensors_header.h"

namespace roformer::format {

/// A tensor that fills the storage `key`, row by row.
struct PickledTensor {
  std::string name;
  std::string key;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
};

/// The two containers name storages differently.
enum class PickleContainer { zip, legacy };

/// The number of elements that the files state of a storage: of bytes where torch has no storage of
/// the type.
std::int64_t storage_size(Dtype dtype, std::int64_t elements);

/// The pickle of {name: tensor, …} in this order.
std::string pickle_state(const std::vector<PickledTensor>& tensors, PickleContainer container);

/// What stands before that pickle in the legacy form: magic number, protocol version, facts of a
/// little-endian machine, each a pickle.
std::string legacy_preamble();

/// The pickle of a list of texts.
std::string pickle_texts(const std::vector<std::string>& texts);

}  // namespace roformer::format
