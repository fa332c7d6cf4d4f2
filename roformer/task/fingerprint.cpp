#include "roformer/task/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "roformer/base/random.h"

namespace roformer::task {
namespace {

constexpr std::uint64_t kPrime = 0x100000001B3ull;  // FNV-1a's

}  // namespace

template <typename Ids>
void Fingerprint::add_values(const Ids& ids) {
  sum_ = base::derive(sum_, ids.size());
  for (const auto id : ids) sum_ = (sum_ ^ static_cast<std::uint64_t>(id)) * kPrime;
}

template void Fingerprint::add_values(const std::span<const std::int32_t>&);
template void Fingerprint::add_values(const std::span<const std::int64_t>&);

void Fingerprint::add(const text::Tokenizer& tokenizer) {
  for (std::int32_t id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string& token = tokenizer.id_to_token(id);
    for (const char c : token) sum_ = (sum_ ^ static_cast<unsigned char>(c)) * kPrime;
    sum_ = base::derive(sum_, token.size());
  }
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
