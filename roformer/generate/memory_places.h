// Which rows of a buffer the sentences of a batch have, that come and go.
#pragma once
#include <cstdint>
#include <map>

namespace roformer::generate {

class MemoryPlaces {
 public:
  /// The first of `length` > 0 rows that follow each other: in the first gap that is long enough,
  /// else behind all others.
  std::int64_t take(std::int64_t length);
  /// Rows that `take` gave.
  void give_back(std::int64_t first, std::int64_t length);
  /// Rows that the buffer needs: up to the last that is taken.
  std::int64_t rows() const { return end_; }

 private:
  std::map<std::int64_t, std::int64_t> gaps_;  // first row → rows; no two touch, none at the end
  std::int64_t end_ = 0;
};

}  // namespace roformer::generate
