#include "roformer/attention/key_value_cache.h"

#include <torch/torch.h>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// Room for so many tokens at first; then it doubles, so that a token is copied twice at most on
// average.
constexpr std::int64_t first_capacity = 64;

// x (B, T, …) with `capacity` places instead of T, the new ones unset.
Tensor with_capacity(const Tensor& x, std::int64_t capacity) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[1] = capacity;
  Tensor larger = torch::zeros(shape, x.options());
  larger.narrow(1, 0, x.size(1)).copy_(x);
  return larger;
}

}  // namespace

KeyValueCache::KeyValueCache(std::int64_t num_layers, std::int64_t num_sequences)
    : layers_(static_cast<std::size_t>(num_layers)),
      lengths_(static_cast<std::size_t>(num_sequences), 0),
      positions_(torch::zeros({num_sequences, 0}, torch::kInt64)) {}

void KeyValueCache::grow(std::int64_t capacity) {
  capacity_ = capacity;
  positions_ = with_capacity(positions_, capacity);
  for (Layer& layer : layers_) {
    if (!layer.keys.defined()) continue;
    layer.keys = with_capacity(layer.keys, capacity);
    layer.values = with_capacity(layer.values, capacity);
  }
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
  if (longest > capacity_) grow(std::max({longest, 2 * capacity_, first_capacity}));
  std::vector<Span> spans;
  places_ = torch::empty({positions.size(0)}, torch::kInt64);
  auto* const places = places_.data_ptr<std::int64_t>();
  for (std::size_t b = 0; b < lengths_.size(); ++b) {
    const std::int64_t tokens = offsets[b + 1] - offsets[b];
    const std::int64_t first = static_cast<std::int64_t>(b) * capacity_;
    for (std::int64_t i = 0; i < tokens; ++i) places[offsets[b] + i] = first + lengths_[b] + i;
    const std::int64_t seen =
        prefix.defined() ? prefix[static_cast<std::int64_t>(b)].item<std::int64_t>() : 0;
    spans.push_back({offsets[b], tokens, first, lengths_[b] + tokens, seen, lengths_[b]});
    lengths_[b] += tokens;
  }
  positions_.view(-1).index_copy_(0, places_, positions.cpu());
  return spans;
}

void KeyValueCache::write(std::int64_t layer, const Tensor& keys, const Tensor& values) {
  const torch::NoGradGuard no_gradient;
  Layer& kept = layers_.at(static_cast<std::size_t>(layer));
  if (!kept.keys.defined()) {
    const std::vector<std::int64_t> shape = {num_sequences(), capacity_, keys.size(1),
                                             keys.size(2)};
    kept.keys = torch::zeros(shape, keys.options());
    kept.values = torch::zeros(shape, values.options());
  }
  const Tensor places = places_.to(keys.device());
  kept.keys.flatten(0, 1).index_copy_(0, places, keys);
  kept.values.flatten(0, 1).index_copy_(0, places, values);
}

Tensor KeyValueCache::keys(std::int64_t layer) const {
  return layers_.at(static_cast<std::size_t>(layer)).keys.flatten(0, 1);
}

Tensor KeyValueCache::values(std::int64_t layer) const {
  return layers_.at(static_cast<std::size_t>(layer)).values.flatten(0, 1);
}

Tensor KeyValueCache::memory(std::int64_t layer) const {
  return layers_.at(static_cast<std::size_t>(layer)).memory;
}

void KeyValueCache::set_memory(std::int64_t layer, const Tensor& keys_and_values) {
  layers_.at(static_cast<std::size_t>(layer)).memory = keys_and_values;
}

void KeyValueCache::select(const std::vector<std::int64_t>& sequences) {
  const Tensor rows = torch::tensor(sequences, torch::kInt64);
  std::vector<std::int64_t> lengths;
  for (const std::int64_t b : sequences) lengths.push_back(length(b));
  lengths_ = std::move(lengths);
  positions_ = positions_.index_select(0, rows);
  for (Layer& layer : layers_) {
    base::require(!layer.memory.defined(),
                  "[attention] expected a cache without cross-attention, whose memory belongs to "
                  "fixed sequences, when sequences are selected");
    if (!layer.keys.defined()) continue;
    layer.keys = layer.keys.index_select(0, rows.to(layer.keys.device()));
    layer.values = layer.values.index_select(0, rows.to(layer.values.device()));
  }
}

}  // namespace roformer::attention
