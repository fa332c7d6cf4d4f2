#include "roformer/task/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "roformer/base/hash.h"
#include "roformer/base/random.h"

namespace roformer::task {

void Fingerprint::add(std::span<const std::int32_t> ids) {
  add(std::vector<std::int64_t>(ids.begin(), ids.end()));
}
void Fingerprint::add(std::span<const std::int64_t> ids) {
  sum_ = base::hash_values(ids, sum_);
}

void Fingerprint::add(const text::Tokenizer& tokenizer) {
  sum_ = base::derive(sum_, tokenizer.fingerprint());
}

std::string Fingerprint::text() const {
  return fmt::format("{:016x}", sum_);
}

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
