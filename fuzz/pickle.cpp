// The pickles of torch.save, and its older container. (The zip is opened by LibTorch.)
#include "fuzz/input.h"
#include "roformer/format/pickle_reader.h"
#include "roformer/format/pickled_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::accept_or_refuse([&] { format::read_pickle(bytes, "fuzz.pkl"); });
  fuzz::accept_or_refuse([&] { format::read_legacy_container(bytes, "fuzz.bin"); });
  return 0;
}
