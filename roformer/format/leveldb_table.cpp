#include "roformer/format/leveldb_table.h"

#include <cstdint>
#include <vector>

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"
#include "roformer/format/byte_cursor.h"

namespace roformer::format {
namespace {

constexpr std::uint64_t kTableMagic = 0xdb4775248b80fb57;
constexpr std::size_t kFooterBytes = 48;
constexpr std::size_t kHandleBytes = 40;  // two handles and their padding
constexpr std::size_t kTrailerBytes = 5;  // type and checksum behind each block
constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kMaxKeyBytes = std::size_t{64} << 20;  // of all keys: prefixes are shared

// Where a block lies.
struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct TableEntry {
  std::string key;
  std::string_view value;
};

BlockHandle read_handle(ByteCursor& cursor) {
  BlockHandle handle;
  handle.offset = cursor.varint();
  handle.size = cursor.varint();
  return handle;
}

// The block's contents, its checksum compared.
std::string_view read_block(std::string_view bytes, const BlockHandle& handle,
                            std::string_view name) {
  base::require(handle.offset <= bytes.size() && handle.size <= bytes.size() - handle.offset &&
                    bytes.size() - handle.offset - handle.size >= kTrailerBytes,
                "[format] {}: expected a block within {} bytes but got {} bytes at {} "
                "(truncated?)",
                name, bytes.size(), handle.size, handle.offset);
  const auto offset = static_cast<std::size_t>(handle.offset);
  const auto size = static_cast<std::size_t>(handle.size);
  const std::string_view with_type = bytes.substr(offset, size + 1);
  ByteCursor trailer(bytes.substr(offset + size, kTrailerBytes), name);
  const std::uint64_t type = trailer.number(1);
  base::require(trailer.number(kWordBytes) == base::mask_crc32c(base::crc32c(with_type)),
                "[format] {}: expected another checksum of the block at {} (damaged?)", name,
                offset);
  base::require(type == 0, "[format] {}: expected blocks without compression but got type {}", name,
                type);
  return bytes.substr(offset, size);
}

// The entries of a block: each key shares a prefix with the one before it.
std::vector<TableEntry> read_entries(std::string_view block, std::string_view name,
                                     std::size_t& key_bytes) {
  base::require(block.size() >= kWordBytes, "[format] {}: expected a block but got {} bytes", name,
                block.size());
  ByteCursor count(block.substr(block.size() - kWordBytes), name);
  const std::uint64_t restarts = count.number(kWordBytes);
  base::require(restarts <= (block.size() - kWordBytes) / kWordBytes,
                "[format] {}: expected restarts within a block but got {}", name, restarts);
  const std::size_t tail = kWordBytes * (static_cast<std::size_t>(restarts) + 1);
  ByteCursor cursor(block.substr(0, block.size() - tail), name);
  std::vector<TableEntry> entries;
  std::string key;
  while (cursor.remaining() > 0) {
    const std::uint64_t shared = cursor.varint();
    const std::uint64_t added = cursor.varint();
    const std::uint64_t value_size = cursor.varint();
    base::require(shared <= key.size(),
                  "[format] {}: expected a key that shares at most {} bytes but got {}", name,
                  key.size(), shared);
    key.resize(static_cast<std::size_t>(shared));
    key += cursor.take(added);
    key_bytes += key.size();
    base::require(key_bytes <= kMaxKeyBytes,
                  "[format] {}: expected at most {} bytes of keys but got more", name,
                  kMaxKeyBytes);
    entries.push_back({key, cursor.take(value_size)});
  }
  return entries;
}

void append_handle(std::string& bytes, const BlockHandle& handle) {
  append_varint(bytes, handle.offset);
  append_varint(bytes, handle.size);
}

// Appends a block in which no key shares anything, so that each entry is a restart.
BlockHandle append_block(std::string& file, const LeveldbEntries& entries) {
  std::string block;
  std::vector<std::size_t> restarts;
  for (const auto& [key, value] : entries) {
    restarts.push_back(block.size());
    append_varint(block, 0);
    append_varint(block, key.size());
    append_varint(block, value.size());
    block += key + value;
  }
  if (restarts.empty()) restarts.push_back(0);
  for (const std::size_t restart : restarts) append_number(block, restart, kWordBytes);
  append_number(block, restarts.size(), kWordBytes);
  const BlockHandle handle{file.size(), block.size()};
  block += '\0';  // no compression
  file += block;
  append_number(file, base::mask_crc32c(base::crc32c(block)), kWordBytes);
  return handle;
}

}  // namespace

LeveldbEntries read_leveldb_table(std::string_view bytes, std::string_view name) {
  base::require(bytes.size() >= kFooterBytes,
                "[format] {}: expected a table of at least {} bytes but got {}", name, kFooterBytes,
                bytes.size());
  const std::string_view footer = bytes.substr(bytes.size() - kFooterBytes);
  ByteCursor magic(footer.substr(kHandleBytes), name);
  base::require(magic.number(sizeof kTableMagic) == kTableMagic,
                "[format] {}: expected a LevelDB table but its last bytes are others "
                "(truncated?)",
                name);
  ByteCursor handles(footer.substr(0, kHandleBytes), name);
  read_handle(handles);  // of the metaindex, which TensorFlow leaves empty
  const std::string_view index = read_block(bytes, read_handle(handles), name);

  LeveldbEntries result;
  std::size_t key_bytes = 0;
  std::uint64_t reached = 0;  // blocks in order: no file makes us read one block many times
  for (const TableEntry& block : read_entries(index, name, key_bytes)) {
    ByteCursor cursor(block.value, name);
    const BlockHandle handle = read_handle(cursor);
    base::require(handle.offset >= reached,
                  "[format] {}: expected blocks in order but got one at {} behind {}", name,
                  handle.offset, reached);
    for (const TableEntry& entry : read_entries(read_block(bytes, handle, name), name, key_bytes))
      result.insert_or_assign(entry.key, std::string(entry.value));
    reached = handle.offset + handle.size;
  }
  return result;
}

std::string format_leveldb_table(const LeveldbEntries& entries) {
  std::string file;
  const BlockHandle data = append_block(file, entries);
  const BlockHandle metaindex = append_block(file, {});
  LeveldbEntries blocks;
  if (!entries.empty()) append_handle(blocks[entries.rbegin()->first], data);
  const BlockHandle index = append_block(file, blocks);
  std::string handles;
  append_handle(handles, metaindex);
  append_handle(handles, index);
  handles.resize(kHandleBytes, '\0');
  file += handles;
  append_number(file, kTableMagic, sizeof kTableMagic);
  return file;
}

}  // namespace roformer::format
