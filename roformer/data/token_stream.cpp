#include "roformer/data/token_stream.h"

#include "roformer/data/byte_stream.h"
#include "roformer/data/corpus.h"
#include "roformer/data/document_stream.h"

namespace roformer::data {
namespace {

class CorpusStream final : public TokenStream {
 public:
  CorpusStream(const DataOptions& options, int threads)
      : corpus_(options, threads),
        training_(stream_of(Split::training)),
        validation_(stream_of(Split::validation)) {}

  const text::Tokenizer& tokenizer() const override { return corpus_.tokenizer(); }
  std::int64_t size(Split split) const override { return part(split).size(); }
  void read(Split split, std::int64_t begin, std::int64_t end,
            std::vector<std::int64_t>& out) const override {
    part(split).read(begin, end, out);
  }
  std::string summary() const override { return corpus_.summary(); }

 private:
  DocumentStream stream_of(Split split) const {
    return {corpus_.tokens(), corpus_.documents(split), corpus_.tokenizer().end_id()};
  }
  const DocumentStream& part(Split split) const {
    Corpus::require_part(split);
    return split == Split::training ? training_ : validation_;
  }

  Corpus corpus_;
  DocumentStream training_, validation_;
};

}  // namespace

std::shared_ptr<const TokenStream> open_token_stream(const DataOptions& options, int threads) {
  if (options.is_bytes()) return std::make_shared<const ByteStream>(options);
  return std::make_shared<const CorpusStream>(options, threads);
}

const char* split_name(Split split) {
  switch (split) {
    case Split::training:
      return "training";
    case Split::validation:
      return "validation";
    default:
      return "test";
  }
}

}  // namespace roformer::data
