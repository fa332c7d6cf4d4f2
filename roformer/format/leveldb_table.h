// A LevelDB table, the form of TensorFlow's .index files: sorted keys and values in blocks with
// checksums. Format: LevelDB, doc/table_format.md. Read here and not by leveldb itself, which
// believes the sizes that a file states, as it was not made for files of strangers.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace roformer::format {

/// Values by key, as bytes.
using LeveldbEntries = std::map<std::string, std::string>;

/// All entries of a whole file; `name` is the file's, for messages. Throws Error for a file that is
/// cut off or damaged (every block's checksum is compared), and for compressed blocks, which
/// TensorFlow does not write.
LeveldbEntries read_leveldb_table(std::string_view bytes, std::string_view name);

/// The bytes of a table with these entries, uncompressed.
std::string format_leveldb_table(const LeveldbEntries& entries);

}  // namespace roformer::format
