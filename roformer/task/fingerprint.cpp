#include "roformer/task/fingerprint.h"

#include <fmt/format.h>

#include "roformer/base/hash.h"
#include "roformer/base/random.h"

namespace roformer::task {

void Fingerprint::add(std::span<const std::int32_t> ids) {
  sum_ = base::hash_values(ids, sum_);
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

}  // namespace roformer::task
