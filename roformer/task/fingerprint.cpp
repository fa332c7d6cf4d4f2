#include "roformer/task/fingerprint.h"

#include <algorithm>
#include <vector>

namespace roformer::task {

namespace {

constexpr data::Split kParts[] = {data::Split::training, data::Split::validation,
                                  data::Split::test};

// Where a part of its own files begins: shares are keys of the recipe, which are compared as such.
void add_border(const data::DataOptions& options, data::Split split, Fingerprint& fingerprint) {
  if (split != data::Split::training && !options.files_of(split).empty())
    fingerprint.add_border(static_cast<std::uint64_t>(split));
}

}  // namespace

std::string fingerprint_of(const data::Corpus& corpus) {
  Fingerprint fingerprint;
  for (const auto split : kParts) {
    add_border(corpus.options(), split, fingerprint);
    corpus.for_each_document(split,
                             [&](std::span<const std::int32_t> ids) { fingerprint.add(ids); });
  }
  fingerprint.add(corpus.tokenizer());
  return fingerprint.text();
}

std::string fingerprint_of(const data::TokenStream& stream) {
  constexpr std::int64_t at_once = 1 << 16;
  Fingerprint fingerprint;
  std::vector<std::int64_t> ids;
  for (const auto split : kParts) {
    add_border(stream.options(), split, fingerprint);
    const std::int64_t size = stream.size(split);
    for (std::int64_t begin = 0; begin < size; begin += at_once) {
      ids.clear();
      stream.read(split, begin, std::min(begin + at_once, size), ids);
      fingerprint.add(std::span<const std::int64_t>(ids));
    }
  }
  fingerprint.add(stream.tokenizer());
  return fingerprint.text();
}

std::string fingerprint_of(const parallel::ParallelCorpus& corpus) {
  return corpus.fingerprint();
}

std::string fingerprint_of(const labelled::EncodedCorpus& corpus) {
  return corpus.fingerprint();
}

}  // namespace roformer::task
