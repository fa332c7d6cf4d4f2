#include "roformer/task/fingerprint.h"

#include <algorithm>
#include <vector>

namespace roformer::task {

std::string fingerprint_of(const data::Corpus& corpus) {
  Fingerprint fingerprint;
  for (const auto split : {data::Split::training, data::Split::validation})
    corpus.for_each_document(split,
                             [&](std::span<const std::int32_t> ids) { fingerprint.add(ids); });
  fingerprint.add(corpus.tokenizer());
  return fingerprint.text();
}

std::string fingerprint_of(const data::TokenStream& stream) {
  constexpr std::int64_t at_once = 1 << 16;
  Fingerprint fingerprint;
  std::vector<data::Split> splits = {data::Split::training, data::Split::validation};
  if (stream.is_bytes()) splits.push_back(data::Split::test);
  std::vector<std::int64_t> ids;
  for (const auto split : splits) {
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

}  // namespace roformer::task
