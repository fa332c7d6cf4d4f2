// Pairs of lines as token ids, end to end in one row.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::parallel {

class PairTable {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(starts_.size() / 2); }
  /// Ids of one side of pair `i`, without </s>.
  std::span<const std::int32_t> source(std::int64_t i) const { return row(2 * i); }
  std::span<const std::int32_t> target(std::int64_t i) const { return row(2 * i + 1); }
  /// All ids.
  const std::vector<std::int32_t>& ids() const { return ids_; }

  void add(std::span<const std::int32_t> source, std::span<const std::int32_t> target) {
    add_row(source);
    add_row(target);
  }

 private:
  std::span<const std::int32_t> row(std::int64_t number) const {
    const auto i = static_cast<std::size_t>(number);
    return std::span(ids_).subspan(starts_[i], starts_[i + 1] - starts_[i]);
  }
  void add_row(std::span<const std::int32_t> row) {
    ids_.insert(ids_.end(), row.begin(), row.end());
    starts_.push_back(ids_.size());
  }
  std::vector<std::int32_t> ids_;
  std::vector<std::size_t> starts_ = {0};  // of source and target in turn, and the end
};

}  // namespace roformer::parallel
