#include "roformer/format/pickle_rebuild.h"

#include <algorithm>
#include <iterator>
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

using Symbol = PickleSymbol;

constexpr Global kGlobals[] = {
    {"collections", "OrderedDict", Symbol::ordered_dictionary},
    {"torch._utils", "_rebuild_tensor", Symbol::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", Symbol::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_tensor_v3", Symbol::rebuild_tensor_v3},
    {"torch._utils", "_rebuild_parameter", Symbol::rebuild_parameter},
    {"torch", "Size", Symbol::size},
    {"torch", "BoolStorage", storage_symbol(Dtype::boolean)},
    {"torch", "ByteStorage", storage_symbol(Dtype::u8)},
    {"torch", "UntypedStorage", storage_symbol(Dtype::u8)},
    {"torch.storage", "UntypedStorage", storage_symbol(Dtype::u8)},
    {"torch", "CharStorage", storage_symbol(Dtype::i8)},
    {"torch", "ShortStorage", storage_symbol(Dtype::i16)},
    {"torch", "IntStorage", storage_symbol(Dtype::i32)},
    {"torch", "LongStorage", storage_symbol(Dtype::i64)},
    {"torch", "HalfStorage", storage_symbol(Dtype::f16)},
    {"torch", "BFloat16Storage", storage_symbol(Dtype::bf16)},
    {"torch", "FloatStorage", storage_symbol(Dtype::f32)},
    {"torch", "DoubleStorage", storage_symbol(Dtype::f64)},
    {"torch", "ComplexFloatStorage", storage_symbol(Dtype::c64)},
    {"torch", "ComplexDoubleStorage", storage_symbol(Dtype::c128)},
    {"torch", "bool", element_symbol(Dtype::boolean)},
    {"torch", "uint8", element_symbol(Dtype::u8)},
    {"torch", "int8", element_symbol(Dtype::i8)},
    {"torch", "int16", element_symbol(Dtype::i16)},
    {"torch", "int32", element_symbol(Dtype::i32)},
    {"torch", "int64", element_symbol(Dtype::i64)},
    {"torch", "float16", element_symbol(Dtype::f16)},
    {"torch", "bfloat16", element_symbol(Dtype::bf16)},
    {"torch", "float32", element_symbol(Dtype::f32)},
    {"torch", "float64", element_symbol(Dtype::f64)},
    {"torch", "uint16", element_symbol(Dtype::u16)},
    {"torch", "uint32", element_symbol(Dtype::u32)},
    {"torch", "uint64", element_symbol(Dtype::u64)},
    {"torch", "complex32", element_symbol(Dtype::c32)},
    {"torch", "complex64", element_symbol(Dtype::c64)},
    {"torch", "complex128", element_symbol(Dtype::c128)},
    {"torch", "float8_e4m3fn", element_symbol(Dtype::f8_e4m3)},
    {"torch", "float8_e5m2", element_symbol(Dtype::f8_e5m2)},
    {"torch", "float8_e8m0fnu", element_symbol(Dtype::f8_e8m0)},
    {"torch", "float8_e4m3fnuz", element_symbol(Dtype::f8_e4m3fnuz)},
    {"torch", "float8_e5m2fnuz", element_symbol(Dtype::f8_e5m2fnuz)},
    {"torch", "float4_e2m1fn_x2", element_symbol(Dtype::f4_e2m1_x2)},
};

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
  // No overflow: PickleStorage.
  const std::int64_t size = storage.size * static_cast<std::int64_t>(dtype_size(storage.dtype)) /
                            static_cast<std::int64_t>(dtype_size(tensor.dtype));
  const auto require_fit = [&](bool fits) {
    base::require(fits,
                  "[format] {}: expected a tensor of shape {}, strides {} and offset {} to lie "
                  "within its storage of {} elements but it does not",
                  name, format_shape(tensor.shape), format_shape(tensor.strides), tensor.offset,
                  size);
  };
  require_fit(tensor.shape.size() == tensor.strides.size());
  require_fit(tensor.offset <= size);
  byte_size(tensor.shape, tensor.dtype, name);
  if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return;
  std::int64_t last = tensor.offset;
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::int64_t reach = 0;
    require_fit(!__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) &&
                !__builtin_add_overflow(last, reach, &last));
    elements *= tensor.shape[i];
  }
  require_fit(last < size && elements <= size);
}

// The element type of a storage of bytes.
Dtype type_within(const Pickle& pickle, const PickleStorage& storage, PickleId id,
                  std::string_view name) {
  const auto* symbol = pickle.get<PickleSymbol>(id);
  const auto dtype = symbol == nullptr ? std::nullopt : element_dtype(*symbol);
  base::require(dtype.has_value(),
                "[format] {}: expected one of torch's types of elements but got another value",
                name);
  base::require(
      storage.dtype == Dtype::u8,
      "[format] {}: expected a storage of bytes for elements of type {} but got one of {}", name,
      dtype_name(*dtype), dtype_name(storage.dtype));
  return *dtype;
}

// `type`: where the elements' own is among the arguments; 0: nowhere.
PickleValue rebuild_tensor(Pickle& pickle, const Items& arguments, std::string_view name,
                           std::size_t type = 0) {
  const auto* storage = pickle.get<PickleStorageReference>(arguments[0]);
  base::require(storage != nullptr,
                "[format] {}: expected a tensor's first argument to be a storage but got "
                "another type",
                name);
  PickleTensor tensor;
  tensor.storage = storage->index;
  tensor.dtype = pickle.storages[tensor.storage].dtype;
  if (type > 0)
    tensor.dtype = type_within(pickle, pickle.storages[tensor.storage], arguments[type], name);
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

std::optional<Dtype> dtype_behind(PickleSymbol first, PickleSymbol symbol) {
  const int place = static_cast<int>(symbol) - static_cast<int>(first);
  if (place < 0 || place >= kDtypeCount) return std::nullopt;
  return static_cast<Dtype>(place);
}

// Empty: torch has none.
std::string_view name_of(PickleSymbol symbol) {
  const auto* const found =
      std::find_if(std::begin(kGlobals), std::end(kGlobals),
                   [&](const Global& global) { return global.symbol == symbol; });
  return found == std::end(kGlobals) ? std::string_view() : found->attribute;
}

}  // namespace

PickleSymbol find_pickle_symbol(std::string_view module, std::string_view attribute,
                                std::string_view file) {
  const auto* const found =
      std::find_if(std::begin(kGlobals), std::end(kGlobals), [&](const Global& global) {
        return global.module == module && global.attribute == attribute;
      });
  base::require(found != std::end(kGlobals),
                "[format] {}: expected tensors and containers only but the pickle asks for "
                "Python's {}.{}; refused, and nothing of the file was run",
                file, printable(module), printable(attribute));
  return found->symbol;
}

std::optional<Dtype> storage_dtype(PickleSymbol symbol) {
  return dtype_behind(PickleSymbol::storage_type_boolean, symbol);
}

std::optional<Dtype> element_dtype(PickleSymbol symbol) {
  return dtype_behind(PickleSymbol::element_type_boolean, symbol);
}

std::string_view storage_name(Dtype dtype) {
  return name_of(storage_symbol(dtype));
}

std::string_view element_name(Dtype dtype) {
  return name_of(element_symbol(dtype));
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
    case PickleSymbol::rebuild_tensor_v3:
      require_count(items, 7, 8, "_rebuild_tensor_v3", name);
      return rebuild_tensor(pickle, items, name, /*type=*/6);
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
