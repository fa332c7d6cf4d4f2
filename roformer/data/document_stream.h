// Documents laid end to end with one token between them: one long row of ids. Nothing is stored: any
// length reads from the same cache.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/token_cache.h"

namespace roformer::data {

class DocumentStream {
 public:
  /// `documents` of `tokens`, which must outlive this; `separator` stands between two of them.
  DocumentStream(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                 std::int64_t separator);

  std::int64_t size() const { return starts_.back(); }
  /// Appends the ids from place `begin` to `end`.
  void read(std::int64_t begin, std::int64_t end, std::vector<std::int64_t>& out) const;

 private:
  const TokenCache& tokens_;
  const std::vector<std::int64_t>& documents_;
  std::vector<std::int64_t> starts_;  // where each document begins in the stream, and the end
  std::int64_t separator_;
};

}  // namespace roformer::data
