// config.json: what is read is written and read again the same.
#include "fuzz/input.h"
#include "roformer/checkpoint/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    const auto config = checkpoint::parse_config(fuzz::text_of(data, size), "config.json");
    const std::string again = checkpoint::format_config(config);
    const auto second = checkpoint::parse_config(again, "config.json");
    if (second.encoder.hidden_size != config.encoder.hidden_size) __builtin_trap();
  });
  return 0;
}
