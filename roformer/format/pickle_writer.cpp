#include "roformer/format/pickle_writer.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_rebuild.h"

namespace roformer::format {
namespace {

constexpr std::string_view kBegin("\x80\x02", 2);  // PROTO 2
constexpr std::string_view kEnd(".");              // STOP

void put_text(std::string& bytes, const std::string& text) {
  bytes += 'X';
  append_number(bytes, text.size(), 4);
  bytes += text;
}

void put_integer(std::string& bytes, std::int64_t value) {
  if (value >= 0 && value < 0x100) {
    bytes += 'K';
    append_number(bytes, static_cast<std::uint64_t>(value), 1);
  } else if (value >= 0 && value <= std::numeric_limits<std::int32_t>::max()) {
    bytes += 'J';
    append_number(bytes, static_cast<std::uint64_t>(value), 4);
  } else {
    bytes += "\x8a\x08";  // LONG1 of 8 bytes
    append_number(bytes, static_cast<std::uint64_t>(value), 8);
  }
}

void put_global(std::string& bytes, std::string_view module, std::string_view attribute) {
  bytes.append("c").append(module).append("\n").append(attribute).append("\n");
}

void put_integers(std::string& bytes, const std::vector<std::int64_t>& values) {
  bytes += '(';
  for (const std::int64_t value : values) put_integer(bytes, value);
  bytes += 't';
}

void put_empty_ordered_dictionary(std::string& bytes) {
  put_global(bytes, "collections", "OrderedDict");
  bytes += ")R";
}

void put_tensor(std::string& bytes, const PickledTensor& tensor, PickleContainer container) {
  std::vector<std::int64_t> strides(tensor.shape.size(), 1);
  for (std::size_t i = tensor.shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(tensor.shape[i], 1);
  std::int64_t elements = 1;
  for (const std::int64_t size : tensor.shape) elements *= size;

  const std::string_view storage = storage_name(tensor.dtype);
  const bool typed = !storage.empty();
  put_global(bytes, "torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
  bytes += "((";  // the arguments, and in them the persistent id
  put_text(bytes, "storage");
  put_global(bytes, typed ? "torch" : "torch.storage", typed ? storage : "UntypedStorage");
  put_text(bytes, tensor.key);
  put_text(bytes, "cpu");
  put_integer(bytes, storage_size(tensor.dtype, elements));
  if (container == PickleContainer::legacy) bytes += 'N';  // no view of another storage
  bytes += "tQ";
  put_integer(bytes, 0);
  put_integers(bytes, tensor.shape);
  put_integers(bytes, strides);
  bytes += '\x89';  // needs no gradient
  put_empty_ordered_dictionary(bytes);
  if (!typed) put_global(bytes, "torch", element_name(tensor.dtype));
  bytes += "tR";
}

std::string pickle_one(const std::string& value) {
  return std::string(kBegin) + value + std::string(kEnd);
}

}  // namespace

std::int64_t storage_size(Dtype dtype, std::int64_t elements) {
  const bool typed = !storage_name(dtype).empty();
  return typed ? elements : elements * static_cast<std::int64_t>(dtype_size(dtype));
}

std::string pickle_state(const std::vector<PickledTensor>& tensors, PickleContainer container) {
  std::string value;
  put_empty_ordered_dictionary(value);
  value += '(';
  for (const PickledTensor& tensor : tensors) {
    put_text(value, tensor.name);
    put_tensor(value, tensor, container);
  }
  value += 'u';
  return pickle_one(value);
}

std::string legacy_preamble() {
  constexpr std::int64_t kVersion = 1001;
  const std::string magic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
  std::string version;
  put_integer(version, kVersion);
  std::string machine = "}(";
  put_text(machine, "protocol_version");
  put_integer(machine, kVersion);
  put_text(machine, "little_endian");
  machine += '\x88';
  put_text(machine, "type_sizes");
  machine += "}(";
  for (const auto& [type, size] : {std::pair{"short", 2}, {"int", 4}, {"long", 4}}) {
    put_text(machine, type);
    put_integer(machine, size);
  }
  machine += "uu";
  return pickle_one(magic) + pickle_one(version) + pickle_one(machine);
}

std::string pickle_texts(const std::vector<std::string>& texts) {
  std::string value = "](";
  for (const std::string& text : texts) put_text(value, text);
  value += 'e';
  return pickle_one(value);
}

}  // namespace roformer::format
