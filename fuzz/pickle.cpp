// The pickles of torch.save, and its older container. (The zip is opened by LibTorch.)
#include "fuzz/input.h"
#include "roformer/checkpoint/legacy_container.h"
#include "roformer/checkpoint/pickle_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::accept_or_refuse([&] { checkpoint::read_pickle(bytes, "fuzz.pkl"); });
  fuzz::accept_or_refuse([&] { checkpoint::read_legacy_container(bytes, "fuzz.bin"); });
  return 0;
}
