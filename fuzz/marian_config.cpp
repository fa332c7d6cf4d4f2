// config.json of translation folders: what is read is written and read again the same.
#include "roformer/checkpoint/marian_config.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    auto config = checkpoint::parse_translation_config(fuzz::text_of(data, size), "config.json");
    const std::string written = checkpoint::format_translation_config(config);
    config = checkpoint::parse_translation_config(written, "written.json");
    if (checkpoint::format_translation_config(config) != written) __builtin_trap();
  });
  return 0;
}
