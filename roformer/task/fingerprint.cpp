#include "roformer/task/fingerprint.h"

#include <fmt/format.h>

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

}  // namespace roformer::task
