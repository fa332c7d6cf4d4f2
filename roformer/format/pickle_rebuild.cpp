#include "roformer/format/pickle_rebuild.h"

#include <algorithm>
#include <array>
#include <string>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

struct Global {
  std::string_view module;
  std::string_view attribute;
  PickleSymbol symbol;
};

constexpr std::array<Global, 27> kGlobals{{
    {"collections", "OrderedDict", PickleSymbol::ordered_dictionary},
    {"torch._utils", "_rebuild_tensor", PickleSymbol::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", PickleSymbol::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_parameter", PickleSymbol::rebuild_parameter},
    {"torch", "Size", PickleSymbol::size},
    {"torch", "BoolStorage", PickleSymbol::storage_type_boolean},
    {"torch", "ByteStorage", PickleSymbol::storage_type_u8},
    {"torch", "UntypedStorage", PickleSymbol::storage_type_u8},
    {"torch.storage", "UntypedStorage", PickleSymbol::storage_type_u8},
    {"torch", "CharStorage", PickleSymbol::storage_type_i8},
    {"torch", "ShortStorage", PickleSymbol::storage_type_i16},
    {"torch", "IntStorage", PickleSymbol::storage_type_i32},
    {"torch", "LongStorage", PickleSymbol::storage_type_i64},
    {"torch", "HalfStorage", PickleSymbol::storage_type_f16},
    {"torch", "BFloat16Storage", PickleSymbol::storage_type_bf16},
    {"torch", "FloatStorage", PickleSymbol::storage_type_f32},
    {"torch", "DoubleStorage", PickleSymbol::storage_type_f64},
    {"torch", "float16", PickleSymbol::dtype},
    {"torch", "bfloat16", PickleSymbol::dtype},
    {"torch", "float32", PickleSymbol::dtype},
    {"torch", "float64", PickleSymbol::dtype},
    {"torch", "uint8", PickleSymbol::dtype},
    {"torch", "int8", PickleSymbol::dtype},
    {"torch", "int16", PickleSymbol::dtype},
    {"torch", "int32", PickleSymbol::dtype},
    {"torch", "int64", PickleSymbol::dtype},
    {"torch", "bool", PickleSymbol::dtype},
}};

constexpr std::size_t kMaxDimensions = 64;  // as in PyTorch
constexpr std::size_t kMaxStorages = 1'000'000;

using Items = std::vector<PickleId>;

// The items of a tuple; `what` goes into the message.
const Items& tuple_items(const Pickle& pickle, PickleId id, const char* what,
                         std::string_view name) {
  const auto* tuple = pickle.get<PickleTuple>(id);
  base::require(tuple != nullptr, "[format] {}: expected {} to be a tuple but got another type",
                name, what);
  return tuple->items;
}

std::int64_t natural(const Pickle& pickle, PickleId id, const char* what, std::string_view name) {
  const auto* value = pickle.get<std::int64_t>(id);
  base::require(value != nullptr && *value >= 0,
                "[format] {}: expected {} to be a whole number of at least 0 but got {}", name,
                what, value == nullptr ? "another type" : std::to_string(*value));
  return *value;
}

std::vector<std::int64_t> naturals(const Pickle& pickle, PickleId id, const char* what,
                                   std::string_view name) {
  const Items& items = tuple_items(pickle, id, what, name);
  base::require(items.size() <= kMaxDimensions,
                "[format] {}: expected at most {} dimensions in {} but got {}", name,
                kMaxDimensions, what, items.size());
  std::vector<std::int64_t> numbers;
  numbers.reserve(items.size());
  for (const PickleId item : items) numbers.push_back(natural(pickle, item, what, name));
  return numbers;
}

// Throws Error unless every element lies in the storage, and there are no more than it has: a view
// that repeats a small storage would ask for any amount of memory.
void require_within_storage(const PickleTensor& tensor, const PickleStorage& storage,
                            std::string_view name) {
  const auto require_fit = [&](bool fits) {
    base::require(fits,
                  "[format] {}: expected a tensor of shape {}, strides {} and offset {} to lie "
                  "within its storage of {} elements but it does not",
                  name, format_shape(tensor.shape), format_shape(tensor.strides), tensor.offset,
                  storage.size);
  };
  require_fit(tensor.shape.size() == tensor.strides.size());
  require_fit(tensor.offset <= storage.size);
  byte_size(tensor.shape, storage.dtype, name);
  if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return;
  std::int64_t last = tensor.offset;
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::int64_t reach = 0;
    require_fit(!__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) &&
                !__builtin_add_overflow(last, reach, &last));
    elements *= tensor.shape[i];
  }
  require_fit(last < storage.size && elements <= storage.size);
}

PickleValue rebuild_tensor(Pickle& pickle, const Items& arguments, std::string_view name) {
  const auto* storage = pickle.get<PickleStorageReference>(arguments[0]);
  base::require(storage != nullptr,
                "[format] {}: expected a tensor's first argument to be a storage but got "
                "another type",
                name);
  PickleTensor tensor;
  tensor.storage = storage->index;
  tensor.offset = natural(pickle, arguments[1], "a tensor's offset", name);
  tensor.shape = naturals(pickle, arguments[2], "a tensor's shape", name);
  tensor.strides = naturals(pickle, arguments[3], "a tensor's strides", name);
  require_within_storage(tensor, pickle.storages[tensor.storage], name);
  pickle.tensors.push_back(std::move(tensor));
  return PickleTensorReference{static_cast<std::uint32_t>(pickle.tensors.size() - 1)};
}

// OrderedDict() or OrderedDict([(key, value), …]).
PickleValue make_dictionary(const Pickle& pickle, const Items& arguments, std::string_view name) {
  PickleDictionary dictionary;
  if (arguments.empty()) return dictionary;
  const auto* list = pickle.get<PickleList>(arguments[0]);
  base::require(list != nullptr && arguments.size() == 1,
                "[format] {}: expected OrderedDict to have one list of pairs but got other "
                "arguments",
                name);
  for (const PickleId id : list->items) {
    const auto* pair = pickle.get<PickleList>(id);
    const Items& items = pair != nullptr ? pair->items : tuple_items(pickle, id, "a pair", name);
    base::require(items.size() == 2,
                  "[format] {}: expected pairs of key and value but got {} items", name,
                  items.size());
    dictionary.items.emplace_back(items[0], items[1]);
  }
  return dictionary;
}

void require_count(const Items& arguments, std::size_t least, std::size_t most,
                   const char* function, std::string_view name) {
  base::require(arguments.size() >= least && arguments.size() <= most,
                "[format] {}: expected {} to {} arguments of {} but got {}", name, least, most,
                function, arguments.size());
}

PickleStorage read_storage(const Pickle& pickle, const Items& items, std::string_view name) {
  const auto* type = pickle.get<PickleSymbol>(items[1]);
  const auto dtype = type == nullptr ? std::nullopt : storage_dtype(*type);
  base::require(dtype.has_value(),
                "[format] {}: expected one of torch's storage types but got another value", name);
  const auto* key = pickle.get<std::string>(items[2]);
  base::require(key != nullptr, "[format] {}: expected a storage's key to be a text", name);
  PickleStorage storage{*key, *dtype, natural(pickle, items[4], "a storage's size", name)};
  byte_size({storage.size}, storage.dtype, name);
  return storage;
}

}  // namespace

PickleSymbol find_pickle_symbol(std::string_view module, std::string_view attribute,
                                std::string_view file) {
  const auto found = std::find_if(kGlobals.begin(), kGlobals.end(), [&](const Global& global) {
    return global.module == module && global.attribute == attribute;
  });
  base::require(found != kGlobals.end(),
                "[format] {}: expected tensors and containers only but the pickle asks for "
                "Python's {}.{}; refused, and nothing of the file was run",
                file, printable(module), printable(attribute));
  return found->symbol;
}

std::optional<Dtype> storage_dtype(PickleSymbol symbol) {
  if (symbol < PickleSymbol::storage_type_boolean) return std::nullopt;
  return static_cast<Dtype>(static_cast<int>(symbol) -
                            static_cast<int>(PickleSymbol::storage_type_boolean));
}

std::string_view storage_name(Dtype dtype) {
  return std::find_if(kGlobals.begin(), kGlobals.end(),
                      [&](const Global& global) { return storage_dtype(global.symbol) == dtype; })
      ->attribute;
}

PickleValue resolve_persistent_id(Pickle& pickle, PickleId id, std::string_view name) {
  const Items& items = tuple_items(pickle, id, "a persistent id", name);
  const auto* kind = items.empty() ? nullptr : pickle.get<std::string>(items[0]);
  base::require(kind != nullptr && *kind == "storage",
                "[format] {}: expected persistent ids of storages only but got one of '{}'; "
                "refused, and nothing of the file was run",
                name, kind == nullptr ? "another type" : printable(*kind));
  base::require(items.size() == 5 || items.size() == 6,
                "[format] {}: expected 5 or 6 items in a storage's persistent id but got {}", name,
                items.size());
  base::require(items.size() == 5 || pickle.get<PickleNone>(items[5]) != nullptr,
                "[format] {}: expected whole storages but got a view of one, as PyTorch wrote "
                "them before 0.4; load and save the file with a newer PyTorch",
                name);
  PickleStorage storage = read_storage(pickle, items, name);
  base::require(pickle.storages.size() < kMaxStorages,
                "[format] {}: expected at most {} storages but got more", name, kMaxStorages);
  pickle.storages.push_back(std::move(storage));
  return PickleStorageReference{static_cast<std::uint32_t>(pickle.storages.size() - 1)};
}

PickleValue reduce_call(Pickle& pickle, PickleId function, PickleId arguments,
                        std::string_view name) {
  const auto* symbol = pickle.get<PickleSymbol>(function);
  base::require(symbol != nullptr,
                "[format] {}: expected a call of a known function but the pickle calls "
                "something else; refused, and nothing of the file was run",
                name);
  const Items& items = tuple_items(pickle, arguments, "a call's arguments", name);
  switch (*symbol) {
    case PickleSymbol::ordered_dictionary:
      return make_dictionary(pickle, items, name);
    case PickleSymbol::rebuild_tensor:
      require_count(items, 4, 4, "_rebuild_tensor", name);
      return rebuild_tensor(pickle, items, name);
    case PickleSymbol::rebuild_tensor_v2:
      require_count(items, 6, 7, "_rebuild_tensor_v2", name);
      return rebuild_tensor(pickle, items, name);
    case PickleSymbol::rebuild_parameter: {
      require_count(items, 3, 3, "_rebuild_parameter", name);
      const auto* tensor = pickle.get<PickleTensorReference>(items[0]);
      base::require(tensor != nullptr,
                    "[format] {}: expected a parameter to be a tensor but got another type", name);
      return *tensor;
    }
    case PickleSymbol::size: {
      require_count(items, 1, 1, "torch.Size", name);
      return PickleTuple{tuple_items(pickle, items[0], "torch.Size", name)};
    }
    default:
      base::fail(
          "[format] {}: expected a call of a known function but the pickle calls a type of "
          "torch; refused, and nothing of the file was run",
          name);
  }
}

}  // namespace roformer::format
