#include "roformer/data/stage_shape.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/data/shuffle.h"

namespace roformer::data {

std::int64_t sequences_of_batch(const StageShape& shape) {
  base::require(shape.batch_size > 0 || shape.batch_tokens > 0,
                "[data] expected a batch of 1 or more sequences but got {}", shape.batch_size);
  return shape.batch_tokens > 0 ? std::max<std::int64_t>(1, shape.batch_tokens / shape.length)
                                : shape.batch_size;
}

std::vector<DrawnSequence> draw_sequences(const StageShape& shape, std::int64_t step,
                                          std::int64_t micro_step, std::int64_t in_epoch,
                                          std::uint64_t order_seed) {
  base::require(step >= 0 && micro_step >= 0 && micro_step < shape.micro_steps,
                "[data] expected step ≥ 0 and a micro step below {} but got {} and {}",
                shape.micro_steps, step, micro_step);
  const std::int64_t size = sequences_of_batch(shape);
  const std::int64_t first = (step * shape.micro_steps + micro_step) * size;
  std::vector<DrawnSequence> drawn;
  for (std::int64_t i = first; i < first + size; ++i) {
    const auto epoch = static_cast<std::uint64_t>(i / in_epoch);
    drawn.push_back({shuffled(i % in_epoch, in_epoch, base::derive(order_seed, epoch)), epoch});
  }
  return drawn;
}

std::vector<std::int64_t> held_out_sample(std::int64_t all, std::int64_t most) {
  const std::int64_t count = most > 0 ? std::min(all, most) : all;
  std::vector<std::int64_t> sequences(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    sequences[static_cast<std::size_t>(i)] = count == all ? i : shuffled(i, all, held_out_seed);
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

}  // namespace roformer::data
