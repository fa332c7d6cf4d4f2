// LevelDB tables: what is read is written and read again the same.
#include "fuzz/input.h"
#include "roformer/format/leveldb_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    const auto entries = format::read_leveldb_table(fuzz::text_of(data, size), "fuzz.index");
    const std::string again = format::format_leveldb_table(entries);
    if (format::read_leveldb_table(again, "again.index") != entries) __builtin_trap();
  });
  return 0;
}
