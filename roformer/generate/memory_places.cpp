#include "roformer/generate/memory_places.h"

#include <algorithm>
#include <iterator>

namespace roformer::generate {

std::int64_t MemoryPlaces::take(std::int64_t length) {
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(),
                                [length](const auto& one) { return one.second >= length; });
  if (gap == gaps_.end()) {
    end_ += length;
    return end_ - length;
  }
  const auto [first, rows] = *gap;
  gaps_.erase(gap);
  if (rows > length) gaps_.emplace(first + length, rows - length);
  return first;
}

void MemoryPlaces::give_back(std::int64_t first, std::int64_t length) {
  auto gap = gaps_.emplace(first, length).first;
  const auto next = std::next(gap);
  if (next != gaps_.end() && next->first == first + length) {
    gap->second += next->second;
    gaps_.erase(next);
  }
  if (gap != gaps_.begin()) {
    const auto before = std::prev(gap);
    if (before->first + before->second == gap->first) {
      before->second += gap->second;
      gaps_.erase(gap);
      gap = before;
    }
  }
  if (gap->first + gap->second < end_) return;
  end_ = gap->first;
  gaps_.erase(gap);
}

}  // namespace roformer::generate
