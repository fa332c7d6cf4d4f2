// tokenizer.json, and a text through the tokenizer that it makes.
#include <nlohmann/json.hpp>

#include "fuzz/input.h"
#include "roformer/base/json_text.h"
#include "roformer/text/tokenizer.h"
#include "roformer/text/tokenizer_json.h"
#include "roformer/text/wordpiece_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roformer;
  fuzz::accept_or_refuse([&] {
    const auto json = base::parse_json(fuzz::text_of(data, size), "tokenizer.json");
    text::WordPieceFiles files =
        text::finish_wordpiece_files(text::parse_tokenizer_json(json, "tokenizer.json"));
    const text::Tokenizer tokenizer = text::wordpiece_tokenizer(std::move(files));
    const text::Encoding encoding =
        tokenizer.encode_pair("A b\xC3\xA9, [MASK]x 12", "\xE4\xB8\xAD  y\xFF");
    if (encoding.type_ids.size() != encoding.ids.size()) __builtin_trap();
    if (encoding.offsets.size() != encoding.ids.size()) __builtin_trap();
    tokenizer.decode(encoding.ids);
    tokenizer.encode("text");
  });
  return 0;
}
