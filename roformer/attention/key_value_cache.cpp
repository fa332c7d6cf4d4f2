#include "roformer/attention/key_value_cache.h"

#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Room for so many tokens at first; then it doubles: on average a token is copied twice at most.
constexpr std::int64_t first_capacity = 64;

// Room for `slots` × `capacity` rows of x (S, T, …), of which the first `used` of each slot are
// kept and the others are not touched.
Tensor with_room(const Tensor& x, std::int64_t slots, std::int64_t capacity, std::int64_t used) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[0] = slots;
  shape[1] = capacity;
  Tensor larger = torch::empty(shape, x.options());
  larger.narrow(0, 0, x.size(0)).narrow(1, 0, used).copy_(x.narrow(1, 0, used));
  return larger;
}

// Rows first … first + count of slot `from` of x (S, T, …), as bytes.
struct RowBytes {
  char* data;
  std::int64_t slot_bytes, row_bytes;

  explicit RowBytes(const Tensor& x)
      : data(static_cast<char*>(x.data_ptr())),
        slot_bytes(x.stride(0) * x.element_size()),
        row_bytes(x.stride(1) * x.element_size()) {}

  void copy(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t count) const {
    std::memcpy(data + to * slot_bytes + first * row_bytes,
                data + from * slot_bytes + first * row_bytes,
                static_cast<std::size_t>(count * row_bytes));
  }
};

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t num_layers, std::int64_t num_sequences)
    : layers_(static_cast<std::size_t>(num_layers)),
      lengths_(static_cast<std::size_t>(num_sequences), 0),
      slots_(static_cast<std::size_t>(num_sequences)),
      written_(static_cast<std::size_t>(num_sequences)),
      positions_(torch::zeros({num_sequences, 0}, torch::kInt64)) {
  std::iota(slots_.begin(), slots_.end(), 0);
}

void KeyValueCache::resize(std::int64_t num_slots, std::int64_t capacity) {
  const std::int64_t used =
      lengths_.empty() ? 0 : *std::max_element(lengths_.begin(), lengths_.end());
  written_.resize(static_cast<std::size_t>(num_slots));
  capacity_ = capacity;
  positions_ = with_room(positions_, num_slots, capacity, used);
  for (Layer& layer : layers_) {
    if (!layer.keys.defined()) continue;
    layer.keys = with_room(layer.keys, num_slots, capacity, used);
    layer.values = with_room(layer.values, num_slots, capacity, used);
  }
  // Slots without a sequence may have had more rows.
  for (auto& rows : written_)
    rows.resize(std::min<std::size_t>(rows.size(), static_cast<std::size_t>(used)));
}

std::vector<Span> KeyValueCache::extend(const Tensor& cu_seqlens, const Tensor& positions,
                                        const Tensor& prefix) {
  const auto offsets = checked_offsets(cu_seqlens, positions.size(0));
  base::require(offsets.size() == lengths_.size() + 1,
                "[attention] expected {} sequences, as many as the cache has, but got {}",
                lengths_.size(), offsets.size() - 1);
  std::int64_t longest = 0;
  for (std::size_t b = 0; b < lengths_.size(); ++b)
    longest = std::max(longest, lengths_[b] + offsets[b + 1] - offsets[b]);
  if (longest > capacity_) resize(num_slots(), std::max({longest, 2 * capacity_, first_capacity}));
  std::vector<Span> spans;
  places_ = torch::empty({positions.size(0)}, torch::kInt64);
  auto* const places = places_.data_ptr<std::int64_t>();
  for (std::size_t b = 0; b < lengths_.size(); ++b) {
    const std::int64_t tokens = offsets[b + 1] - offsets[b];
    const std::int64_t first = slots_[b] * capacity_;
    auto& written = written_[static_cast<std::size_t>(slots_[b])];
    written.resize(static_cast<std::size_t>(lengths_[b]));
    for (std::int64_t i = 0; i < tokens; ++i) {
      places[offsets[b] + i] = first + lengths_[b] + i;
      written.push_back(++writes_);
    }
    const std::int64_t seen =
        prefix.defined() ? prefix[static_cast<std::int64_t>(b)].item<std::int64_t>() : 0;
    spans.push_back({offsets[b], tokens, first, lengths_[b] + tokens, seen, lengths_[b]});
    lengths_[b] += tokens;
  }
  positions_.view(-1).index_copy_(0, places_, positions.cpu());
  return spans;
}

KeyValueCache::Layer& KeyValueCache::with_memory(std::int64_t layer, std::int64_t heads,
                                                 std::int64_t head_size,
                                                 const torch::TensorOptions& options) {
  Layer& kept = layers_.at(static_cast<std::size_t>(layer));
  if (kept.keys.defined()) return kept;
  const std::vector<std::int64_t> shape = {num_slots(), capacity_, heads, head_size};
  kept.keys = torch::empty(shape, options);
  kept.values = torch::empty(shape, options);
  return kept;
}

KeyValueCache::Rows KeyValueCache::rows(std::int64_t layer, std::int64_t heads,
                                        std::int64_t head_size) {
  const Layer& kept = with_memory(layer, heads, head_size, torch::kFloat32);
  return {kept.keys.data_ptr<float>(), kept.values.data_ptr<float>()};
}

void KeyValueCache::write(std::int64_t layer, const Tensor& keys, const Tensor& values) {
  const torch::NoGradGuard no_gradient;
  Layer& kept = with_memory(layer, keys.size(1), keys.size(2), keys.options());
  const Tensor places = places_.to(keys.device());
  kept.keys.flatten(0, 1).index_copy_(0, places, keys);
  kept.values.flatten(0, 1).index_copy_(0, places, values);
}

// Of the free slots the one that shares the longest beginning with the parent: beams of a sentence
// that left it differ from one that goes on in their last tokens only.
std::int64_t KeyValueCache::take_free_slot(std::vector<std::int64_t>& free, std::int64_t parent,
                                           std::int64_t length, std::vector<Copy>& copies) {
  const auto& wanted = written_[static_cast<std::size_t>(parent)];
  std::size_t best = 0;
  std::int64_t most = -1;
  for (std::size_t i = 0; i < free.size() && most < length; ++i) {
    const auto& has = written_[static_cast<std::size_t>(free[i])];
    const auto limit = std::min(length, std::ssize(has));
    const auto shared =
        std::mismatch(wanted.begin(), wanted.begin() + limit, has.begin()).first - wanted.begin();
    if (shared <= most) continue;
    most = shared;
    best = i;
  }
  const std::int64_t slot = free[best];
  free[best] = free.back();
  free.pop_back();
  if (most < length) copies.push_back({parent, slot, most, length - most});
  written_[static_cast<std::size_t>(slot)].assign(wanted.begin(), wanted.begin() + length);
  return slot;
}

void KeyValueCache::select(const std::vector<std::int64_t>& sequences) {
  std::vector<std::int64_t> lengths, slots(sequences.size(), -1);
  std::vector<bool> taken(written_.size(), false);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    lengths.push_back(length(sequences[i]));
    const std::int64_t parent = slot(sequences[i]);
    if (taken[static_cast<std::size_t>(parent)]) continue;
    taken[static_cast<std::size_t>(parent)] = true;
    slots[i] = parent;
  }
  if (std::ssize(sequences) > num_slots()) resize(std::ssize(sequences), capacity_);
  std::vector<std::int64_t> free;
  for (std::int64_t slot = 0; slot < num_slots(); ++slot) {
    if (slot >= std::ssize(taken) || !taken[static_cast<std::size_t>(slot)]) free.push_back(slot);
  }
  std::vector<Copy> copies;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (slots[i] < 0) slots[i] = take_free_slot(free, slot(sequences[i]), lengths[i], copies);
  }
  copy(copies);
  lengths_ = std::move(lengths);
  slots_ = std::move(slots);
}

std::vector<std::int64_t> KeyValueCache::free_slots() const {
  std::vector<bool> taken(written_.size(), false);
  for (const std::int64_t slot : slots_) taken[static_cast<std::size_t>(slot)] = true;
  std::vector<std::int64_t> free;
  for (std::int64_t slot = 0; slot < num_slots(); ++slot) {
    if (!taken[static_cast<std::size_t>(slot)]) free.push_back(slot);
  }
  return free;
}

void KeyValueCache::add(std::int64_t count) {
  std::vector<std::int64_t> free = free_slots();
  const std::int64_t missing = count - std::ssize(free);
  if (missing > 0) {
    const std::int64_t first = num_slots();
    resize(first + missing, capacity_);
    for (std::int64_t slot = first; slot < num_slots(); ++slot) free.push_back(slot);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t slot = free[static_cast<std::size_t>(i)];
    written_[static_cast<std::size_t>(slot)].clear();
    slots_.push_back(slot);
    lengths_.push_back(0);
  }
}

// Slots that are read go on, slots that are written were free: no order matters.
void KeyValueCache::copy(const std::vector<Copy>& copies) {
  std::vector<Tensor> all = {positions_};
  for (const Layer& layer : layers_) {
    if (layer.keys.defined()) all.insert(all.end(), {layer.keys, layer.values});
  }
  for (const Copy& one : copies) copied_rows_ += one.count;
  if (copies.empty()) return;
  at::parallel_for(0, std::ssize(all), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Tensor& x = all[static_cast<std::size_t>(i)];
      for (const Copy& one : copies) {
        if (x.device().is_cpu()) {
          RowBytes(x).copy(one.from, one.to, one.first, one.count);
        } else {
          x[one.to]
              .narrow(0, one.first, one.count)
              .copy_(x[one.from].narrow(0, one.first, one.count));
        }
      }
    }
  });
}

}  // namespace roformer::attention
