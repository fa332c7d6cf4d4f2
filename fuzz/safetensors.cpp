// The header of a safetensors file: the offsets that it lets through must lie within the file.
#include "fuzz/input.h"
#include "roformer/format/safetensors_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::accept_or_refuse([&] {
    const format::SafetensorsHeader header =
        format::parse_safetensors_header(bytes, "fuzz.safetensors");
    for (const format::TensorEntry& tensor : header.tensors) {
      const bool within = tensor.begin <= tensor.end && header.data_begin <= size &&
                          tensor.end <= size - header.data_begin;
      if (!within) __builtin_trap();
    }
    format::format_safetensors_header(header.tensors, header.metadata);
  });
  return 0;
}
