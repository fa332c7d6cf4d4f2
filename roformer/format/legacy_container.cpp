#include "roformer/format/pickled_file.h"

#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_reader.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

// 0x1950a86a20f9469cfc6c, little-endian.
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::int64_t kLegacyProtocol = 1001;
constexpr std::size_t kMagicWithin = 32;  // bytes of the first pickle, whatever its protocol

// The value under a text key of a dictionary; none if there is no such key.
const PickleValue* find_value(const Pickle& pickle, PickleId id, std::string_view key) {
  const auto* dictionary = pickle.get<PickleDictionary>(id);
  if (dictionary == nullptr) return nullptr;
  const PickleValue* result = nullptr;
  for (const auto& [name, value] : dictionary->items) {
    const auto* text = pickle.get<std::string>(name);
    if (text != nullptr && *text == key) result = &pickle.values[value];
  }
  return result;
}

// Reads the pickle at the cursor and steps behind it.
Pickle next_pickle(std::string_view bytes, ByteCursor& cursor) {
  Pickle pickle = read_pickle(bytes.substr(cursor.position()), cursor.name());
  cursor.take(pickle.size);
  return pickle;
}

void read_preamble(std::string_view bytes, ByteCursor& cursor) {
  const Pickle magic = next_pickle(bytes, cursor);
  const auto* number = magic.get<PickleWideInteger>(magic.root);
  base::require(number != nullptr && number->bytes == kLegacyMagic,
                "[format] {}: expected PyTorch's magic number but got another value",
                cursor.name());
  const Pickle version = next_pickle(bytes, cursor);
  const auto* protocol = version.get<std::int64_t>(version.root);
  base::require(protocol != nullptr && *protocol == kLegacyProtocol,
                "[format] {}: expected protocol version {} but got {}", cursor.name(),
                kLegacyProtocol, protocol == nullptr ? "another type" : std::to_string(*protocol));
  const Pickle machine = next_pickle(bytes, cursor);
  const PickleValue* little = find_value(machine, machine.root, "little_endian");
  const bool* is_little = little == nullptr ? nullptr : std::get_if<bool>(little);
  base::require(is_little != nullptr && *is_little,
                "[format] {}: expected a file of a little-endian machine but got another",
                cursor.name());
}

void read_storages(const Pickle& keys, ByteCursor& cursor, PickledFile& container) {
  std::unordered_map<std::string_view, const PickleStorage*> expected;
  for (const PickleStorage& storage : container.object.storages)
    expected.emplace(storage.key, &storage);
  const auto* list = keys.get<PickleList>(keys.root);
  base::require(list != nullptr, "[format] {}: expected a list of storages but got another type",
                cursor.name());
  for (const PickleId id : list->items) {
    const auto* key = keys.get<std::string>(id);
    const auto found = key == nullptr ? expected.end() : expected.find(*key);
    base::require(found != expected.end(),
                  "[format] {}: expected the keys of its storages but got {}", cursor.name(),
                  key == nullptr ? "another type" : "'" + printable(*key) + "'");
    const PickleStorage& storage = *found->second;
    const std::uint64_t size = cursor.number(8);
    base::require(size == static_cast<std::uint64_t>(storage.size),
                  "[format] {}: expected {} elements in storage '{}' but got {}", cursor.name(),
                  storage.size, printable(storage.key), size);
    container.begin.emplace(storage.key, cursor.position());
    cursor.take(size * dtype_size(storage.dtype));
  }
}

}  // namespace

bool is_legacy_container(std::string_view bytes) {
  return bytes.substr(0, kMagicWithin).find(kLegacyMagic) != std::string_view::npos;
}

PickledFile read_legacy_container(std::string_view bytes, std::string_view name) {
  ByteCursor cursor(bytes, name);
  read_preamble(bytes, cursor);
  PickledFile container;
  container.object = next_pickle(bytes, cursor);
  const Pickle keys = next_pickle(bytes, cursor);
  read_storages(keys, cursor, container);
  for (const PickleStorage& storage : container.object.storages) {
    base::require(container.begin.contains(storage.key),
                  "[format] {}: expected the data of storage '{}' but there is none", name,
                  printable(storage.key));
  }
  return container;
}

}  // namespace roformer::format
